"""Voids of a crystal: the interstitial sites between the atoms of a framework.

The vertices of the Voronoi tessellation of the framework are the points that are locally
farthest from its atoms. An ideal polyhedron has one vertex at its centre; distortion splits it
into several, which are merged again. N. A. Anurova et al., Solid State Ionics 179, 2248 (2008),
use Voronoi vertices likewise for the sites of Li conductors.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree, Voronoi

from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula

TETRAHEDRAL = 4
OCTAHEDRAL = 6

MERGE_DISTANCE = 0.8
"""Voronoi vertices nearer than this (Å) are one void.

In a distorted octahedron the one vertex of the ideal one splits: with the bonds of a Jahn-Teller
Mn3+ (1.93 and 2.30 Å) into two, 0.68 Å apart. Neighbouring voids of close-packed oxides are 1.1 Å
apart or more.
"""

OCCUPIED_WITHIN = 0.75
"""An atom nearer than this (Å) to the centre of a void occupies it."""

_EDGE = 1e-4  # a centre on a cell face counts at 0, not at 1 (fractional)


@dataclass(frozen=True)
class Void:
    """One interstitial site.

    Attributes
    ----------
    frac_coords
        Centroid of the coordinating atoms, fractional, in [0, 1).
    neighbors
        Coordinating atoms, each as index in the structure and lattice translation.
    distance
        Mean distance from the centre to the coordinating atoms, Å.
    occupant
        Index of the atom that sits in the void, None if it is free.
    """

    frac_coords: tuple[float, float, float]
    neighbors: tuple[tuple[int, tuple[int, int, int]], ...]
    distance: float
    occupant: int | None

    @property
    def coordination(self) -> int:
        """Number of coordinating atoms."""
        return len(self.neighbors)


def voids(
    structure: Structure,
    framework: Collection[str] | Sequence[int],
    *,
    coordination: Collection[int] = (TETRAHEDRAL, OCTAHEDRAL),
    merge_distance: float = MERGE_DISTANCE,
    keep_occupied: bool = False,
) -> list[Void]:
    """Find the tetrahedral, octahedral or other sites between the atoms of a framework.

    A void is a vertex of the framework's Voronoi tessellation: a point that is locally farthest
    from it, equidistant to the atoms around.

    Parameters
    ----------
    structure
        Periodic structure.
    framework
        Atoms between which to search: element symbols or site indices (the anions of an oxide,
        every atom of a metal).
    coordination
        Coordination numbers to keep.
    merge_distance
        Vertices nearer than this are one void, Å.
    keep_occupied
        Whether to return also the voids in which an atom of the structure sits.

    Returns
    -------
    list of Void
        Sorted by coordination, then by fractional coordinates.

    Raises
    ------
    ValueError
        If no atom of the structure belongs to the framework.

    Notes
    -----
    The octahedral site of bcc is not a vertex: it is the middle of a Voronoi face, a saddle
    between four tetrahedral sites, and is not found.

    Examples
    --------
    >>> fcc = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.05), ["Al"], [[0, 0, 0]])
    >>> [(v.coordination, v.frac_coords) for v in voids(fcc, ["Al"])][-1]
    (6, (0.5, 0.5, 0.5))
    """
    members = _framework_indices(structure, framework)
    index, image, points = _padded(structure, members)
    tessellation = Voronoi(points)
    inverse = structure.lattice.inv_matrix
    frac = tessellation.vertices @ inverse
    # A group of vertices may straddle a face of the cell: those just outside belong to it.
    margin = 2 * merge_distance * np.linalg.norm(inverse, axis=0)
    near = np.flatnonzero(((frac > -margin) & (frac < 1 + margin)).all(axis=1))
    around = _points_around(tessellation, near)
    found = []
    for group in _groups(tessellation.vertices[near], merge_distance):
        atoms = sorted(set().union(*(around[vertex] for vertex in near[group])))
        if len(atoms) not in coordination:
            continue
        centre = points[atoms].mean(axis=0)
        # Of the images of a void that the margin holds, the one with its centre in the cell
        # counts.
        frac_centre = centre @ inverse
        if (frac_centre < -_EDGE).any() or (frac_centre >= 1 - _EDGE).any():
            continue
        inside = structure.get_sites_in_sphere(centre, OCCUPIED_WITHIN)
        occupant = int(inside[0].index) if inside else None
        if occupant is not None and not keep_occupied:
            continue
        x, y, z = (float(c) for c in np.abs(np.round(frac_centre, 10)))
        neighbors = tuple(
            (int(index[atom]), (int(i), int(j), int(k)))
            for atom, (i, j, k) in zip(atoms, image[atoms], strict=True)
        )
        distance = float(np.linalg.norm(points[atoms] - centre, axis=1).mean())
        found.append(Void((x, y, z), neighbors, distance, occupant))
    return sorted(found, key=lambda void: (void.coordination, void.frac_coords))


def _framework_indices(
    structure: Structure, framework: Collection[str] | Sequence[int]
) -> IntArray:
    wanted = set(framework)
    members = [i for i, s in enumerate(structure) if i in wanted or s.specie.symbol in wanted]
    if not members:
        raise ValueError(
            f"no atom of {reduced_formula(structure.composition)} belongs to the framework "
            f"{sorted(map(str, wanted))}; name elements or site indices that are there"
        )
    return np.array(members)


def _padded(structure: Structure, members: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return index, translation and position (Å) of the atoms in and around the cell."""
    lattice: Lattice = structure.lattice
    # No point is farther from a lattice point, and so from an atom, than half the sum of the axes.
    margin = sum(lattice.abc) / 2 * np.linalg.norm(lattice.inv_matrix, axis=0)
    reach = np.ceil(margin).astype(int) + 1
    grid = np.stack(
        np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), axis=-1
    ).reshape(-1, 3)
    frac = structure.frac_coords[members][:, None, :] + grid
    inside = ((frac > -margin) & (frac < 1 + margin)).all(axis=2)
    atom, cell = np.nonzero(inside)
    return members[atom], grid[cell], frac[inside] @ lattice.matrix


def _points_around(tessellation: Voronoi, vertices: IntArray) -> dict[int, set[int]]:
    """Return the points whose Voronoi cells meet at each vertex."""
    around: dict[int, set[int]] = defaultdict(set)
    wanted = set(vertices.tolist())
    for point, region in enumerate(tessellation.point_region):
        for vertex in wanted.intersection(tessellation.regions[region]):
            around[vertex].add(point)
    return around


def _groups(positions: FloatArray, distance: float) -> list[NDArray[np.intp]]:
    """Split positions into groups linked by steps up to a distance (single linkage)."""
    pairs = KDTree(positions).query_pairs(distance, output_type="ndarray")
    n = len(positions)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    n_groups, label = connected_components(links, directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(order, np.cumsum(np.bincount(label, minlength=n_groups))[:-1])
