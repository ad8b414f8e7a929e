"""Depth of atoms below the interface, from the first frame of a trajectory.

The electrolyte is where the network formers and their anions are in the first frame. Depth is
counted from its outermost atoms: positive inside the electrolyte, negative beyond. Where it meets
the other material at two faces, both are folded into one profile. The electrolyte's formers define
where it is in later frames, so that a drift of the whole cell does not count.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liponflow.analysis.glass.structural_units import Network
from liponflow.analysis.trajectory.frames import Frames
from liponflow.analysis.transport.regions import Region
from liponflow.arrays import BoolArray, FloatArray
from liponflow.boundary import FileError
from liponflow.periodic import wrapped

BESIDE = 6.0
"""Another material within this distance (Å) of a face makes it an interface; beyond it is vacuum.
"""
BULK = "bulk"
"""Name of the inner part of the electrolyte."""
LEAST_ROOM = 3.0
"""Least height (Å) of what is not the electrolyte."""


class InterfaceFramesError(FileError):
    """A trajectory without an interface, or one that cannot be followed; the remedy is named."""


@dataclass(frozen=True, eq=False)
class Sides:
    """Where the electrolyte is in the first frame.

    Attributes
    ----------
    centre
        Fraction of the height of the cell at which its middle is.
    half
        Half its thickness, from outermost atom to outermost atom, Å.
    height
        Of the cell along the normal, Å.
    faces
        +1 for an interface at the upper face, -1 at the lower one.
    electrolyte
        Which atoms were within it.
    formers
        Which atoms are its network formers.
    """

    centre: float
    half: float
    height: float
    faces: tuple[int, ...]
    electrolyte: BoolArray
    formers: BoolArray

    @property
    def other(self) -> float:
        """Thickness of the rest, from face to face of the electrolyte, Å."""
        return self.height - 2 * self.half


class WayIn(NamedTuple):
    """The way of one Li into the electrolyte."""

    atom: int
    """Index of the Li: the nearest beyond the first face."""
    depths: tuple[float, ...]
    """Depths of its stops, Å."""
    levels: tuple[float, ...]
    """Fractional heights of its stops."""


def normal_heights(cells: FloatArray) -> FloatArray:
    """Return the distance between the faces of cells that a and b span, Å.

    Examples
    --------
    >>> normal_heights(np.diag([3.0, 4.0, 5.0])[None]).round(6).tolist()
    [5.0]
    """
    areas = np.linalg.norm(np.cross(cells[:, 0], cells[:, 1]), axis=1)
    heights: FloatArray = np.abs(np.linalg.det(cells)) / areas
    return heights


def levels(frames: Frames) -> FloatArray:
    """Return the fractional heights along the normal of a and b, frames x atoms."""
    fractions: FloatArray = (frames.positions @ np.linalg.inv(frames.cells))[:, :, 2]
    return fractions


def find_sides(frames: Frames, net: Network, place: str) -> Sides:
    """Return where the electrolyte is in the first of some frames.

    Parameters
    ----------
    frames
        With the normal of the interface along a x b.
    net
        Bonds of its network.
    place
        File, for messages.

    Raises
    ------
    InterfaceFramesError
        If there is no network, or nothing beside it.
    """
    number = len(frames.symbols)
    first = net.bonds.first < number
    in_network = np.zeros(number, dtype=np.bool_)
    in_network[net.bonds.first[first]] = True
    in_network[net.bonds.second[first]] = True
    formers = np.isin(net.species, net.found.formers) & in_network
    if not formers.any():
        raise InterfaceFramesError(
            f"{place}: no network former ({', '.join(net.found.formers) or 'none present'}) is "
            "bonded to an anion in the first frame; name formers and anions"
        )
    level, height = levels(frames)[0], float(normal_heights(frames.cells[:1])[0])
    low, thickness = _extent(level[in_network] % 1.0)
    if (1 - thickness) * height < LEAST_ROOM:
        raise InterfaceFramesError(
            f"{place}: the network fills the height of the cell ({height:.1f} Å) but for "
            f"{(1 - thickness) * height:.1f} Å: there is no other material, or the normal of the "
            "interface is not that of the first two lattice vectors"
        )
    centre = low + thickness / 2
    offset = wrapped(level - centre) * height
    half = thickness * height / 2
    outside = np.abs(offset) > half
    faces = tuple(
        sign
        for sign in (1, -1)
        if (outside & (sign * offset > 0) & (np.abs(offset) < half + BESIDE)).any()
    )
    if not faces:
        raise InterfaceFramesError(
            f"{place}: nothing is within {BESIDE:g} Å of the faces of the electrolyte: there is "
            "no interface"
        )
    return Sides(centre, half, height, faces, ~outside, formers)


def _extent(level: FloatArray) -> tuple[float, float]:
    """Return where points on a circle begin and how far they reach, leaving out the widest gap."""
    order = np.sort(level)
    gaps = np.diff(np.append(order, order[0] + 1))
    widest = int(gaps.argmax())
    return float(order[(widest + 1) % len(order)]), float(1 - gaps[widest])


def zone_regions(sides: Sides, zone: float) -> list[Region]:
    """Return the slabs of the interface and of the bulk, for transport in them.

    Parameters
    ----------
    sides
        Where the electrolyte is in the first frame.
    zone
        Depth on either side that counts as the interface, Å.

    Returns
    -------
    list of Region
        One for each interface, and the bulk of the electrolyte where it is thick enough.
    """
    names = {1: "upper interface", -1: "lower interface"}
    found = []
    for face in sides.faces:
        middle = sides.centre + face * sides.half / sides.height
        reach = zone / sides.height
        name = names[face] if len(sides.faces) > 1 else "interface"
        found.append(Region(name, 2, (middle - reach) % 1.0, (middle + reach) % 1.0))
    inner = (sides.half - zone) / sides.height
    if inner > 0:
        low, high = (sides.centre - inner) % 1.0, (sides.centre + inner) % 1.0
        found.append(Region(BULK, 2, low, high))
    return found


def way_in(sides: Sides, level: FloatArray, lithium: BoolArray, points: int) -> WayIn:
    """Return the Li that is the first to enter, and where it stops on its way.

    Parameters
    ----------
    sides
        Where the electrolyte is.
    level
        Fractional height of every atom.
    lithium
        Which atoms are Li.
    points
        Number of stops, from the Li itself to the middle of the electrolyte.

    Raises
    ------
    InterfaceFramesError
        If no Li is on the other side.
    """
    face = sides.faces[0]
    offset = wrapped(level - sides.centre) * sides.height
    depth = sides.half - face * offset
    outside = lithium & ~sides.electrolyte & (depth < 0) & (depth > -BESIDE)
    if not outside.any():
        raise InterfaceFramesError(
            f"no Li is within {BESIDE:g} Å beyond the electrolyte: there is none to insert"
        )
    atom = int(np.argmax(np.where(outside, depth, -np.inf)))
    depths = np.linspace(float(depth[atom]), sides.half, points)
    levels_in = sides.centre + face * (sides.half - depths) / sides.height
    return WayIn(atom, tuple(depths.tolist()), tuple((levels_in % 1.0).tolist()))


class DepthMeter:
    """Measures depths in frames after the first.

    Parameters
    ----------
    frames
        Whose first frame is the reference.
    sides
        Where the electrolyte is in it.
    """

    def __init__(self, frames: Frames, sides: Sides) -> None:
        self.sides = sides
        self._start = levels(frames)[0]

    def depths(self, frames: Frames) -> FloatArray:
        """Return the depth of every atom, frames x atoms (Å).

        The thickness of the electrolyte is that of the first frame.
        """
        level = levels(frames)
        formers = self.sides.formers
        moved: FloatArray = wrapped(level[:, formers] - self._start[formers]).mean(axis=1)
        offset = wrapped(level - self.sides.centre - moved[:, None])
        heights = normal_heights(frames.cells)
        return fold(np.multiply(offset, heights[:, None], dtype=np.float64), self.sides)


def fold(offset: FloatArray, sides: Sides) -> FloatArray:
    """Return depths of heights above the middle of the electrolyte, Å."""
    found: FloatArray = (
        sides.half - np.abs(offset)
        if len(sides.faces) > 1
        else sides.half - sides.faces[0] * offset
    )
    return found


def bin_edges(sides: Sides, width: float) -> FloatArray:
    """Return the edges of bins of depth from the other material into the electrolyte, Å."""
    if len(sides.faces) > 1:
        low, high = sides.half - sides.height / 2, sides.half
    else:
        low, high = sides.half - sides.height / 2, sides.half + sides.height / 2
    below, above = int(np.ceil(-low / width)), int(np.ceil(high / width))
    return np.asarray(np.arange(-below, above + 1) * width, dtype=np.float64)


def bin_volumes(edges: FloatArray, sides: Sides, area: float) -> FloatArray:
    """Return the volume of each bin that lies within the cell, Å³."""
    low, high = float(edges[0]), float(edges[-1])
    if len(sides.faces) > 1:
        low, high = sides.half - sides.height / 2, sides.half
    inside = np.asarray(np.clip(edges, low, high), dtype=np.float64)
    return np.asarray(np.diff(inside) * area * len(sides.faces), dtype=np.float64)


def front(depths: FloatArray) -> float:
    """Return the mean depth of the outermost 5 %, and at least two, of atoms at these depths (Å).

    Examples
    --------
    >>> front(np.array([3.0, -1.0, 5.0, 1.0]))
    0.0
    """
    number = min(len(depths), max(2, round(0.05 * len(depths))))
    return float(np.sort(depths)[:number].mean())
