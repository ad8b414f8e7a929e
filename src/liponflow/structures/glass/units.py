"""Building units of an oxynitride glass: network formers with their corners.

A unit is named by its formula: ``PO4``, ``P2O7`` (two formers share a bridging O), ``P2O6N``
(they share a bridging N), ``PO3N`` (apical N). N takes a bridge before S, and S before O; F never
bridges. LiPON's four units are called Q0_0, Q1_0, Q1_1 and Q0_1 in D. Cheng, dissertation, UC San
Diego (2023), section 6.3.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Species
from pymatgen.core.structure import Molecule
from scipy.spatial.transform import Rotation

from liponflow.arrays import FloatArray


class UnitError(ValueError):
    """A unit that cannot be built; the message gives the reason."""

    page = "docs/glass.md"


class Former(NamedTuple):
    """Charge and coordination of a network former."""

    charge: int
    """Oxidation state, e."""
    corners: int
    """Anions around it."""


FORMERS: Mapping[str, Former] = MappingProxyType(
    {
        "P": Former(5, 4),
        "Si": Former(4, 4),
        "Ge": Former(4, 4),
        "S": Former(6, 4),
        "B": Former(3, 3),
        "C": Former(4, 3),
        "Al": Former(3, 4),
        "Ti": Former(4, 4),
        "V": Former(5, 4),
        "W": Former(6, 4),
    }
)
"""Group oxidation states, and the coordination that each takes in orthophosphates, silicates,
sulfates, borates, carbonates, aluminates, titanates, vanadates and tungstates of lithium."""

ANIONS: Mapping[str, int] = MappingProxyType({"N": -3, "S": -2, "O": -2, "F": -1})
"""Corners and their charge, e, in the order in which they take the bridges."""

CATIONS: Mapping[str, int] = MappingProxyType(
    {"Li": 1, "Na": 1, "K": 1, "Ag": 1, "Mg": 2, "Zn": 2, "Ca": 2}
)
"""Modifiers that lie between the units, and their charge, e."""

BRIDGE_ANGLE = 130.0
"""M-X-M, degrees: P-O-P of the diphosphates is 120 to 140."""

_NEAREST_CORNERS = 2.2
"""Least distance (Å) between corners of neighbouring polyhedra of a unit."""

_MOST_BRIDGES = 3

_TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
_TRIANGLE = np.array([[1, 0, 0], [-0.5, np.sqrt(0.75), 0], [-0.5, -np.sqrt(0.75), 0]])
_DIRECTIONS = {4: _TETRAHEDRON, 3: _TRIANGLE}


@dataclass(frozen=True)
class Unit:
    """One former with its corners, or a chain of formers that share corners.

    Attributes
    ----------
    formers
        Elements at the centres, along the chain.
    bridges
        Anions between neighbouring formers, one less than `formers`.
    apical
        Anions of one former only, per former.
    """

    formers: tuple[str, ...]
    bridges: tuple[str, ...]
    apical: tuple[tuple[str, ...], ...]

    @property
    def composition(self) -> Composition:
        """Atoms of the unit."""
        anions = [*self.bridges, *(anion for corner in self.apical for anion in corner)]
        symbols = [*self.formers, *anions]
        return Composition({symbol: symbols.count(symbol) for symbol in dict.fromkeys(symbols)})

    @property
    def name(self) -> str:
        """Formula: formers in the order of ``FORMERS``, then O, then the other anions."""
        amounts = self.composition.get_el_amt_dict()
        formers = [symbol for symbol in FORMERS if symbol in self.formers]
        order = [*formers, *(anion for anion in "ONFS" if anion not in formers)]
        return "".join(
            f"{symbol}{'' if amounts[symbol] == 1 else int(amounts[symbol])}"
            for symbol in order
            if amounts.get(symbol)
        )

    @property
    def charge(self) -> int:
        """Formal charge, e."""
        anions = [*self.bridges, *(anion for corner in self.apical for anion in corner)]
        positive = sum(FORMERS[former].charge for former in self.formers)
        return positive + sum(ANIONS[anion] for anion in anions)

    @cached_property
    def molecule(self) -> Molecule:
        """Geometry in Å: regular polyhedra with bonds of :func:`bond_length`.

        Neighbouring polyhedra are turned about the bridge so that their corners stay apart.
        """
        return _build(self)


def unit(name: str) -> Unit:
    """Return a unit from its formula.

    Parameters
    ----------
    name
        Formula: one to four formers of one element or of two, and their corners.

    Returns
    -------
    Unit

    Raises
    ------
    UnitError
        If there is no such former or corner, or the corners do not fit the formers.

    Examples
    --------
    >>> [(unit(name).charge, unit(name).bridges) for name in ("PO4", "P2O7", "P2O6N", "PO3N")]
    [(-3, ()), (-4, ('O',)), (-5, ('N',)), (-4, ())]
    >>> unit("PO5")
    Traceback (most recent call last):
    ...
    liponflow.structures.glass.units.UnitError: PO5: 1 P has 4 corners when alone, not 5
    """
    try:
        amounts = Composition(name).get_el_amt_dict()
    except ValueError as error:
        raise UnitError(f"{name!r} is not the formula of a unit such as PO3N: {error}") from None
    if any(amount != int(amount) for amount in amounts.values()):
        raise UnitError(f"{name}: a unit has whole numbers of atoms")
    formers = [symbol for symbol in amounts if symbol in FORMERS and symbol != "S"]
    if not formers and "S" in amounts:
        formers = ["S"]
    anions = {symbol: int(n) for symbol, n in amounts.items() if symbol not in formers}
    if unknown := [symbol for symbol in anions if symbol not in ANIONS]:
        raise UnitError(
            f"{name}: {unknown[0]} is neither a network former ({', '.join(FORMERS)}) "
            f"nor a corner ({', '.join(ANIONS)})"
        )
    if not formers:
        raise UnitError(f"{name}: there is no network former ({', '.join(FORMERS)})")
    chain = [former for former in formers for _ in range(int(amounts[former]))]
    return assemble(chain, anions, name)


def assemble(formers: list[str], anions: Mapping[str, int], name: str) -> Unit:
    """Distribute anions over formers: N before S before O on the bridges, the rest apical.

    Parameters
    ----------
    formers
        Elements along the chain.
    anions
        Number of each anion.
    name
        For messages.

    Returns
    -------
    Unit
        Apical anions other than O start at the ends of the chain.

    Raises
    ------
    UnitError
        If the number of anions is not that of the corners, the chain is too long, or F would
        have to bridge.
    """
    n_bridges = len(formers) - 1
    if n_bridges > _MOST_BRIDGES:
        raise UnitError(f"{name}: chains of up to {_MOST_BRIDGES + 1} formers can be built")
    wanted = sum(FORMERS[former].corners for former in formers) - n_bridges
    if sum(anions.values()) != wanted:
        how = "in a chain" if n_bridges else "when alone"
        raise UnitError(
            f"{name}: {len(formers)} {'/'.join(dict.fromkeys(formers))} has {wanted} corners "
            f"{how}, not {sum(anions.values())}"
        )
    left = [symbol for symbol in ANIONS for _ in range(anions.get(symbol, 0))]
    bridges, rest = left[:n_bridges], left[n_bridges:]
    if "F" in bridges:
        raise UnitError(f"{name}: F cannot bridge two formers")
    return Unit(tuple(formers), tuple(bridges), _share(formers, rest))


def _share(formers: list[str], anions: list[str]) -> tuple[tuple[str, ...], ...]:
    """Distribute apical anions to the formers in turn, ends of the chain first."""
    last = len(formers) - 1
    free = [
        FORMERS[former].corners - (index > 0) - (index < last)
        for index, former in enumerate(formers)
    ]
    turns = sorted(range(len(formers)), key=lambda index: (0 < index < last, index))
    dealt: list[list[str]] = [[] for _ in formers]
    while anions:
        for index in turns:
            if anions and len(dealt[index]) < free[index]:
                dealt[index].append(anions.pop(0))
    return tuple(tuple(corner) for corner in dealt)


def bond_length(former: str, anion: str) -> float:
    """Return the length (Å) of a bond: the sum of Shannon's effective ionic radii.

    Notes
    -----
    R. D. Shannon, Acta Crystallogr. A 32, 751 (1976), for the coordination of ``FORMERS`` and for
    two-coordinated O and F; N and S have only one applicable radius each.

    Examples
    --------
    >>> [round(bond_length("P", anion), 2) for anion in ("O", "N")]
    [1.52, 1.63]
    """
    charge, corners = FORMERS[former]
    centre = Species(former, charge).get_shannon_radius({3: "III", 4: "IV"}[corners])
    coordination = {"O": "II", "F": "II", "N": "IV", "S": "VI"}[anion]
    return float(centre + Species(anion, ANIONS[anion]).get_shannon_radius(coordination))


def _build(unit: Unit) -> Molecule:
    species, coords = [unit.formers[0]], [np.zeros(3)]
    directions = _DIRECTIONS[FORMERS[unit.formers[0]].corners]
    centre = coords[0]
    for index, former in enumerate(unit.formers):
        # The first corner of every polyhedron but the first is the bridge that it shares.
        outward = list(directions[1:] if index else directions)
        onward = outward.pop(0) if index < len(unit.bridges) else None
        for anion, direction in zip(unit.apical[index], outward, strict=True):
            species.append(anion)
            coords.append(centre + bond_length(former, anion) * direction)
        if onward is None:
            break
        bridge = unit.bridges[index]
        corner = centre + bond_length(former, bridge) * onward
        species.append(bridge)
        coords.append(corner)
        centre, directions = _next_polyhedron(unit, index + 1, corner, onward, np.array(coords))
        species.append(unit.formers[index + 1])
        coords.append(centre)
    return Molecule(species, coords)


def _next_polyhedron(
    unit: Unit, index: int, corner: FloatArray, onward: FloatArray, placed: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return centre and corner directions (the shared one first) farthest from all placed atoms.

    A grid search over the turn of the next former about the bond to the bridge and over its own
    roll, in steps of 30 degrees.
    """
    former = unit.formers[index]
    length = bond_length(former, unit.bridges[index - 1])
    ideal = _DIRECTIONS[FORMERS[former].corners]
    # Any direction across the bond works, since the loop turns about the bond.
    across = np.cross(onward, [0.36, 0.48, 0.8])
    across /= np.linalg.norm(across)
    best: tuple[float, FloatArray, FloatArray] | None = None
    for turn, roll in ((t, r) for t in range(0, 360, 30) for r in range(0, 360, 30)):
        # The way on, bent to the angle at the bridge, then turned about the bond to it.
        bend = Rotation.from_rotvec(np.radians(180 - BRIDGE_ANGLE) * across)
        away = Rotation.from_rotvec(np.radians(turn) * onward).apply(bend.apply(onward))
        centre = corner + length * away
        align, _ = Rotation.align_vectors([-away], [ideal[0]])
        directions = Rotation.from_rotvec(np.radians(roll) * away).apply(align.apply(ideal))
        ends = centre + length * directions[1:]
        nearest = float(np.linalg.norm(placed[:, None] - ends[None], axis=2).min())
        if best is None or nearest > best[0] + 1e-9:
            best = (nearest, centre, directions)
    assert best is not None  # noqa: S101 - the loop ran
    if best[0] < _NEAREST_CORNERS:
        raise UnitError(
            f"{unit.name}: corners would come within {best[0]:.2f} Å of each other; "
            f"{_NEAREST_CORNERS:g} Å is the least"
        )
    return best[1], best[2]
