"""Percolation: the hops by which an atom crosses a crystal, and the highest barrier on its way.

A periodic graph has the interstitial sites of one cell as nodes; an edge is a hop from a site to
one in the same or in another cell. A loop of the graph that ends in another cell is a lattice
vector along which an atom can move without limit; the rank of these vectors is the dimension of
the network.
A walk through the graph assigns a cell to every site; each edge to a site that already has one
closes a loop, and these loops generate all others (a cycle basis of the graph).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from liponflow.arrays import IntArray


@dataclass(frozen=True)
class Network:
    """The lowest network of a dimension.

    Attributes
    ----------
    dimension
        Number of independent directions in which it is endless: 1, 2 or 3.
    saddle_energy
        Highest saddle on the way, in the units and to the zero of the energies that were given.
    hops
        Labels of the hops that it takes.
    sites
        Sites of the cell that it joins, sorted.
    """

    dimension: int
    saddle_energy: float
    hops: tuple[str, ...]
    sites: tuple[int, ...]


def components(n_sites: int, edges: IntArray) -> list[tuple[tuple[int, ...], int]]:
    """Split a periodic graph into its connected components.

    Parameters
    ----------
    n_sites
        Sites in the cell.
    edges
        Rows of start, end and the translation of the end's cell, shape (n, 5). One direction of
        a hop is enough.

    Returns
    -------
    list of (sites, dimension)
        The sites of each part, sorted, and the dimension, 0 to 3, in which it is endless.

    Examples
    --------
    >>> chain_and_cage = np.array([[0, 0, 1, 0, 0], [1, 2, 0, 0, 0]])
    >>> components(3, chain_and_cage)
    [((0,), 1), ((1, 2), 0)]
    """
    neighbors: list[list[tuple[int, IntArray]]] = [[] for _ in range(n_sites)]
    for start, end, *shift in np.asarray(edges, dtype=np.int_).reshape(-1, 5).tolist():
        translation = np.array(shift, dtype=np.int_)
        neighbors[start].append((end, translation))
        neighbors[end].append((start, -translation))
    cell: dict[int, IntArray] = {}  # of each site, where the walk first came upon it
    found = []
    for root in range(n_sites):
        if root in cell:
            continue
        cell[root] = np.zeros(3, dtype=np.int_)
        members, waiting, loops = [root], [root], [np.zeros(3, dtype=np.int_)]
        while waiting:
            here = waiting.pop()
            for there, translation in neighbors[here]:
                arrival = cell[here] + translation
                if there in cell:
                    loops.append(arrival - cell[there])
                else:
                    cell[there] = arrival
                    members.append(there)
                    waiting.append(there)
        rank = int(np.linalg.matrix_rank(np.unique(np.array(loops), axis=0)))
        found.append((tuple(sorted(members)), rank))
    return found


def dimension(n_sites: int, edges: IntArray) -> int:
    """Return the highest dimension of any component of a periodic graph, 0 to 3."""
    return max((rank for _, rank in components(n_sites, edges)), default=0)


def lowest_networks(
    n_sites: int, edges: Mapping[str, IntArray], saddle_energies: Mapping[str, float]
) -> dict[int, Network]:
    """Find the networks with the lowest highest saddle, for each dimension that is reached.

    Hops are opened from the lowest saddle upwards; the first that makes a part of the graph
    endless in one, two or three directions is the bottleneck of that dimension.

    Parameters
    ----------
    n_sites
        Sites in the cell.
    edges
        Hops of each label, as in :func:`components`.
    saddle_energies
        Energy of the saddle of each label, eV, all to one zero (not to the start of the hop).
        Labels without one stay closed.

    Returns
    -------
    dict
        Networks by dimension, 1 to 3; a dimension that no set of hops reaches is missing. A
        network of a higher dimension stands also for the lower ones that nothing cheaper
        reaches.

    Raises
    ------
    ValueError
        If a saddle belongs to no hop.

    Examples
    --------
    >>> edges = {"along x": np.array([[0, 0, 1, 0, 0]]),
    ...          "in the plane": np.array([[0, 0, 1, 1, 0], [0, 0, 0, 1, 0]])}
    >>> found = lowest_networks(1, edges, {"along x": 0.1, "in the plane": 0.4})
    >>> {d: network.saddle_energy for d, network in found.items()}
    {1: 0.1, 2: 0.4}
    """
    if unknown := sorted(saddle_energies.keys() - edges.keys()):
        raise ValueError(f"saddle of unknown hop {unknown[0]!r}; there are {sorted(edges)}")
    found: dict[int, Network] = {}
    opened: list[str] = []
    for label in sorted(saddle_energies, key=lambda hop: (saddle_energies[hop], hop)):
        opened.append(label)
        joined = np.vstack([edges[hop] for hop in opened])
        parts = components(n_sites, joined)
        sites, reached = max(parts, key=lambda part: part[1])
        for new in range(1, reached + 1):
            if new not in found:
                taken = tuple(
                    hop for hop in opened if np.isin(np.asarray(edges[hop])[:, 0], sites).any()
                )
                found[new] = Network(new, saddle_energies[label], taken, sites)
    return found


def easiest_network(
    n_sites: int, edges: Mapping[str, IntArray], saddle_energies: Mapping[str, float]
) -> Network | None:
    """Return the network of lowest highest saddle that crosses the crystal.

    Arguments as for :func:`lowest_networks`. The network leads in as many directions as any set
    of hops does; None if none leads anywhere.
    """
    networks = lowest_networks(n_sites, edges, saddle_energies)
    return networks[max(networks)] if networks else None
