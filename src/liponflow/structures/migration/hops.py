"""Symmetry-distinct hops between sites, with every equivalent one.

`MigrationGraph` of pymatgen-analysis-diffusion finds the same hops in 25 s instead of 0.3 s for
the 18 sites of bcc Li, and in 6.5 s instead of 0.1 s for Li2O. It does not say which operation
exchanges the end points of a hop, from which half of the images is mirrored, nor which sites a
hop passes.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.percolation import dimension

Edge = tuple[int, int, int, int, int]
"""Start, end, and the cell of the end: indices into the sites and a lattice translation."""

FARTHEST = 4.0
"""Longest hop (Å) that is considered when no length is given."""

BLOCKED = 0.7
"""Hops whose straight line passes closer than this (Å) to a host atom are left out."""

ON_THE_WAY = 0.3
"""Sites closer than this (Å) to the straight line of a hop lie on it."""

MAX_ON_THE_WAY = 1
"""Hops that pass more sites than this are left out: shorter hops make them up."""

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
        Index of an operation that maps the start on the end, -1 without one: the end points
        are equivalent, and one is made from the other.
    swap
        Index of an operation that exchanges start and end, -1 without one: the path is its
        own mirror image.
    end_labels
        Kinds of site of start and end.
    """

    label: str
    start: int
    end: int
    translation: tuple[int, int, int]
    distance: float
    via: tuple[str, ...]
    clearance: float
    edges: IntArray
    from_start: int
    from_end: int
    onto_end: int
    swap: int
    end_labels: tuple[str, str]

    @property
    def equivalent_ends(self) -> bool:
        """Whether a symmetry operation maps the start on the end."""
        return self.onto_end >= 0

    @property
    def symmetric(self) -> bool:
        """Whether a symmetry operation exchanges the end points."""
        return self.swap >= 0


def distinct_hops(
    sites: HostSites, max_distance: float | None = None, labels: Collection[str] | None = None
) -> list[Hop]:
    """List the symmetry-distinct hops between sites.

    Parameters
    ----------
    sites
        Interstices of a host, or the sites of one of its elements.
    max_distance
        Longest hop, Å; by default that of :func:`percolating_distance`.
    labels
        Kinds of site to hop between; all by default.

    Returns
    -------
    list of Hop
        Shortest first. Each starts at the first position of its kind. Hops through a host atom
        and hops past several other sites are left out.

    Raises
    ------
    ValueError
        If a label is unknown, or if there is no hop up to the distance; the shortest is named.

    Examples
    --------
    >>> from liponflow.structures.migration.interstitials import interstitial_sites
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> for hop in distinct_hops(interstitial_sites(bcc_lithium(3.44))):
    ...     print(hop.label, round(hop.distance, 2), hop.from_start, hop.symmetric)
    tetrahedral-octahedral 0.86 2 False
    tetrahedral-tetrahedral 1.22 4 True
    tetrahedral-octahedral-tetrahedral 1.72 2 True
    octahedral-tetrahedral-octahedral 1.72 4 True
    """
    wanted = _kinds(sites, labels)
    limit = percolating_distance(sites, labels) if max_distance is None else max_distance
    maps = _site_maps(sites)
    found: list[Hop] = []
    seen: set[Edge] = set()
    for edge, distance in _edges(sites, wanted, limit):
        if edge in seen:
            continue
        orbit = {_tuple(row) for row in _images(maps, sites, edge)}
        seen |= orbit | {_reversed(e) for e in orbit}
        hop = _hop(sites, maps, orbit, distance)
        if hop.clearance >= BLOCKED and len(hop.via) <= MAX_ON_THE_WAY:
            found.append(hop)
    if not found:
        nearest = next((d for _, d in _edges(sites, wanted, FARTHEST)), None)
        raise ValueError(
            f"no hop between {sites.noun} of {reduced_formula(sites.host.composition)} up to "
            f"{limit:.2f} Å"
            + (f"; the shortest is {nearest:.2f} Å: raise max_distance" if nearest else "")
        )
    return _with_distinct_labels(found)


def percolating_distance(sites: HostSites, labels: Collection[str] | None = None) -> float:
    """Return the length up to which hops between sites of one kind cross the crystal.

    Parameters
    ----------
    sites
        Interstices of a host, or the sites of one of its elements.
    labels
        Kinds of site that count; all by default.

    Returns
    -------
    float
        The least length (Å) with which the sites of every kind that can form a network of three
        dimensions by hops up to ``FARTHEST`` do so alone, plus 0.001 Å; ``FARTHEST`` if none can.
    """
    longest = 0.0
    for kind in _kinds(sites, labels):
        taken: list[Edge] = []
        for length, edges in _by_length(sites, kind):
            taken += [edge for edge in edges if _clearance(sites, edge) >= BLOCKED]
            if dimension(len(sites), np.array(taken)) == 3:  # noqa: PLR2004 - directions of space
                longest = max(longest, length + _LENGTH_TOLERANCE)
                break
    return longest or FARTHEST


