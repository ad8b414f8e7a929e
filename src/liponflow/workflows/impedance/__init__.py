"""Conductivity of a film from files of impedance and polarisation."""
