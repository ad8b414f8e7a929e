"""Machine-learned potentials as ASE calculators that compute what a step needs, and no more."""
