"""Magnetic moments of the transition metals, and the oxidation states that they indicate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

UNASSIGNED = "unassigned"
"""Key for sites whose moment indicates no oxidation state."""

FIXED_CHARGES: Mapping[str, int] = {"Li": 1, "O": -2}
"""Charges (e) taken as given in the charge balance."""


class MomentWindow(NamedTuple):
    """Range of |moment| assigned to one oxidation state."""

    low: float
    """Smallest |moment|, included (µB)."""
    high: float
    """Largest |moment|, not included (µB)."""
    charge: int
    """Oxidation state."""


MOMENT_WINDOWS: Mapping[str, tuple[MomentWindow, ...]] = {
    # Halfway between about 0.3 (Ni4+, low spin), 1.0 (Ni3+, low spin) and 1.7 µB (Ni2+), the
    # moments that DFT+U and CHGNet give in layered and spinel oxides. Above 2.2 µB lies more
    # than the two unpaired electrons of Ni2+.
    "Ni": (MomentWindow(0.0, 0.65, 4), MomentWindow(0.65, 1.35, 3), MomentWindow(1.35, 2.2, 2)),
    # Halfway between about 3.2 (Mn4+), 3.8 (Mn3+, high spin) and 4.6 µB (Mn2+). The inner two
    # bounds are also those of Deng et al., Nat. Mach. Intell. 5, 1031 (2023), and their code.
    "Mn": (MomentWindow(2.5, 3.5, 4), MomentWindow(3.5, 4.2, 3), MomentWindow(4.2, 5.0, 2)),
}
"""Our choice of |moment| windows (µB) per element.

Calculated moments depend on the functional, on U and on the sphere that they are integrated in, so
the windows only separate neighbouring states. An element that is not listed gets no assignment.
"""


def moments_by_element(structure: Structure, magmoms: Sequence[float]) -> dict[str, list[float]]:
    """Return |moment| of every transition-metal site.

    Parameters
    ----------
    structure
        Ordered structure.
    magmoms
        Moment of every site, in the order of the sites (µB), signed or not.

    Returns
    -------
    dict
        |moment| of every site (µB), per transition metal, in the order of the sites.

    Raises
    ------
    ValueError
        If there is not exactly one moment per site.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> cell = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> moments_by_element(cell, [-1.7, 0.1])
    {'Ni': [1.7]}
    """
    if len(magmoms) != len(structure):
        raise ValueError(
            f"{len(magmoms)} magnetic moments for {len(structure)} sites of "
            f"{structure.composition.formula}: the calculation must report one per site"
        )
    moments: dict[str, list[float]] = {}
    for site, moment in zip(structure, magmoms, strict=True):
        element = Element(site.specie.symbol)
        if element.is_transition_metal:
            moments.setdefault(element.symbol, []).append(abs(float(moment)))
    return moments


def mean_moments(moments: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the mean |moment| per element (µB).

    Examples
    --------
    >>> mean_moments({"Mn": [3.0, 3.5]})
    {'Mn': 3.25}
    """
    return {element: float(np.mean(values)) for element, values in moments.items()}


def oxidation_state(element: str, moment: float) -> int | None:
    """Return the oxidation state that |moment| indicates.

    Parameters
    ----------
    element
        Symbol of a transition metal.
    moment
        Magnetic moment (µB); its sign does not matter.

    Returns
    -------
    int or None
        Oxidation state by :data:`MOMENT_WINDOWS`; None for an element that is not listed and
        for a moment outside every window.

    Examples
    --------
    >>> oxidation_state("Ni", -1.7), oxidation_state("Mn", 3.2), oxidation_state("Mn", 3.8)
    (2, 4, 3)
    >>> oxidation_state("Co", 0.1) is None
    True
    """
    for window in MOMENT_WINDOWS.get(element, ()):
        if window.low <= abs(moment) < window.high:
            return window.charge
    return None


def count_oxidation_states(moments: Mapping[str, Sequence[float]]) -> dict[str, dict[str, int]]:
    """Return the number of sites of each element per oxidation state.

    Parameters
    ----------
    moments
        |moment| of every site per element (µB).

    Returns
    -------
    dict
        Number of sites per element and state, the lowest state first and sites without an
        assignment, if any, last.

    Examples
    --------
    >>> count_oxidation_states({"Mn": [3.2, 3.8, 3.8], "Co": [0.1]})
    {'Mn': {'3+': 2, '4+': 1}, 'Co': {'unassigned': 1}}
    """
    counts: dict[str, dict[str, int]] = {}
    for element, values in moments.items():
        states = Counter(oxidation_state(element, value) for value in values)
        counts[element] = {f"{q}+": states[q] for q in sorted(q for q in states if q is not None)}
        if states[None]:
            counts[element][UNASSIGNED] = states[None]
    return counts


def charge_sum(structure: Structure, moments: Mapping[str, Sequence[float]]) -> int | None:
    """Return the sum of the assigned charges of a cell, 0 if they balance.

    Parameters
    ----------
    structure
        Ordered structure.
    moments
        |moment| of every transition-metal site per element (µB).

    Returns
    -------
    int or None
        Sum of the charges (e), with Li +1 and O -2; None if any site has no charge.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> cell = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> charge_sum(cell, {"Ni": [1.7]}), charge_sum(cell, {"Ni": [0.3]})
    (0, 2)
    """
    charges: list[int | None] = [
        oxidation_state(element, value) for element, values in moments.items() for value in values
    ]
    charges += [
        FIXED_CHARGES.get(site.specie.symbol)
        for site in structure
        if site.specie.symbol not in moments
    ]
    known = [charge for charge in charges if charge is not None]
    return sum(known) if len(known) == len(charges) else None
