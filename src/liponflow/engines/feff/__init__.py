"""Spectra by FEFF, which runs in processes of its own."""
