"""Defects that a good model of a phosphate glass does not have."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from liponflow.analysis.glass.chemistry import anion_bond
from liponflow.analysis.glass.neighbours import Pairs
from liponflow.analysis.glass.result import Defect
from liponflow.analysis.glass.structural_units import (
    SHARED_EDGE,
    TETRAHEDRAL,
    Network,
    shared_anions,
)
from liponflow.arrays import IntArray

TRIGONAL = ("B", "C")
"""Formers that bond to three anions as often as to four."""
BRIDGED = 2
"""Formers of a bridging anion."""
OCTAHEDRAL = ("Al", "Ti", "W")
"""Formers that also bond to five or six anions."""


def defects(net: Network, pairs: Pairs, symbols: Sequence[str]) -> dict[str, IntArray]:
    """Count defects in every frame.

    Parameters
    ----------
    net
        Bonds of the network over a block of frames.
    pairs
        All short pairs of these frames.
    symbols
        Element of every atom of a frame.

    Returns
    -------
    dict
        Numbers in every frame by name: formers with too few or too many anions, free and triply
        coordinated anions, bonds between two anions (those between two free atoms as molecules:
        N2, O2, NO), bonds between two formers, pairs of formers that share an edge.
    """
    found: dict[str, IntArray] = {}
    for former in net.found.formers:
        number = net.coordination[net.atoms([former])].reshape(net.n_frames, -1)
        least = TETRAHEDRAL - 1 if former in TRIGONAL else TETRAHEDRAL
        most = TETRAHEDRAL + 2 if former in OCTAHEDRAL else TETRAHEDRAL
        found[f"{former} with fewer than {least} anions"] = (number < least).sum(axis=1)
        found[f"{former} with more than {most} anions"] = (number > most).sum(axis=1)
    for anion in net.found.anions:
        degree = net.formers_of[net.atoms([anion])].reshape(net.n_frames, -1)
        found[f"free {anion}"] = (degree == 0).sum(axis=1)
        found[f"{anion} bonded to 3 or more formers"] = (degree > BRIDGED).sum(axis=1)
    found |= _anion_bonds(net, pairs, np.array(symbols))
    bonds, species = net.former_bonds, np.array(symbols)
    for i, first in enumerate(net.found.formers):
        for second in net.found.formers[i:]:
            chosen = bonds.frame[bonds.joining(species == first, species == second)]
            found[f"{first}-{second} bonds"] = np.bincount(chosen, minlength=net.n_frames)
    found["pairs of formers that share an edge"] = _shared_edges(net)
    return found


def _anion_bonds(net: Network, pairs: Pairs, species: NDArray[np.str_]) -> dict[str, IntArray]:
    found = {}
    anions = sorted(net.found.anions)
    near = pairs.select(pairs.joining(*[np.isin(species, anions)] * 2))
    free = (net.formers_of[near.first] == 0) & (net.formers_of[near.second] == 0)
    for i, a in enumerate(anions):
        for b in anions[i:]:
            bonded = near.joining(species == a, species == b) & (near.distance <= anion_bond(a, b))
            molecule = f"{a}2" if a == b else f"{a}{b}"
            for name, mask in ((f"{molecule} molecules", free), (f"{a}-{b} bonds", ~free)):
                found[name] = np.bincount(near.frame[bonded & mask], minlength=net.n_frames)
    return found


def _shared_edges(net: Network) -> IntArray:
    """Return the number of former pairs with two anions in common, in every frame."""
    links, number = shared_anions(net.bonds)
    frames = links[number >= SHARED_EDGE][:, 0] // net.bonds.n_atoms
    return np.bincount(frames, minlength=net.n_frames)


def problems(found: Sequence[Defect]) -> list[str]:
    """List the defects that occur, one line each.

    Examples
    --------
    >>> problems([Defect(name="free N", mean=0.5, worst=2, last=1)])
    ['free N: 0.5 per frame, 2 at most, 1 in the last frame']
    """
    return [
        f"{item.name}: {item.mean:.3g} per frame, {item.worst} at most, {item.last} in the last "
        "frame"
        for item in found
        if item.worst
    ]


def as_defects(
    means: Mapping[str, float], worst: Mapping[str, int], last: Mapping[str, int]
) -> list[Defect]:
    """Collect the numbers of defects, including those that never occur."""
    return [
        Defect(name=name, mean=means[name], worst=worst[name], last=last[name]) for name in means
    ]
