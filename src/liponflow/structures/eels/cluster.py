"""Clusters of atoms round an absorber, with the potentials that FEFF computes for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np
from pymatgen.core.structure import Structure
from scipy.spatial import cKDTree

from liponflow.arrays import FloatArray, IntArray
from liponflow.structures.eels.potentials import GROUPINGS, by_element

MOST_POTENTIALS = 12
"""Potentials that every FEFF takes, the absorber's among them (nphx = 11 in FEFF9)."""

MOST_ATOMS = 1000
"""Atoms of a cluster that every FEFF takes (natx in FEFF9)."""

ABSORBER_STOICHIOMETRY = 0.01
"""Share of the absorber: it is one atom of many, and must not be zero (FEFF's manual)."""

ROUNDING = 1e-3
"""Margin (Å) that keeps atoms on the edge of a cluster in it, whatever the rounding."""

_FARTHEST = 25.0
"""Distance (Å) beyond which no representative of a potential is looked for."""


class ClusterError(ValueError):
    """An absorber or a cluster of which no spectrum can be computed."""

    page = "docs/eels.md"


@dataclass(frozen=True)
class Potential:
    """A potential of a cluster.

    Attributes
    ----------
    element
        Symbol.
    label
        Label of its atoms; that of the absorber's own potential is its site's.
    stoichiometry
        Its atoms in the smallest ratio of whole numbers in the structure.
    nearest
        Distance of its nearest atom from the absorber (Å), the representative for FEFF.
    """

    element: str
    label: str
    stoichiometry: float
    nearest: float


@dataclass(frozen=True, eq=False)
class Cluster:
    """Atoms within a radius of an absorber, sorted by their distance from it.

    Attributes
    ----------
    potentials
        The absorber's, then one per label.
    coords
        Positions relative to the absorber (Å), shape (atoms, 3); the absorber is the first.
    numbers
        Index of each atom's potential, shape (atoms,).
    sites
        Site of the structure that each atom is, or is an image of, shape (atoms,).
    radius
        Radius (Å).
    """

    potentials: tuple[Potential, ...]
    coords: FloatArray
    numbers: IntArray
    sites: IntArray
    radius: float

    def __len__(self) -> int:
        return len(self.coords)

    @property
    def symbols(self) -> list[str]:
        """Element of every atom."""
        return [self.potentials[number].element for number in self.numbers]

    @property
    def distances(self) -> FloatArray:
        """Distance of every atom from the absorber (Å)."""
        found: FloatArray = np.linalg.norm(self.coords, axis=1)
        return found

    @property
    def farthest_representative(self) -> float:
        """Distance from the absorber to the farthest of the potentials' nearest atoms (Å)."""
        return max(potential.nearest for potential in self.potentials)

    def atoms_within(self, radius: float) -> list[int]:
        """Return how many atoms of the cluster are within a radius of each representative."""
        found = []
        for number in range(len(self.potentials)):
            centre = self.coords[int(np.argmax(self.numbers == number))]
            distances = np.linalg.norm(self.coords - centre, axis=1)
            found.append(int((distances <= radius).sum()))
        return found


