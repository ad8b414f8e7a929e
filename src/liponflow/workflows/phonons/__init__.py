"""The phonon campaign."""
