"""Arrangements of whole atoms on the sublattices of a cell, and their Ewald energies."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from math import comb, prod

import numpy as np
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.arrays import BoolArray, FloatArray, IntArray
from liponflow.crystals.occupancies import is_full
from liponflow.structures.ordering.counts import VACANT, Counts
from liponflow.structures.ordering.parent import Parent

MOST_ENUMERATED = 50_000
"""Largest number of arrangements of a cell that are listed; beyond it, they are sampled."""

SAMPLES = 40
"""Random arrangements in a sample, each improved by exchanges until none lowers its energy."""

_FEWEST_SAMPLES = 5
_SITES_OF_SAMPLES = 100
"""Sites on sublattices up to which all samples are drawn: the time of one rises as their square
and more."""

SPLIT_DISTANCE = 1.0
"""Sites occupied in part closer than this (Å) are split positions: one atom has one of them."""

SPLIT_DISTANCE_OF_HYDROGEN = 0.5
"""The same between H and another element (Å), whose bonds are shorter than 1 Å."""

SAME_ENERGY = 1e-5
"""Energies of a cell closer than this (eV) are equal."""

SAME_CHARGE = 1e-6
"""Charges closer than this (e) are equal."""

_CHUNK = 2048
_OVERLAP_ENERGY = 1e4
"""Energy (eV) of two atoms on split positions, in the descent only."""
_NONE = -1


@dataclass(frozen=True, eq=False)
class Lowest:
    """The arrangement of lowest Ewald energy in a cell.

    Attributes
    ----------
    symbols
        Element of every site of the cell, :data:`VACANT` where there is none.
    energy
        Ewald energy of the cell (eV).
    energies
        Ewald energies of all that were compared (eV).
    possible
        Number of arrangements, those that fill split positions twice included.
    indifferent
        Whether all have the same energy by the charges of their elements; one was drawn then.
    """

    symbols: tuple[str, ...]
    energy: float
    energies: FloatArray
    possible: int
    indifferent: bool

    @property
    def listed(self) -> bool:
        """Whether all were compared, and not only a sample."""
        return self.possible <= MOST_ENUMERATED


def number_of_arrangements(counts: Counts) -> int:
    """Return the number of ways to put the atoms on the sites of their sublattices."""
    return prod(_ways(list(atoms.values())) for atoms in counts.atoms.values())


def lowest(
    cell: Parent, counts: Counts, states: Mapping[str, float] | None, seed: int
) -> Lowest | None:
    """Return the arrangement of lowest Ewald energy.

    Parameters
    ----------
    cell
        Cell with its sublattices.
    counts
        Atoms on each of them.
    states
        Oxidation state by element; None for an alloy, whose arrangements are all equal.
    seed
        Seed of the choice among equal ones, and of the samples.

    Returns
    -------
    Lowest or None
        None if every arrangement fills split positions twice.
    """
    model = _Model.of(cell, counts, states)
    rng = np.random.default_rng(seed)
    possible = number_of_arrangements(counts)
    rows: Iterable[IntArray]
    if model.is_indifferent:
        rows = [model.descended(rng)]
    elif possible <= MOST_ENUMERATED:
        rows = model.enumerated()
    else:
        share = min(1.0, (_SITES_OF_SAMPLES / len(model.sites)) ** 2)
        samples = max(_FEWEST_SAMPLES, round(share * SAMPLES))
        rows = (model.descended(rng) for _ in range(samples))
    energies, labels = [], []
    for block in rows:
        free = block[~model.overlaps(block)]
        energies.append(model.energies(free))
        labels.append(free)
    found = np.concatenate(energies)
    if not len(found):
        return None
    least = float(found.min())
    equal = np.flatnonzero(found <= least + SAME_ENERGY)
    chosen = np.concatenate(labels)[rng.choice(equal)]
    symbols = [model.names[label] for label in model.fixed]
    for site, label in zip(model.sites, chosen, strict=True):
        symbols[site] = model.names[label]
    return Lowest(
        symbols=tuple(symbols),
        energy=least,
        energies=found,
        possible=possible,
        indifferent=model.is_indifferent,
    )


@dataclass(frozen=True, eq=False)
class _Model:
    """A cell as labels on sites: a label is a number of an element, or of the vacancy."""

    names: list[str]
    """Element of each label."""
    charges: FloatArray
    """Of each label (e)."""
    fixed: IntArray
    """Label of every site of the cell, :data:`_NONE` on sublattices."""
    sites: IntArray
    """Sites on sublattices, one sublattice after the other."""
    sizes: list[tuple[int, dict[int, int]]]
    """Number of sites of each sublattice, and of each label on it."""
    pairs: FloatArray
    """Ewald energies of unit charges on two of the sites (eV)."""
    outer: FloatArray
    """Ewald energy of a unit charge on a site with all fixed charges (eV)."""
    inner: float
    """Ewald energy of the fixed charges (eV)."""
    split: BoolArray
    """Whether two of the sites are split positions."""

    @classmethod
    def of(cls, cell: Parent, counts: Counts, states: Mapping[str, float] | None) -> "_Model":
        names = [VACANT, *sorted({symbol for one in cell.mixtures for symbol in one})]
        charges = np.array([0.0, *((states or {}).get(symbol, 0.0) for symbol in names[1:])])
        fixed = np.full(len(cell.kinds), _NONE)
        for kind, mixture in enumerate(cell.mixtures):
            if is_full(mixture):
                fixed[cell.kinds == kind] = names.index(next(iter(mixture)))
        sites = np.concatenate([np.flatnonzero(cell.kinds == kind) for kind in counts.atoms])
        split = _split(cell, sites)
        pairs = np.zeros((len(fixed), len(fixed)))
        if charges.any():
            pairs = _pair_energies(cell, split)
        full = np.flatnonzero(fixed != _NONE)
        outer = 2 * pairs[np.ix_(sites, full)] @ charges[fixed[full]]
        inner = charges[fixed[full]] @ pairs[np.ix_(full, full)] @ charges[fixed[full]]
        return cls(
            names=names,
            charges=charges,
            fixed=fixed,
            sites=sites,
            sizes=[
                (sum(atoms.values()), {names.index(name): n for name, n in atoms.items() if n})
                for atoms in counts.atoms.values()
            ],
            pairs=pairs[np.ix_(sites, sites)],
            outer=outer,
            inner=float(inner),
            split=split[np.ix_(sites, sites)] | np.diag(split[np.ix_(sites, full)].any(axis=1)),
        )

    @property
    def is_indifferent(self) -> bool:
        """Whether every exchange of atoms keeps the energy."""
        return all(
            float(np.ptp(self.charges[list(atoms)])) < SAME_CHARGE for _, atoms in self.sizes
        )

    @cached_property
    def repulsion(self) -> tuple[FloatArray, FloatArray]:
        """Energies of atoms on split positions, so that an arrangement leaves them: pairs, own."""
        energies = np.where(self.split, _OVERLAP_ENERGY, 0.0)
        own = np.diag(energies).copy()
        np.fill_diagonal(energies, 0.0)
        return energies, own

    def energies(self, labels: IntArray) -> FloatArray:
        """Return the Ewald energies (eV) of arrangements, shape (n, sites)."""
        charges = self.charges[labels]
        among: FloatArray = ((charges @ self.pairs) * charges).sum(axis=1)
        return among + charges @ self.outer + self.inner

    def overlaps(self, labels: IntArray) -> BoolArray:
        """Tell which arrangements fill split positions twice."""
        filled = (labels != 0).astype(float)
        found: BoolArray = ((filled @ self.split) * filled).any(axis=1)
        return found

    def enumerated(self) -> Iterator[IntArray]:
        """Yield all arrangements in blocks."""
        parts = [_assignments(size, atoms) for size, atoms in self.sizes]
        shape = [len(part) for part in parts]
        total = prod(shape)
        for start in range(0, total, _CHUNK):
            places = np.unravel_index(np.arange(start, min(start + _CHUNK, total)), shape)
            yield np.hstack([part[place] for part, place in zip(parts, places, strict=True)])

    def descended(self, rng: np.random.Generator) -> IntArray:
        """Return a local minimum, shape (1, sites): no exchange of two atoms lowers its energy."""
        labels = np.concatenate(
            [
                rng.permutation(np.repeat(list(atoms), list(atoms.values())))
                for _, atoms in self.sizes
            ]
        )
        bounds = np.cumsum([0, *(size for size, _ in self.sizes)])
        while True:
            best, exchange = -SAME_ENERGY, None
            for start, end in pairwise(bounds.tolist()):
                gains = self._gains(labels, slice(start, end))
                place = np.unravel_index(gains.argmin(), gains.shape)
                if gains[place] < best:
                    best, exchange = gains[place], start + np.array(place)
            if exchange is None:
                return labels[None]
            labels[exchange] = labels[exchange[::-1]]

    def _gains(self, labels: IntArray, part: slice) -> FloatArray:
        """Return the change of energy for every exchange of two sites of a sublattice."""
        charges, filled = self.charges[labels], (labels != 0).astype(float)
        change = _exchanges(charges, self.pairs, self.outer, part)
        if self.split.any():
            change += _exchanges(filled, *self.repulsion, part)
        change[labels[part, None] == labels[None, part]] = 0.0
        return change


def _exchanges(
    values: FloatArray, pairs: FloatArray, outer: FloatArray, part: slice
) -> FloatArray:
    """Return the change of v M v + o v when two values are exchanged, for all pairs of sites."""
    field = 2 * pairs[part] @ values + outer[part]
    own = np.diag(pairs)[part]
    step = values[None, part] - values[part, None]  # what the first site gains
    curvature = own[:, None] + own[None, :] - 2 * pairs[part, part]
    return step * (field[:, None] - field[None, :]) + step**2 * curvature


def _pair_energies(cell: Parent, split: BoolArray) -> FloatArray:
    """Return the Ewald energies of unit charges on all sites, 0 for split positions (eV).

    The energy is bilinear in the charges, so one sum serves all arrangements.
    """
    structure = Structure(Lattice(cell.lattice), ["Li+"] * len(cell.kinds), cell.frac_coords)
    with np.errstate(divide="ignore", invalid="ignore"):
        ewald = EwaldSummation(structure)  # type: ignore[no-untyped-call]
        pairs: FloatArray = np.array(ewald.total_energy_matrix, dtype=np.float64)
    pairs[split] = 0.0  # they may coincide, and are never filled together
    return pairs


def _split(cell: Parent, sites: IntArray) -> BoolArray:
    """Tell which pairs of sites are split positions, of which one is on a sublattice."""
    lattice = Lattice(cell.lattice)
    distances = lattice.get_all_distances(cell.frac_coords, cell.frac_coords)
    np.fill_diagonal(distances, np.inf)
    hydrogen = np.array([set(cell.mixtures[kind]) == {"H"} for kind in cell.kinds])
    limits = np.where(
        hydrogen[:, None] ^ hydrogen[None, :], SPLIT_DISTANCE_OF_HYDROGEN, SPLIT_DISTANCE
    )
    partial = np.zeros(len(cell.kinds), dtype=bool)
    partial[sites] = True
    found: BoolArray = (distances < limits) & (partial[:, None] | partial[None, :])
    return found


def _ways(numbers: list[int]) -> int:
    ways, left = 1, sum(numbers)
    for number in numbers:
        ways *= comb(left, number)
        left -= number
    return ways


def _assignments(size: int, atoms: Mapping[int, int]) -> IntArray:
    """List the ways to give labels to the sites of a sublattice, shape (ways, size)."""
    rows = np.full((1, size), _NONE)
    left = size
    for label, number in atoms.items():
        chosen = np.array(list(combinations(range(left), number)), dtype=int)
        chosen = chosen.reshape(-1, number)
        free = np.argsort(rows != _NONE, axis=1, kind="stable")[:, :left]
        places = free[:, chosen].reshape(-1, number)
        rows = np.repeat(rows, len(chosen), axis=0)
        np.put_along_axis(rows, places, label, axis=1)
        left -= number
    return rows