def absorber_cluster(
    structure: Structure,
    site: int,
    radius: float,
    *,
    labels: Sequence[str] | None = None,
    min_distance: float = 1.0,
) -> Cluster:
    """Return the atoms round an absorber of a periodic structure.

    Parameters
    ----------
    structure
        Ordered periodic structure.
    site
        Index of the absorber.
    radius
        Radius of the cluster (Å); :func:`needed_radius` returns the least.
    labels
        Label of every site; atoms of one label share a potential. By default their elements.
    min_distance
        Least distance between two atoms (Å).

    Returns
    -------
    Cluster

    Raises
    ------
    ClusterError
        If the site does not exist, two atoms are closer than `min_distance`, a label has no atom
        within the radius, or there are more atoms or potentials than FEFF takes.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> found = absorber_cluster(phase("Li2O").structure(), 0, 4.0)
    >>> [(item.element, item.stoichiometry) for item in found.potentials]
    [('Li', 0.01), ('Li', 2), ('O', 1)]
    """
    labels = _labels(structure, site, labels)
    neighbours = structure.get_neighbors(structure[site], radius + ROUNDING)
    if len(neighbours) >= MOST_ATOMS:
        raise ClusterError(
            f"the cluster of {radius:g} Å round {_named(structure, site)} has "
            f"{len(neighbours) + 1} atoms, more than the {MOST_ATOMS} that FEFF takes; lower "
            "fms_radius and scf_radius"
        )
    offsets = np.array([item.coords for item in neighbours]).reshape(-1, 3)
    offsets = offsets - structure[site].coords
    indices = np.array([item.index for item in neighbours], dtype=np.int_)
    distances = np.array([item.nn_distance for item in neighbours])
    # The order must not depend on the neighbour search: equal distances by site and place.
    keys = (*np.round(offsets, 4).T[::-1], indices, np.round(distances, 4))
    order = np.lexsort(keys)
    offsets, indices, distances = offsets[order], indices[order], distances[order]
    names = list(dict.fromkeys(labels))
    numbers = np.array([names.index(labels[index]) + 1 for index in indices], dtype=np.int_)
    coords = np.vstack([np.zeros((1, 3)), offsets])
    sites = np.concatenate([[site], indices])
    _check_distances(structure, coords, sites, min_distance)
    absent = [name for number, name in enumerate(names, start=1) if number not in numbers]
    if absent:
        raise ClusterError(
            f"the cluster of {radius:g} Å round {_named(structure, site)} has no atom of "
            f"{', '.join(absent)}: raise its radius to "
            f"{_farthest_representative(structure, site, labels, radius) + ROUNDING:.3f} Å or more"
        )
    if len(names) >= MOST_POTENTIALS:
        raise ClusterError(
            f"{len(names)} potentials beside that of the absorber, more than the "
            f"{MOST_POTENTIALS - 1} that FEFF takes; set potentials=element for one per element"
        )
    shares = _stoichiometry(labels)
    potentials = [Potential(_symbol(structure, site), labels[site], ABSORBER_STOICHIOMETRY, 0.0)]
    for number, name in enumerate(names, start=1):
        nearest = float(distances[numbers == number].min())
        element = _symbol(structure, labels.index(name))
        potentials.append(Potential(element, name, shares[name], nearest))
    return Cluster(
        potentials=tuple(potentials),
        coords=coords,
        numbers=np.concatenate([[0], numbers]),
        sites=sites,
        radius=radius,
    )


def needed_radius(
    structure: Structure,
    site: int,
    *,
    scf_radius: float,
    fms_radius: float,
    labels: Sequence[str] | None = None,
) -> float:
    """Return the least radius of a cluster from which nothing that enters a spectrum is missing.

    Parameters
    ----------
    structure, site, labels
        As for :func:`absorber_cluster`.
    scf_radius, fms_radius
        Radii of FEFF's clusters for the potentials and for multiple scattering (Å).

    Returns
    -------
    float
        The larger of them, plus the distance of the farthest representative (Å): FEFF computes a
        potential in a cluster round its atom nearest to the absorber, and does not say when atoms
        are missing there.

    Raises
    ------
    ClusterError
        If the site does not exist, or a label has no atom within 25 Å.
    """
    labels = _labels(structure, site, labels)
    largest = max(scf_radius, fms_radius)
    return largest + _farthest_representative(structure, site, labels, largest) + ROUNDING


