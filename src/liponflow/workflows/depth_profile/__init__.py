"""Neutron depth profiling of files."""
