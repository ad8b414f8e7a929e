"""Neutron depth profiling: Li against the energy of tritons, and what an interface gained."""
