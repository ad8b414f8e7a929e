"""Bond lengths and bond angles over a block of frames."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liponflow.analysis.glass.neighbours import Pairs
from liponflow.analysis.glass.structural_units import Network
from liponflow.arrays import FloatArray, IntArray


class Values(NamedTuple):
    """Values of one kind, with the frame that each belongs to."""

    values: FloatArray
    frames: IntArray


def network_bonds(net: Network) -> dict[str, Values]:
    """Return the lengths (Å) of bonds between formers and anions, by the role of the anion.

    Parameters
    ----------
    net
        Bonds over a block of frames.

    Returns
    -------
    dict
        Lengths by kind, such as ``P-O (terminal)``, ``P-N (bridging)``; an anion that is shared by
        three or more formers counts as bridging. ``P-O`` has all bonds of the two elements.
    """
    bonds = net.bonds
    former, anion = net.element(bonds.first), net.element(bonds.second)
    shared = net.formers_of[bonds.second] > 1
    found = {}
    for a in net.found.formers:
        for b in net.found.anions:
            of_elements = (former == a) & (anion == b)
            terminal = "apical" if b == "N" else "terminal"
            for suffix, mask in (("", None), (f" ({terminal})", ~shared), (" (bridging)", shared)):
                chosen = of_elements if mask is None else of_elements & mask
                if chosen.any():
                    found[f"{a}-{b}{suffix}"] = Values(bonds.distance[chosen], bonds.frame[chosen])
    return found


def contact_lengths(
    symbols: Sequence[str], pairs: Pairs, centre: str, anions: Sequence[str], cutoff: float
) -> dict[str, Values]:
    """Return the distances (Å) of a cation's anions within a cut-off, by element: ``Li-O``."""
    species = np.array(symbols)
    near = pairs.select(pairs.joining(species == centre, np.isin(species, anions)))
    near = near.select(near.distance <= cutoff)
    found = {}
    for anion in anions:
        chosen = near.joining(species == centre, species == anion)
        if chosen.any():
            found[f"{centre}-{anion}"] = Values(near.distance[chosen], near.frame[chosen])
    return found


def network_angles(net: Network) -> dict[str, Values]:
    """Return the angles (degrees) at formers and bridging anions: ``O-P-N``, ``P-N-P``.

    Parameters
    ----------
    net
        Bonds over a block of frames.

    Returns
    -------
    dict
        Angles by the three elements, with the vertex in the middle.
    """
    bonds = net.bonds
    at_former = _angles(bonds.first, bonds.vector, net.element(bonds.second))
    at_anion = _angles(bonds.second, -bonds.vector, net.element(bonds.first))
    found: dict[str, Values] = {}
    for vertex, ends, angles in (at_former, at_anion):
        element = net.element(vertex)
        order = [*net.found.anions, *net.found.formers]
        names, place = np.unique(ends, return_inverse=True)
        rank = np.array([order.index(name) for name in names], dtype=np.int64)
        rank = rank[place].reshape(ends.shape)
        turned = rank[:, 0] > rank[:, 1]
        left = np.where(turned, ends[:, 1], ends[:, 0])
        right = np.where(turned, ends[:, 0], ends[:, 1])
        triples = np.char.add(
            np.char.add(np.char.add(left, "-"), element), np.char.add("-", right)
        )
        kinds, inverse = np.unique(triples, return_inverse=True)
        for index, kind in enumerate(kinds):
            chosen = inverse == index
            found[str(kind)] = Values(angles[chosen], vertex[chosen] // bonds.n_atoms)
    return found


def _angles(
    vertex: IntArray, vector: FloatArray, end: NDArray[np.str_]
) -> tuple[IntArray, NDArray[np.str_], FloatArray]:
    """Return the angles between every two vectors that begin at one vertex."""
    order = np.argsort(vertex, kind="stable")
    vertex, end = vertex[order], end[order]
    unit = vector[order] / np.linalg.norm(vector[order], axis=1, keepdims=True)
    most = int(np.bincount(vertex).max(initial=0)) if len(vertex) else 0
    # Bonds of a vertex are consecutive: shifts by 1, 2, ... pair every two of them once.
    vertices, ends, angles = [], [], []
    for step in range(1, most):
        same = np.flatnonzero(vertex[step:] == vertex[:-step])
        cosine = np.einsum("ij,ij->i", unit[same], unit[same + step])
        vertices.append(vertex[same])
        ends.append(np.stack([end[same], end[same + step]], axis=1))
        angles.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    if not vertices:
        return np.zeros(0, np.int64), np.zeros((0, 2), end.dtype), np.zeros(0)
    return np.concatenate(vertices), np.concatenate(ends), np.concatenate(angles)
