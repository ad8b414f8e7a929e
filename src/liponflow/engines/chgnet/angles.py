"""Angles between the bonds of an atom."""

from typing import NamedTuple

import numpy as np

from liponflow.arrays import IntArray
from liponflow.engines.potential.neighbours import Pairs


class Angles(NamedTuple):
    """Every ordered pair of different bonds that start from the same atom.

    Attributes
    ----------
    centre
        The atom, shape (angles,).
    first, second
        Directed bonds: of n pairs, pair i is bond i seen from its first atom and bond n + i seen
        from its second.
    """

    centre: IntArray
    first: IntArray
    second: IntArray


def angles(pairs: Pairs, cutoff: float) -> Angles:
    """Return the angles between bonds shorter than a cut-off (Å).

    Examples
    --------
    >>> chain = Pairs(np.array([0, 0]), np.array([1, 2]), np.eye(3)[:2], np.ones(2))
    >>> [column.tolist() for column in angles(chain, 1.5)]
    [[0, 0], [0, 1], [1, 0]]
    """
    short = np.flatnonzero(pairs.lengths < cutoff)
    bonds = np.concatenate([short, short + len(pairs.lengths)])
    centres = np.concatenate([pairs.first[short], pairs.second[short]])
    order = np.argsort(centres, kind="stable")
    bonds, centres = bonds[order], centres[order]
    # Bonds of one atom are consecutive: each is combined with its `partners` neighbours.
    _, starts, inverse, counts = np.unique(
        centres, return_index=True, return_inverse=True, return_counts=True
    )
    partners = counts[inverse]
    one = np.repeat(np.arange(len(bonds)), partners)
    within = np.arange(len(one)) - np.repeat(np.cumsum(partners) - partners, partners)
    other = starts[inverse[one]] + within
    different = one != other
    one, other = one[different], other[different]
    return Angles(centres[one], bonds[one], bonds[other])