def worth_computing(hops: Sequence[Hop], stable: Collection[str], lowest: str) -> list[Hop]:
    """Select the hops that matter for the transport of an atom.

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
        Hops between stable sites. Of those that pass a stable site on the way, which shorter ones
        make up, only the ones between lowest sites: they need no other site to be a minimum.
    """
    chosen = []
    for hop in hops:
        ends = {hop.end_labels[0], hop.end_labels[1]}
        if ends <= set(stable) and (ends == {lowest} or not set(hop.via) & set(stable)):
            chosen.append(hop)
    return chosen


def _kinds(sites: HostSites, labels: Collection[str] | None) -> set[int]:
    if labels is None:
        return set(range(len(sites.kinds)))
    return {sites.kinds.index(sites.kind_of(label)) for label in labels}


def _edges(
    sites: HostSites, kinds: Collection[int], max_distance: float
) -> Iterator[tuple[Edge, float]]:
    """Yield directed pairs of sites up to a distance, shortest first."""
    points = Structure(sites.host.lattice, ["H"] * len(sites), sites.frac_coords)
    starts, ends, cells, distances = points.get_neighbor_list(max_distance)
    keep = np.isin(sites.kind[starts], list(kinds)) & np.isin(sites.kind[ends], list(kinds))
    order = sorted(
        np.flatnonzero(keep).tolist(),
        key=lambda n: (round(float(distances[n]), 3), int(starts[n]), int(ends[n])),
    )
    for n in order:
        yield _tuple([starts[n], ends[n], *cells[n]]), float(distances[n])


def _by_length(sites: HostSites, kind: int) -> Iterator[tuple[float, list[Edge]]]:
    """Yield length (Å) and one direction of the hops between sites of a kind, by shell."""
    shells: dict[float, list[Edge]] = {}
    for edge, distance in _edges(sites, {kind}, FARTHEST):
        if edge <= _reversed(edge):
            shells.setdefault(round(distance, 3), []).append(edge)
    yield from shells.items()


def _site_maps(sites: HostSites) -> tuple[IntArray, IntArray]:
    """Return the images of all sites: index (n_ops, n) and cell (n_ops, n, 3).

    Every operation permutes the sites up to lattice translations. With this table the images of
    a hop follow from integer arithmetic alone, and equivalent hops compare exactly.
    """
    group, x = sites.group, sites.frac_coords
    moved = np.einsum("gij,nj->gni", group.rotations, x) + group.translations[:, None, :]
    shift = moved[:, :, None, :] - x  # operation, site, candidate, axis
    # Rounding finds the image that coincides with the site, in a cell of any shape.
    cell = np.round(shift)
    off = np.linalg.norm((shift - cell) @ sites.host.lattice.matrix, axis=-1)
    index = off.argmin(axis=2)
    cells = np.take_along_axis(cell, index[:, :, None, None], axis=2)[:, :, 0, :]
    return index, cells.astype(np.int_)


def _images(maps: tuple[IntArray, IntArray], sites: HostSites, edge: Edge) -> IntArray:
    """Return the images of a hop under every operation, shape (n_ops, 5)."""
    index, cells = maps
    start, end, *translation = edge
    # Start and end move to cells of their own, and the translation between them is turned.
    turned = sites.group.rotations @ np.array(translation)
    shift = turned + cells[:, end] - cells[:, start]
    return np.column_stack([index[:, start], index[:, end], shift])


