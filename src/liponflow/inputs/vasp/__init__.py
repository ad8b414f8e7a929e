"""VASP input sets with a source for every value, and comparison of a directory with them."""
