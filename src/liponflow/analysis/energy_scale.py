"""Words by which engines state the scale of their total energies."""

MP2020 = "Materials Project 2020 corrections"
"""In the scale or functional of an engine whose energies include the corrections."""

UNCORRECTED = "uncorrected energies of the Materials Project"
"""Scale of a potential whose energies need the corrections."""

PBE_OR_PBE_U = "PBE/PBE+U"
"""Functional of the data of a potential, with U where the Materials Project sets it."""

OWN = "of this code and its PAW data"
"""Scale of a DFT code whose energies no corrections were fitted for."""
