"""Energy density, capacity and lithium balance of thin-film cells."""
