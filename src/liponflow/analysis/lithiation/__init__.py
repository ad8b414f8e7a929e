"""Analysis of a lithiation: moments, lattice, hull, voltages and their result."""
