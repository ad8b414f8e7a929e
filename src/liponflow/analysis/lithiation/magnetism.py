"""Magnetic moments of the transition metals, and the oxidation states that they indicate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

from liponflow.crystals.anions import anions
from liponflow.crystals.oxidation_states import fixed_charge, is_redox_metal, redox_charge

UNASSIGNED = "unassigned"
"""Key for sites whose moment indicates no oxidation state."""


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
    # Of the following, halfway between the moments that CHGNet gives crystals with known states
    # (docs/hosts.md). V5+ has no d electron; V2+ in VO reads as V3+.
    "V": (MomentWindow(0.0, 0.45, 5), MomentWindow(0.45, 1.2, 4), MomentWindow(1.2, 2.3, 3)),
    "Cr": (MomentWindow(1.9, 2.6, 4), MomentWindow(2.6, 3.0, 3), MomentWindow(3.0, 4.0, 2)),
    # Fe4+ has four unpaired electrons like Fe2+: the mean state of the cell decides.
    "Fe": (MomentWindow(3.3, 4.15, 2), MomentWindow(3.3, 4.15, 4), MomentWindow(4.15, 4.8, 3)),
    # Low spin, but for Co2+.
    "Co": (MomentWindow(0.0, 0.6, 3), MomentWindow(0.6, 1.85, 4), MomentWindow(1.85, 2.9, 2)),
}
"""Our choice of |moment| windows (µB) per element.

Calculated moments depend on the functional, on U and on the sphere that they are integrated in, so
the windows only separate neighbouring states. An element that is not listed gets no assignment:
CHGNet gives Ti3+ and Ti4+, and all states of Cu, nearly the same small moment.
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


def oxidation_state(element: str, moment: float, mean: float | None = None) -> int | None:
    """Return the oxidation state that |moment| indicates.

    Parameters
    ----------
    element
        Symbol of a transition metal.
    moment
        Magnetic moment (µB); its sign does not matter.
    mean
        Mean oxidation state of the metals from the composition: of two states with one moment,
        such as Fe2+ and Fe4+, the nearer is taken. Without it, the lower.

    Returns
    -------
    int or None
        Oxidation state by :data:`MOMENT_WINDOWS`; None for an element that is not listed and
        for a moment outside every window.

    Examples
    --------
    >>> oxidation_state("Ni", -1.7), oxidation_state("Mn", 3.2), oxidation_state("Mn", 3.8)
    (2, 4, 3)
    >>> oxidation_state("Ti", 0.1) is None
    True
    >>> oxidation_state("Fe", 3.9, mean=2.5), oxidation_state("Fe", 3.9, mean=3.5)
    (2, 4)
    """
    possible = [
        window.charge
        for window in MOMENT_WINDOWS.get(element, ())
        if window.low <= abs(moment) < window.high
    ]
    if mean is None:
        return min(possible, default=None)
    return min(possible, key=lambda charge: abs(charge - mean), default=None)


def mean_state(structure: Structure) -> float | None:
    """Return the mean oxidation state of the redox metals of a structure, from its composition.

    Returns
    -------
    float or None
        None without such a metal.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> mean_state(Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    2.0
    """
    amounts = structure.composition.element_composition.get_el_amt_dict()
    metals = sum(n for symbol, n in amounts.items() if is_redox_metal(symbol))
    if not metals:
        return None
    return redox_charge(amounts, anions(structure)) / metals


def count_oxidation_states(
    moments: Mapping[str, Sequence[float]], mean: float | None = None
) -> dict[str, dict[str, int]]:
    """Return the number of sites of each element per oxidation state.

    Parameters
    ----------
    moments
        |moment| of every site per element (µB).
    mean
        As in :func:`oxidation_state`.

    Returns
    -------
    dict
        Number of sites per element and state, the lowest state first and sites without an
        assignment, if any, last.

    Examples
    --------
    >>> count_oxidation_states({"Mn": [3.2, 3.8, 3.8], "Ti": [0.1]})
    {'Mn': {'3+': 2, '4+': 1}, 'Ti': {'unassigned': 1}}
    """
    counts: dict[str, dict[str, int]] = {}
    for element, values in moments.items():
        states = Counter(oxidation_state(element, value, mean) for value in values)
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
        Sum of the charges (e), with the usual ones of all but the redox metals (Li +1, O -2);
        None if any site has no charge.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> cell = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> charge_sum(cell, {"Ni": [1.7]}), charge_sum(cell, {"Ni": [0.3]})
    (0, 2)
    """
    mean, negative = mean_state(structure), anions(structure)
    charges: list[int | None] = []
    for element, n in structure.composition.element_composition.get_el_amt_dict().items():
        if not is_redox_metal(element):
            charges.append(round(n) * fixed_charge(element, negative))
        elif element in moments:
            charges += [oxidation_state(element, value, mean) for value in moments[element]]
        else:
            charges.append(None)
    known = [charge for charge in charges if charge is not None]
    return sum(known) if len(known) == len(charges) else None
