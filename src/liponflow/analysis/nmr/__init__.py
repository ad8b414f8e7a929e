"""Shares of structural units in ³¹P spectra, beside those of models."""
