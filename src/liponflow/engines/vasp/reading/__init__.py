"""Read the outputs of finished VASP runs."""
