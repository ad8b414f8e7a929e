"""VASP input sets with a source for every value, and their comparison with a directory."""
