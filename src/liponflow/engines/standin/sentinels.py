"""Values that mean "not computed" where parsers require a number.

Input sets that continue from an earlier directory ask pymatgen for a band structure, which needs
a Fermi level and eigenvalues. They get one band far below and one far above the Fermi level at
every k-point. No real gap is that wide, so it is not mistaken for a result, and custodian's
handlers do not take the system for a metal and restart it.
"""

FERMI_LEVEL = 0.0
"""eV."""

BAND_EDGE = 99.0
"""eV above and below the Fermi level. Documents of emmet show no band gap."""