def _hop(
    sites: HostSites, maps: tuple[IntArray, IntArray], orbit: set[Edge], distance: float
) -> Hop:
    any_edge = next(iter(orbit))
    kinds = {int(sites.kind[any_edge[0]]), int(sites.kind[any_edge[1]])}
    first = min(kinds)
    # One direction of each, from the wider kind of site to the narrower.
    directed = orbit | {_reversed(e) for e in orbit}
    if len(kinds) == 1:
        edges = {min(e, _reversed(e)) for e in directed}
    else:
        edges = {e for e in directed if sites.kind[e[0]] == first}
    home = int(np.flatnonzero(sites.kind == first)[0])
    edge = min(
        (e for e in (edges if len(kinds) > 1 else directed) if e[0] == home),
        key=lambda e: (sum(abs(t) for t in e[2:]), e),
    )
    images = _images(maps, sites, edge)
    # Operations that put the start on the end make its end point from the start; one whose image
    # of the hop is the hop reversed turns the whole path round.
    onto = np.flatnonzero(images[:, 0] == edge[1])
    swap = np.flatnonzero((images == np.array(_reversed(edge))).all(axis=1))
    via = _on_the_way(sites, edge)
    labels = [sites.labels[edge[0]], *via, sites.labels[edge[1]]]
    # A hop between sites of one kind leaves both of its ends, but is listed once.
    both = 2 if len(kinds) == 1 else 1
    return Hop(
        label="-".join(labels),
        start=edge[0],
        end=edge[1],
        translation=(edge[2], edge[3], edge[4]),
        distance=distance,
        via=tuple(via),
        clearance=_clearance(sites, edge),
        edges=np.array(sorted(edges)),
        from_start=both * len(edges) // sites.kinds[first].multiplicity,
        from_end=both * len(edges) // sites.kinds[max(kinds)].multiplicity,
        onto_end=int(onto[0]) if len(onto) else -1,
        swap=int(swap[0]) if len(swap) else -1,
        end_labels=(labels[0], labels[-1]),
    )


def jumps(sites: HostSites, hop: Hop) -> list[tuple[int, int, float, float, float]]:
    """Return start, end and vector (Å) of every hop equivalent to one, in one direction."""
    x, matrix = sites.frac_coords, sites.host.lattice.matrix
    found = []
    for start, end, *translation in hop.edges.tolist():
        along, across, up = (x[end] + np.array(translation) - x[start]) @ matrix
        found.append((start, end, float(along), float(across), float(up)))
    return found


def edges_of_jumps(
    sites: HostSites, found: Sequence[tuple[int, int, float, float, float]]
) -> IntArray:
    """Return the edges of a periodic graph (start, end, cell of the end) from :func:`jumps`."""
    x, lattice = sites.frac_coords, sites.host.lattice
    edges = []
    for start, end, *vector in found:
        cell = lattice.get_fractional_coords(vector) - (x[end] - x[start])
        edges.append([start, end, *(round(number) for number in cell)])
    return np.array(edges)


def _line(sites: HostSites, edge: Edge) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the straight line of a hop, Å."""
    x, matrix = sites.frac_coords, sites.host.lattice.matrix
    return x[edge[0]] @ matrix, (x[edge[1]] + np.array(edge[2:])) @ matrix


def _near_line(
    structure: Structure, ends: tuple[FloatArray, FloatArray], reach: float
) -> list[tuple[float, float, int]]:
    """Return atoms near a line: position along it (0 to 1), distance from it (Å) and index."""
    start, end = ends
    along = end - start
    length = float(np.linalg.norm(along))
    found = []
    for site in structure.get_sites_in_sphere((start + end) / 2, length / 2 + reach):
        at = float(np.clip((site.coords - start) @ along / length**2, 0, 1))
        off = float(np.linalg.norm(site.coords - start - at * along))
        if off <= reach:
            found.append((at, off, int(site.index)))
    return sorted(found)


def _on_the_way(sites: HostSites, edge: Edge) -> list[str]:
    points = Structure(sites.host.lattice, ["H"] * len(sites), sites.frac_coords)
    near = _near_line(points, _line(sites, edge), ON_THE_WAY)
    return [sites.labels[site] for at, _, site in near if 0 < round(at, 6) < 1]


def _clearance(sites: HostSites, edge: Edge) -> float:
    reach = max(kind.radius for kind in sites.kinds)
    # On occupied sites the atom that hops, and the one that has left, are at the ends themselves.
    return min(
        (
            off
            for at, off, _ in _near_line(sites.host, _line(sites, edge), reach)
            if off > _LENGTH_TOLERANCE or 0 < round(at, 6) < 1
        ),
        default=reach,
    )


def _with_distinct_labels(hops: Sequence[Hop]) -> list[Hop]:
    total, seen = Counter(hop.label for hop in hops), Counter[str]()
    renamed = []
    for hop in hops:
        seen[hop.label] += 1
        number = f" {seen[hop.label]}" if total[hop.label] > 1 else ""
        renamed.append(replace(hop, label=hop.label + number))
    return renamed


def _reversed(edge: Edge) -> Edge:
    start, end, i, j, k = edge
    return end, start, -i, -j, -k


def _tuple(row: Sequence[int] | IntArray) -> Edge:
    start, end, i, j, k = (int(n) for n in row)
    return start, end, i, j, k
