"""Pure builders: facts and arguments in, pymatgen structures out."""
