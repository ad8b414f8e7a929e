"""Impedance spectra and DC polarisation: conductivity of a film from measured files."""
