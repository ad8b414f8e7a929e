"""Angles between bonds against plain loops."""

import itertools

import numpy as np
import pytest

from liponflow.engines.chgnet.angles import angles
from liponflow.engines.potential.neighbours import VerletList

CELL = np.array([[7.0, 0.4, 0.0], [-1.1, 6.2, 0.3], [0.2, 0.9, 8.1]])


@pytest.mark.parametrize("cutoff", [0.5, 3.0])
def test_angles_are_all_ordered_pairs_of_bonds(cutoff: float) -> None:
    pairs = VerletList(6.0).pairs(np.random.default_rng(1).random((17, 3)) @ CELL, CELL)
    n = len(pairs.first)
    starts = np.concatenate([pairs.first, pairs.second])
    short = [b for b in range(2 * n) if pairs.lengths[b % n] < cutoff]
    expected = {
        (int(starts[one]), one, other)
        for one, other in itertools.permutations(short, 2)
        if starts[one] == starts[other]
    }
    found = [tuple(map(int, angle)) for angle in zip(*angles(pairs, cutoff), strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == expected
