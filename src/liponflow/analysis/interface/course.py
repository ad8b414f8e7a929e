"""One pass over a trajectory of an interface: what happens to bonds, shells and profiles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.chemistry import roles
from liponflow.analysis.glass.neighbours import PairFinder, Pairs
from liponflow.analysis.glass.structural_units import Network, network
from liponflow.analysis.interface.depth import (
    DepthMeter,
    InterfaceFramesError,
    Sides,
    bin_edges,
    find_sides,
    front,
)
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.trajectory.frames import Frames, frames_of_structures
from liponflow.arrays import BoolArray, FloatArray, IntArray
from liponflow.periodic import shortest

MOBILE = "Li"
TETRAHEDRAL = 4
KEPT = 16
"""Most frames that are kept for the movie and the phases, spread evenly over the run."""


@dataclass(frozen=True, eq=False)
class InitialBonds:
    """Bonds of the network in the first frame.

    Attributes
    ----------
    former, anion
        Atoms of each bond.
    kind
        Index into `kinds` of each bond.
    kinds
        Names, such as ``P-N (bridging)``.
    """

    former: IntArray
    anion: IntArray
    kind: IntArray
    kinds: tuple[str, ...]

    def lengths(self, positions: FloatArray, cell: FloatArray) -> FloatArray:
        """Return the length of each bond in one frame, Å."""
        fractional = (positions[self.anion] - positions[self.former]) @ np.linalg.inv(cell)
        lengths: FloatArray = np.linalg.norm(shortest(fractional, cell) @ cell, axis=1)
        return lengths


def initial_bonds(net: Network) -> InitialBonds:
    """Return the bonds of the first frame of a block, by elements and role of the anion.

    An anion of one former is apical (N) or terminal (others), one of several is bridging.
    """
    number = net.bonds.n_atoms
    chosen = net.bonds.first < number
    former, anion = net.bonds.first[chosen], net.bonds.second[chosen]
    names = []
    for one, other in zip(former, anion, strict=True):
        symbol = str(net.species[other])
        single = "apical" if symbol == "N" else "terminal"
        role = "bridging" if net.formers_of[other] > 1 else single
        names.append(f"{net.species[one]}-{symbol} ({role})")
    kinds, kind = np.unique(np.array(names, dtype="U32"), return_inverse=True)
    return InitialBonds(former, anion, kind, tuple(str(name) for name in kinds))


@dataclass
class Course:
    """What a trajectory of an interface shows, frame by frame.

    Lists have an entry per frame; dictionaries of them are named by bond, element or zone.
    """

    sides: Sides
    bonds: InitialBonds
    symbols: tuple[str, ...]
    edges: FloatArray
    first_depths: FloatArray
    times: list[float] = field(default_factory=list)
    temperatures: list[float] = field(default_factory=list)
    areas: list[float] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    broken: list[IntArray] = field(default_factory=list)
    """Number of broken bonds by kind."""
    damaged: list[BoolArray] = field(default_factory=list)
    """Which formers (of the electrolyte, in their order) lost a bond."""
    tetrahedral: list[float] = field(default_factory=list)
    free: list[dict[str, int]] = field(default_factory=list)
    """Anions without a former, and formers without an anion, by element."""
    counts: list[IntArray] = field(default_factory=list)
    """Atoms by element and bin of depth."""
    fronts: list[dict[str, float]] = field(default_factory=list)
    shells: list[IntArray] = field(default_factory=list)
    """Neighbours of the atoms of the electrolyte by pair and zone, and these atoms in the last
    place."""
    tetrahedra: list[IntArray] = field(default_factory=list)
    """Li of the electrolyte in a tetrahedron of O and N, and all of it, by zone."""
    kept: list[tuple[int, Structure, FloatArray]] = field(default_factory=list)
    """Frames spread over the run: number, structure, depths."""
    stride: int = 1

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements in alphabetical order, as in `counts`."""
        return tuple(sorted(set(self.symbols)))


SHELL_PAIRS = (("Li", "O"), ("Li", "N"), ("P", "O"), ("P", "N"))
"""Pairs whose coordination numbers are published to fall at the interface."""


def follow(blocks: Iterable[Frames], settings: InterfaceSettings, place: str) -> Course:
    """Return the course of a trajectory.

    Parameters
    ----------
    blocks
        The frames.
    settings
        Bonds, zones and bins.
    place
        File, for messages.

    Raises
    ------
    InterfaceFramesError
        If there is no interface in the first frame.
    """
    follower: _Follower | None = None
    for frames in blocks:
        if follower is None:
            follower = _Follower(frames, settings, place)
        follower.add(frames)
    if follower is None:
        raise InterfaceFramesError(f"{place}: holds no frame")
    return follower.course


def sides_of_structure(structure: Structure, settings: InterfaceSettings) -> Sides:
    """Return where the electrolyte is in a structure; see :func:`find_sides`."""
    frames = frames_of_structures(structure)
    return _Follower(frames, settings, "the structure").course.sides


