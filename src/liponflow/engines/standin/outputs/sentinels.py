"""Values that stand for "not computed" where the parsers insist on a number.

Input sets that continue from an earlier directory ask pymatgen for a band structure, which takes
a Fermi level and eigenvalues. They get one band far below and one far above the Fermi level at
every k-point: no real gap is that wide, so nobody takes it for a result, and no handler of
custodian takes the system for a metal and starts it again.
"""

FERMI_LEVEL = 0.0
"""eV."""

BAND_EDGE = 99.0
"""eV above and below the Fermi level. Documents of emmet show no band gap at all."""
