"""Read VASP runs that a user already has, recognise what they are, and store their results."""
