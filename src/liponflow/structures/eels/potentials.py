"""Which atoms of a structure share a potential: those of an element, or of one environment.

Each function returns a label per site; sites with one label share a potential. The absorber has
its own in any case.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.crystals.anions import anions
from liponflow.structures.lithiation.arrangements import SYMPREC

BOND_STRETCH = 1.25
"""Longest bond of two elements over their shortest in the structure (our choice): in LiPON glass,
P-O bonds of 1.5 Å then end at 1.9 Å, far from the next O at 2.5 Å."""


def by_element(structure: Structure) -> list[str]:
    """Return the element of every site."""
    return [site.specie.symbol for site in structure]


def by_symmetry(structure: Structure) -> list[str]:
    """Return element and number of every site's set of equivalent sites.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> sorted(set(by_symmetry(phase("Li3P").structure())))
    ['Li1', 'Li2', 'P1']
    """
    found = SpacegroupAnalyzer(structure, symprec=SYMPREC).get_symmetry_dataset().equivalent_atoms
    return _numbered(by_element(structure), found.tolist())


def by_coordination(structure: Structure) -> list[str]:
    """Return the element of every site, and how many neighbours of which elements it is bonded to.

    Cations have anions as neighbours; anions have cations other than alkali metals, so that
    bridging and non-bridging ones differ. Without anions, elements are all that differs.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> sorted(set(by_coordination(phase("Li3PO4_gamma").structure())))
    ['Li O4', 'O P1', 'P O4']
    """
    symbols, negative = by_element(structure), anions(structure)
    positive = {symbol for symbol in symbols if symbol not in negative}
    network = {symbol for symbol in positive if not Element(symbol).is_alkali}
    centres, neighbours, _, distances = structure.get_neighbor_list(_REACH)
    names = np.array(symbols)
    counts: list[dict[str, int]] = [{} for _ in symbols]
    for cation in positive:
        for anion in negative:
            joined = (names[centres] == cation) & (names[neighbours] == anion)
            if not joined.any():
                continue
            bonded = joined & (distances <= BOND_STRETCH * distances[joined].min())
            for one, other in zip(centres[bonded], neighbours[bonded], strict=True):
                counts[one][anion] = counts[one].get(anion, 0) + 1
                if cation in network:
                    counts[other][cation] = counts[other].get(cation, 0) + 1
    return [
        " ".join([symbol, *(f"{name}{n}" for name, n in sorted(count.items()))])
        for symbol, count in zip(symbols, counts, strict=True)
    ]


GROUPINGS: Mapping[str, Callable[[Structure], list[str]]] = MappingProxyType(
    {"element": by_element, "symmetry": by_symmetry, "coordination": by_coordination}
)
"""Function for each value of the parameter ``potentials``."""

_REACH = 4.0
"""Distance (Å) within which bonds are looked for."""


def _numbered(symbols: Sequence[str], sets: Sequence[int]) -> list[str]:
    """Return labels such as Li1 and Li2 for the sets of sites of each element."""
    found: dict[str, list[int]] = {}
    labels = []
    for symbol, one in zip(symbols, sets, strict=True):
        known = found.setdefault(symbol, [])
        if one not in known:
            known.append(one)
        labels.append(f"{symbol}{known.index(one) + 1}")
    return labels
