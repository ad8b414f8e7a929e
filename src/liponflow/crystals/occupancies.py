"""What the sites of a crystal hold: whole atoms, or mixtures of elements and vacancies."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from pymatgen.core.structure import PeriodicSite, Structure

OVERFULL = 0.05
"""Largest excess over 1 of the occupancies of a site; they are scaled to 1."""

ROUNDED = 0.005
"""Occupancies in files have two or three digits: 0.333 three times is a full site."""

Mixture = Mapping[str, float]
"""Occupancy by element; what is missing to 1 is vacant."""


def mixture_of(site: PeriodicSite) -> Mixture:
    """Return the occupancy of every element of a site.

    Charges and isotopes are left out: Mn3+ and Mn4+, half each, are one whole Mn. What adds up to
    1 but for ROUNDED, or to more, is scaled to 1.
    """
    amounts: dict[str, float] = {}
    for species, occupancy in site.species.items():
        symbol = species.symbol  # H of D
        amounts[symbol] = amounts.get(symbol, 0.0) + float(occupancy)
    total = sum(amounts.values())
    if total > 1 - ROUNDED:
        return {symbol: amount / total for symbol, amount in amounts.items()}
    return amounts


def is_full(mixture: Mixture) -> bool:
    """Tell whether a site holds one whole atom.

    Examples
    --------
    >>> is_full({"Li": 1.0}), is_full({"Li": 0.5}), is_full({"Li": 0.5, "Na": 0.5})
    (True, False, False)
    """
    return len(mixture) == 1 and next(iter(mixture.values())) == 1


def disorder_of(structure: Structure) -> str:
    """Return the sites that hold no whole atom in words; empty if there are none.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> disorder_of(Structure(Lattice.cubic(4), [{"Li": 0.5, "Na": 0.25}], [[0, 0, 0.5]]))
    '1 of 1 sites are occupied in part: 0.5 Li + 0.25 Na on 1 site ([0.0, 0.0, 0.5])'
    """
    numbers: Counter[str] = Counter()
    places: dict[str, str] = {}
    for site in structure:
        mixture = mixture_of(site)
        if not is_full(mixture):
            text = " + ".join(f"{round(x, 4):g} {symbol}" for symbol, x in mixture.items())
            numbers[text] += 1
            places.setdefault(text, place_of(site))
    if not numbers:
        return ""
    total = numbers.total()
    each = [
        f"{text} on {number} site{'' if number == 1 else 's'} "
        f"({'' if number == 1 else 'such as '}{places[text]})"
        for text, number in numbers.items()
    ]
    return f"{total} of {len(structure)} sites are occupied in part: {'; '.join(each)}"


def place_of(site: PeriodicSite) -> str:
    """Return the fractional coordinates of a site, for messages."""
    return str((np.round(site.frac_coords, 4) + 0.0).tolist())
