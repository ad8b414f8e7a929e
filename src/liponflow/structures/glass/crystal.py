"""Starting models of a glass by substitution in crystalline Li3PO4."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.structure import Structure

from liponflow.structures.glass.roles import CompositionError, Roles, roles
from liponflow.structures.glass.units import ANIONS
from liponflow.structures.phases import phase
from liponflow.structures.voids import voids

CRYSTAL = "Li3PO4_gamma_exp"
"""Name of the crystal in the library of reference crystals."""

_FORMULAS_PER_CELL = 4
_LI_PER_FORMULA, _O_PER_FORMULA = 3, 4
_LONGEST_BOND = 1.8
"""Å: P-O of the crystal is 1.53 to 1.55, the second shell 3 Å."""
_NEAREST_CATION = 1.6
"""Å: an added cation comes no closer to another cation than this."""


def crystal_composition(composition: Composition) -> Composition:
    """Return the closest composition that a supercell of the crystal can have.

    Parameters
    ----------
    composition
        Whole atoms.

    Returns
    -------
    Composition
        The same if its network formers fill whole cells (4 each); else scaled to the nearest
        number of cells, each element rounded.

    Examples
    --------
    >>> crystal_composition(Composition("Li46P16O55N5")).formula.replace(" ", "")
    'Li46P16N5O55'
    >>> crystal_composition(Composition("Li8P3O10N")).formula.replace(" ", "")
    'Li11P4N1O13'
    """
    formers = sum(roles(composition).formers.values())
    cells = max(1, round(formers / _FORMULAS_PER_CELL))
    scale = cells * _FORMULAS_PER_CELL / formers
    if scale == 1:
        return composition
    amounts = {symbol: round(n * scale) for symbol, n in composition.get_el_amt_dict().items()}
    found = roles(composition)
    # The formers must fill the cells exactly, so the most frequent one absorbs the rounding.
    main = max(found.formers, key=lambda symbol: found.formers[symbol])
    amounts[main] += cells * _FORMULAS_PER_CELL - sum(amounts[s] for s in found.formers)
    return Composition(amounts)


def crystal_start(composition: Composition, seed: int) -> tuple[Structure, str]:
    """Return a supercell of Li3PO4 substituted at random to a composition.

    Other formers take places of P, other anions places of O (of as many different PO4 as
    possible), other cations places of Li. Missing atoms leave vacancies; excess cations go
    into the largest voids. The charge that N for O and vacant O leave is balanced by the cations
    as far as the composition does.

    Parameters
    ----------
    composition
        Whole atoms, as :func:`crystal_composition` returns them.
    seed
        Seed of the choices.

    Returns
    -------
    Structure, str
        The changed supercell with the crystal's own volume, sites sorted by element; and what
        was changed, in a sentence.

    Raises
    ------
    CompositionError
        If the composition has more anions than the crystal has places, or more cations than
        voids.
    """
    known = roles(composition)
    n_formulas = sum(known.formers.values())
    structure = _supercell(n_formulas // _FORMULAS_PER_CELL)
    rng = np.random.default_rng(seed)
    places = _O_PER_FORMULA * n_formulas
    total = sum(known.anions.values())
    if total > places:
        raise CompositionError(
            f"{composition.formula} has {total} anions, the supercell of Li3PO4 only {places} "
            "places for them; pack units or atoms instead (method=units or random)"
        )
    _change_anions(structure, known, rng)
    _place(structure, _sites(structure, "P"), _drawn(known.formers, rng))
    added = _change_cations(structure, known, rng)
    vacant = places - total
    li = _LI_PER_FORMULA * n_formulas - sum(known.cations.values()) + added
    substituted = {s: n for s, n in known.anions.items() if s != "O"}
    what = [*(f"{n} {symbol} for O" for symbol, n in substituted.items()), f"{vacant} O vacancies"]
    what.append(f"{added} interstitial cations" if added else f"{li} Li vacancies")
    return structure.get_sorted_structure(), (
        f"supercell of {n_formulas} Li3PO4 (Pnma) with {', '.join(what)}"
    )


def _supercell(cells: int) -> Structure:
    """Return the most nearly cubic supercell with a number of cells."""
    structure = phase(CRYSTAL).structure()
    repeats = [
        (a, b, cells // (a * b))
        for a, b in product(range(1, cells + 1), repeat=2)
        if cells % (a * b) == 0
    ]

    def elongation(repeat: tuple[int, int, int]) -> float:
        edges = np.array(repeat) * structure.lattice.abc
        return float(edges.max() / edges.min())

    structure.make_supercell(min(repeats, key=elongation))
    return structure


def _drawn(numbers: Mapping[str, int], rng: np.random.Generator) -> list[str]:
    """Return each element as often as wanted, in random order."""
    symbols = [symbol for symbol, n in numbers.items() for _ in range(n)]
    return [symbols[index] for index in rng.permutation(len(symbols))]


def _sites(structure: Structure, symbol: str) -> list[int]:
    return [index for index, site in enumerate(structure) if site.specie.symbol == symbol]


def _place(structure: Structure, sites: Sequence[int], symbols: Sequence[str]) -> None:
    """Assign elements to sites and remove the sites left over."""
    for index, symbol in zip(sites, symbols, strict=False):
        structure.replace(index, symbol)
    structure.remove_sites(list(sites[len(symbols) :]))


def _change_anions(structure: Structure, known: Roles, rng: np.random.Generator) -> None:
    """Put anions other than O, and vacancies, on corners of different polyhedra."""
    groups = []
    for centre in _sites(structure, "P"):
        around = structure.get_neighbors(structure[centre], _LONGEST_BOND)
        corners = [int(site.index) for site in around if site.specie.symbol == "O"]
        groups.append([corners[index] for index in rng.permutation(len(corners))])
    groups = [groups[index] for index in rng.permutation(len(groups))]
    # First one corner of every polyhedron, then the second of each, and so on.
    order = [corner for corners in zip(*groups, strict=True) for corner in corners]
    others = _drawn({s: n for s, n in known.anions.items() if s != "O"}, rng)
    vacant = len(order) - sum(known.anions.values())
    for index, symbol in zip(order, others, strict=False):
        structure.replace(index, symbol)
    structure.remove_sites(order[len(others) : len(others) + vacant])


def _change_cations(structure: Structure, known: Roles, rng: np.random.Generator) -> int:
    """Fill the Li sites with cations and return the number that went into voids."""
    places = [int(index) for index in rng.permutation(_sites(structure, "Li"))]
    cations = _drawn(known.cations, rng)
    extra = cations[len(places) :]
    if extra:
        for symbol, coords in zip(extra, _holes(structure, len(extra)), strict=True):
            structure.append(symbol, coords)
    _place(structure, places, cations[: len(places)])
    return len(extra)


def _holes(structure: Structure, number: int) -> list[tuple[float, float, float]]:
    """Choose voids between anions, greedily the farthest from all cations and formers."""
    anions = [index for index, site in enumerate(structure) if site.specie.symbol in ANIONS]
    free = [void.frac_coords for void in voids(structure, anions) if void.occupant is None]
    others: list[Any] = [s.frac_coords for s in structure if s.specie.symbol not in ANIONS]
    lattice = structure.lattice
    chosen: list[tuple[float, float, float]] = []
    for _ in range(number):
        if not free:
            raise CompositionError(f"the supercell has voids for only {len(chosen)} more cations")
        room = lattice.get_all_distances(free, np.array([*others, *chosen])).min(axis=1)
        best = int(np.argmax(room))
        if room[best] < _NEAREST_CATION:
            raise CompositionError(
                f"{len(chosen)} of {number} added cations have room: the next would be "
                f"{room[best]:.2f} Å from another, {_NEAREST_CATION:g} Å is the least"
            )
        chosen.append(free.pop(best))
    return chosen
