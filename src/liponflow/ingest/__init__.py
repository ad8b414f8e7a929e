"""Read a user's finished VASP runs, recognise what they are, and store their results."""
