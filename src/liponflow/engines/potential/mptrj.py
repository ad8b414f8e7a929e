"""Data on MPtrj, the data set that CHGNet and SevenNet were fitted to.

Relaxations of the Materials Project: B. Deng et al., Nature Machine Intelligence 5, 1031 (2023).
"""

from pymatgen.core.periodic_table import Element

from liponflow.analysis.energy_scale import PBE_OR_PBE_U

FUNCTIONAL = f"{PBE_OR_PBE_U} (MPtrj)"
"""Functional, with U where the Materials Project sets it: oxides and fluorides of some metals."""

_LAST = 94
"""Atomic number of Pu."""

UNTRAINED = frozenset(
    element.symbol
    for element in Element
    if element.Z > _LAST or element.symbol in {"Po", "At", "Rn", "Fr", "Ra"}
)
"""Elements that it does not have: it holds H to Pu without Po, At, Rn, Fr and Ra, 89 elements."""