def spectrum_cluster(
    structure: Structure,
    site: int,
    *,
    scf_radius: float,
    fms_radius: float,
    potentials: str,
    min_distance: float,
) -> Cluster:
    """Return the cluster of an absorber, as large as FEFF needs it.

    Parameters
    ----------
    structure, site, min_distance
        As for :func:`absorber_cluster`.
    scf_radius, fms_radius
        Radii of FEFF's clusters (Å).
    potentials
        What has a potential of its own: ``element``, ``symmetry`` or ``coordination``.

    Raises
    ------
    ClusterError
        If there is no cluster of which a spectrum can be computed.
    """
    if not structure.is_ordered:
        raise ClusterError("sites are occupied in part; order the structure first")
    labels = GROUPINGS[potentials](structure)
    radius = needed_radius(
        structure, site, scf_radius=scf_radius, fms_radius=fms_radius, labels=labels
    )
    cluster = absorber_cluster(structure, site, radius, labels=labels, min_distance=min_distance)
    check_radius(cluster, scf_radius=scf_radius, fms_radius=fms_radius)
    return cluster


def check_radius(cluster: Cluster, *, scf_radius: float, fms_radius: float) -> None:
    """Refuse a cluster that ends within the clusters that FEFF computes.

    Parameters
    ----------
    cluster
        Any cluster.
    scf_radius, fms_radius
        Radii of FEFF's clusters (Å).

    Raises
    ------
    ClusterError
        With its radius and the least.
    """
    least = max(scf_radius, fms_radius) + cluster.farthest_representative
    if cluster.radius < least:
        raise ClusterError(
            f"the cluster of {cluster.radius:g} Å is too small: radii of {scf_radius:g} Å (SCF) "
            f"and {fms_radius:g} Å (FMS), and a potential whose nearest atom is "
            f"{cluster.farthest_representative:.3f} Å from the absorber, need {least:.3f} Å; "
            "raise the radius of the cluster, or lower the others"
        )


def _labels(structure: Structure, site: int, labels: Sequence[str] | None) -> list[str]:
    if not 0 <= site < len(structure):
        raise ClusterError(
            f"there is no site {site}: the structure has {len(structure)}, counted from 0"
        )
    if not structure.is_ordered:
        raise ClusterError("sites are occupied in part; order the structure first")
    return by_element(structure) if labels is None else list(labels)


def _symbol(structure: Structure, site: int) -> str:
    return str(structure[site].specie.symbol)


def _named(structure: Structure, site: int) -> str:
    return f"{_symbol(structure, site)} (site {site})"


def _stoichiometry(labels: Sequence[str]) -> dict[str, int]:
    """Return the atoms of every label in the smallest ratio of whole numbers."""
    counts = {name: labels.count(name) for name in dict.fromkeys(labels)}
    divisor = reduce(gcd, counts.values())
    return {name: count // divisor for name, count in counts.items()}


def _farthest_representative(
    structure: Structure, site: int, labels: Sequence[str], radius: float
) -> float:
    """Return the largest distance of a label's nearest atom (Å), looked for from a radius on."""
    names = set(labels)
    while True:
        nearest: dict[str, float] = {}
        for item in structure.get_neighbors(structure[site], radius):
            name = labels[item.index]
            nearest[name] = min(item.nn_distance, nearest.get(name, np.inf))
        if len(nearest) == len(names):
            return max(nearest.values())
        if radius >= _FARTHEST:
            raise ClusterError(
                f"no atom of {', '.join(sorted(names - set(nearest)))} is within "
                f"{_FARTHEST:g} Å of {_named(structure, site)}; take a smaller cell"
            )
        radius = min(1.4 * radius, _FARTHEST)


def _check_distances(
    structure: Structure, coords: FloatArray, sites: IntArray, min_distance: float
) -> None:
    """Refuse atoms that overlap: FEFF only warns."""
    pairs = cKDTree(coords).query_pairs(min_distance, output_type="ndarray")
    if len(pairs):
        distances = np.linalg.norm(coords[pairs[:, 0]] - coords[pairs[:, 1]], axis=1)
        first, second = (int(sites[one]) for one in pairs[int(distances.argmin())])
        raise ClusterError(
            f"{_named(structure, first)} and {_named(structure, second)} are "
            f"{distances.min():.3f} Å apart, less than min_distance = {min_distance:g} Å: relax "
            "the structure, or lower the limit if that is a bond"
        )