class _Follower:
    def __init__(self, frames: Frames, settings: InterfaceSettings, place: str) -> None:
        self.settings = settings
        self.roles = roles(
            frames.symbols,
            formers=settings.formers,
            anions=settings.anions,
            cutoff=settings.bond,
        )
        radius = max(settings.bond, settings.contact, _FORMER_BOND)
        self.finder = PairFinder(frames.symbols, r_max=radius, bins=1, bond_radius=radius)
        _, net = self._bonded(frames)
        sides = find_sides(frames, net, place)
        self.meter = DepthMeter(frames, sides)
        self.species = np.array(frames.symbols)
        self.course = Course(
            sides,
            initial_bonds(net),
            frames.symbols,
            bin_edges(sides, settings.bin_width),
            self.meter.depths(frames)[0],
        )
        self.formers = np.flatnonzero(sides.formers)

    def _bonded(self, frames: Frames) -> tuple[Pairs, Network]:
        _, pairs = self.finder.find(frames)
        return pairs, network(frames.symbols, pairs, self.roles)

    def add(self, frames: Frames) -> None:
        pairs, net = self._bonded(frames)
        depths = self.meter.depths(frames)
        course, number = self.course, len(frames.symbols)
        coordination = net.coordination.reshape(-1, number)
        formers_of = net.formers_of.reshape(-1, number)
        shells = _shell_counts(pairs, self.species, self.settings)
        areas = np.linalg.norm(np.cross(frames.cells[:, 0], frames.cells[:, 1]), axis=1)
        for index in range(len(frames)):
            self._bonds(frames, index)
            around = coordination[index, self.formers]
            course.tetrahedral.append(float((around == TETRAHEDRAL).mean()))
            course.free.append(self._free(formers_of[index], coordination[index]))
            self._profile(depths[index])
            self._zones({pair: found[index] for pair, found in shells.items()}, depths[index])
            self._keep(frames, index, depths[index])
            course.times.append(float(frames.times[index]))
            course.temperatures.append(float(frames.temperatures[index]))
            course.areas.append(float(areas[index]))
            course.heights.append(float(frames.volumes[index] / areas[index]))

    def _bonds(self, frames: Frames, index: int) -> None:
        bonds = self.course.bonds
        long = bonds.lengths(frames.positions[index], frames.cells[index]) > self.settings.broken
        self.course.broken.append(np.bincount(bonds.kind[long], minlength=len(bonds.kinds)))
        self.course.damaged.append(np.isin(self.formers, bonds.former[long]))

    def _free(self, formers_of: IntArray, coordination: IntArray) -> dict[str, int]:
        own = self.course.sides.electrolyte
        found = {
            element: int(((self.species == element) & own & (formers_of == 0)).sum())
            for element in self.roles.anions
        }
        bare = {
            element: int((sides_of(self.course, element) & (coordination == 0)).sum())
            for element in self.roles.formers
        }
        return found | bare

    def _profile(self, depths: FloatArray) -> None:
        course = self.course
        elements = course.elements
        which = np.clip(np.digitize(depths, course.edges) - 1, 0, len(course.edges) - 2)
        kinds = np.searchsorted(np.array(elements), self.species)
        shape = len(elements), len(course.edges) - 1
        flat = np.bincount(kinds * shape[1] + which, minlength=shape[0] * shape[1])
        course.counts.append(flat.reshape(shape).astype(np.int32))
        own = course.sides.electrolyte
        course.fronts.append(
            {
                element: front(depths[(self.species == element) & own])
                for element in (*self.roles.anions, *self.roles.formers)
                if ((self.species == element) & own).any()
            }
        )

    def _zones(self, shells: Mapping[tuple[str, str], IntArray], depths: FloatArray) -> None:
        near = np.abs(depths) <= self.settings.zone
        zones = near, depths > self.settings.zone
        table = np.zeros((len(SHELL_PAIRS), len(zones), 2), dtype=np.int64)
        # Li of the metal has few anions around it whatever happens, and would hide what does.
        own = self.course.sides.electrolyte
        for row, (centre, _) in enumerate(SHELL_PAIRS):
            of_centre = (self.species == centre) & own
            for column, zone in enumerate(zones):
                chosen = of_centre & zone
                table[row, column] = shells[SHELL_PAIRS[row]][chosen].sum(), chosen.sum()
        self.course.shells.append(table)
        oxygen, nitrogen = shells["Li", "O"], shells["Li", "N"]
        tetrahedral = (oxygen + nitrogen == TETRAHEDRAL) & (nitrogen <= _MOST_N)
        lithium = (self.species == MOBILE) & own
        self.course.tetrahedra.append(
            np.array(
                [[(lithium & zone & tetrahedral).sum(), (lithium & zone).sum()] for zone in zones]
            )
        )

    def _keep(self, frames: Frames, index: int, depths: FloatArray) -> None:
        course, number = self.course, len(self.course.times)
        if number % course.stride:
            return
        course.kept.append((number, frames.structure(index), depths.copy()))
        if len(course.kept) > KEPT:
            course.kept, course.stride = course.kept[::2], 2 * course.stride


_FORMER_BOND = 2.5
"""Longest bond of two formers (Å), for which the network looks."""

_MOST_N = 2
"""N of the tetrahedra Li[O4], Li[O3N] and Li[O2N2] that are published."""


def sides_of(course: Course, element: str) -> BoolArray:
    """Return which atoms of the electrolyte are of an element."""
    found: BoolArray = (np.array(course.symbols) == element) & course.sides.electrolyte
    return found


def _shell_counts(
    pairs: Pairs, species: np.ndarray, settings: InterfaceSettings
) -> dict[tuple[str, str], IntArray]:
    """Return the neighbours of each atom by pair of elements, frames x atoms."""
    found = {}
    first, second = pairs.ends
    total = pairs.n_frames * pairs.n_atoms
    for centre, other in SHELL_PAIRS:
        limit = settings.contact if centre == MOBILE else settings.bond
        near = pairs.distance <= limit
        there = pairs.first[near & (species[first] == centre) & (species[second] == other)]
        back = pairs.second[near & (species[second] == centre) & (species[first] == other)]
        counts = np.bincount(np.concatenate([there, back]), minlength=total)
        found[centre, other] = counts.reshape(pairs.n_frames, -1)
    return found
