"""Whole numbers of atoms on the sublattices of a cell."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.crystals.occupancies import Mixture

VACANT = ""
"""Symbol of a vacancy."""

FITTING = 0.005
"""Change of the share of an element on its sublattices within which occupancies count as whole."""

FITTING_SITE = 0.05
"""Change of an occupancy on one sublattice that others balance, within which they count so, too.

Refined occupancies of Li on two sites of a garnet sum up to whole numbers together, not apart.
"""

TOLERANCE = 0.02
"""Largest change of the share of an element on its sublattices; the result says it."""

TOLERANCE_SITE = 0.1
"""Largest change of an occupancy on one sublattice that others balance."""


@dataclass(frozen=True)
class Counts:
    """Atoms on the sublattices of a cell.

    Attributes
    ----------
    atoms
        Number of every element, and of vacancies, by sublattice.
    change
        Largest change of the share of an element on all its sublattices.
    site_change
        Largest change of an occupancy on one sublattice.
    """

    atoms: Mapping[int, Mapping[str, int]]
    change: float
    site_change: float

    @property
    def fits(self) -> bool:
        """Whether the occupancies of the file are whole numbers here."""
        return self.change <= FITTING and self.site_change <= FITTING_SITE

    @property
    def tolerated(self) -> bool:
        """Whether they are close enough to whole numbers."""
        return self.change <= TOLERANCE and self.site_change <= TOLERANCE_SITE


def whole_counts(mixtures: Mapping[int, Mixture], sites: Mapping[int, int]) -> Counts | None:
    """Return the whole numbers of atoms nearest to some occupancies.

    Parameters
    ----------
    mixtures
        Occupancy by element, by sublattice.
    sites
        Number of sites, by sublattice.

    Returns
    -------
    Counts or None
        Every number is rounded up or down so that the total of every element is nearest to the
        file's; None if the sublattices can't add up to it.

    Examples
    --------
    >>> whole_counts({0: {"Ni": 0.25, "Mn": 0.75}}, {0: 16}).atoms
    {0: {'Ni': 4, 'Mn': 12}}
    >>> halves = {0: {"Li": 0.54}, 1: {"Li": 0.448}}
    >>> whole_counts(halves, {0: 12, 1: 48}).atoms
    {0: {'Li': 6, '': 6}, 1: {'Li': 22, '': 26}}
    """
    from scipy.optimize import linprog  # takes long to import, and ordered crystals need none

    shares = {kind: _with_vacancies(mixture) for kind, mixture in mixtures.items()}
    cells = [(kind, symbol) for kind, one in shares.items() for symbol in one]
    wanted = np.array([shares[kind][symbol] * sites[kind] for kind, symbol in cells])
    floors = np.floor(wanted + FITTING)
    rows, totals = [], []
    for kind, number in sites.items():
        rows.append([float(here == kind) for here, _ in cells])
        totals.append(float(number))
    for symbol in sorted({symbol for _, symbol in cells} - {VACANT}):
        mask = np.array([here == symbol for _, here in cells])
        rows.append(mask.astype(float).tolist())
        totals.append(float(np.rint(wanted[mask].sum())))
    matrix = np.array(rows)
    # A transportation problem: the vertices of its polytope are whole.
    found = linprog(
        1 - 2 * (wanted - floors),
        A_eq=matrix,
        b_eq=np.array(totals) - matrix @ floors,
        bounds=(0, 1),
        method="highs-ds",
    )
    if found.x is None:
        return None
    numbers = np.rint(floors + found.x).astype(int)
    atoms: dict[int, dict[str, int]] = {kind: {} for kind in sites}
    for (kind, symbol), number in zip(cells, numbers, strict=True):
        atoms[kind][symbol] = int(number)
    on_site = np.abs(numbers - wanted) / np.array([sites[kind] for kind, _ in cells])
    return Counts(atoms, _change(cells, numbers - wanted, sites), float(on_site.max()))


def _with_vacancies(mixture: Mixture) -> dict[str, float]:
    missing = 1 - sum(mixture.values())
    return {**mixture, **({VACANT: missing} if missing > 0 else {})}


def _change(
    cells: list[tuple[int, str]], differences: FloatArray, sites: Mapping[int, int]
) -> float:
    """Return the largest change of the share of an element on all its sublattices."""
    changes = [0.0]
    for symbol in {symbol for _, symbol in cells}:
        own = [number for number, (_, here) in enumerate(cells) if here == symbol]
        total = sum(sites[cells[number][0]] for number in own)
        changes.append(abs(float(differences[own].sum())) / total)
    return max(changes)
