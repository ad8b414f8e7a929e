"""Symmetry-distinct hops between interstitial sites, with every equivalent one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liponflow.structures.interstitials import Interstitials

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]
Edge = tuple[int, int, int, int, int]
"""Start, end, and the cell of the end: indices into the sites and a lattice translation."""

FARTHEST = 6.0
"""Longest hop (Å) that is looked for when no length is given."""

BLOCKED = 0.7
"""A hop whose straight line passes a host atom nearer than this (Å) is none."""

ON_THE_WAY = 0.3
"""Sites this near (Å) to the straight line of a hop lie on it."""

_LENGTH_TOLERANCE = 1e-3  # Å


@dataclass(frozen=True, eq=False)
class Hop:
    """One symmetry-distinct hop.

    Attributes
    ----------
    label
        Kinds of site that it joins, with those on the way: "octahedral-tetrahedral-octahedral". A
        number follows where distinct hops share it.
    start, end
        Indices of the positions in the interstitials.
    translation
        Cell of the end point.
    distance
        Length of the straight line, Å.
    via
        Labels of the kinds of site on the way.
    clearance
        Distance from the straight line to the nearest host atom, Å.
    edges
        Every equivalent hop, in one direction each, shape (n, 5): start, end, translation.
    from_start, from_end
        Equivalent hops that leave one site of the start's kind, and one of the end's.
    onto_end
        Index of an operation that maps the start on the end, -1 if there is none: the end points
        are equivalent, and one is made from the other.
    swap
        Index of an operation that exchanges start and end, -1 if there is none: the path is its
        own mirror image.
    """

    label: str
    start: int
    end: int
    translation: tuple[int, int, int]
    distance: float
    via: tuple[str, ...]
    clearance: float
    edges: Ints
    from_start: int
    from_end: int
    onto_end: int
    swap: int

    @property
    def equivalent_ends(self) -> bool:
        """Whether a symmetry operation maps the start on the end."""
        return self.onto_end >= 0

    @property
    def symmetric(self) -> bool:
        """Whether a symmetry operation exchanges the end points."""
        return self.swap >= 0


def distinct_hops(
    sites: Interstitials, max_distance: float | None = None, labels: Collection[str] | None = None
) -> list[Hop]:
    """List the symmetry-distinct hops between sites.

    Parameters
    ----------
    sites
        Interstitial sites of a host.
    max_distance
        Longest hop, Å; by default that of :func:`percolating_distance`.
    labels
        Kinds of site to hop between; all by default.

    Returns
    -------
    list of Hop
        Shortest first. Hops through a host atom are left out.

    Raises
    ------
    ValueError
        If a label is unknown, or if there is no hop up to the distance; the shortest is named.

    Examples
    --------
    >>> from liponflow.structures.interstitials import interstitial_sites
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> for hop in distinct_hops(interstitial_sites(bcc_lithium(3.44))):
    ...     print(hop.label, round(hop.distance, 2), hop.from_start, hop.symmetric)
    tetrahedral-octahedral 0.86 2 False
    tetrahedral-tetrahedral 1.22 4 True
    octahedral-tetrahedral-octahedral 1.72 4 True
    tetrahedral-octahedral-tetrahedral 1.72 2 True
    """
    raise NotImplementedError


def percolating_distance(sites: Interstitials, labels: Collection[str] | None = None) -> float:
    """Find the length up to which hops between sites of one kind cross the crystal.

    Parameters
    ----------
    sites
        Interstitial sites of a host.
    labels
        Kinds of site that count; all by default.

    Returns
    -------
    float
        The least length (Å) with which the sites of every kind alone form an endless network of
        three dimensions; at most ``FARTHEST``.
    """
    raise NotImplementedError


def worth_computing(hops: Sequence[Hop], stable: Collection[str], lowest: str) -> list[Hop]:
    """Choose the hops that the transport of an atom takes.

    Parameters
    ----------
    hops
        Distinct hops.
    stable
        Kinds of site at which the atom stays when it is relaxed.
    lowest
        The one of lowest energy.

    Returns
    -------
    list of Hop
        Those between stable sites, or, where only some sites on the way are stable, through the
        others.
    """
    raise NotImplementedError
