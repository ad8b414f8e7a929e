"""Lithiation of a host: moments, lattice, hull, voltages, and the result of the campaign."""
