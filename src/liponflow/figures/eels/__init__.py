"""Figures of electron energy-loss spectra."""
