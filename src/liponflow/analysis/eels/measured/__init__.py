"""Measured electron energy-loss spectra: reading, background, plural scattering, white lines."""
