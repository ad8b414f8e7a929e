"""Electron energy-loss spectra: simulated edges, and measured ones."""
