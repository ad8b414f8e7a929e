"""Settings of GPAW for every topic, each with its source."""
