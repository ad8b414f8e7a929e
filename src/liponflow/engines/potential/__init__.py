"""Machine-learned potentials and other ASE calculators as engines."""
