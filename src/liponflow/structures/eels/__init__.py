"""Absorbing sites of spectra, and the clusters of atoms round them."""
