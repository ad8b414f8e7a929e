"""Anions around mobile cations: Li[O4], Li[O3N], and so on."""

from collections.abc import Mapping, Sequence

import numpy as np

from liponflow.analysis.glass.neighbours import Pairs
from liponflow.arrays import IntArray

_BASE = 64


def environment_name(centre: str, anions: Mapping[str, int]) -> str:
    """Return the name of an environment.

    Examples
    --------
    >>> environment_name("Li", {"O": 3, "N": 1}), environment_name("Li", {"O": 4})
    ('Li[O3N]', 'Li[O4]')
    >>> environment_name("Li", {})
    'Li[]'
    """
    parts = (f"{e}{number if number > 1 else ''}" for e, number in anions.items() if number)
    return f"{centre}[{''.join(parts)}]"


def environments(
    symbols: Sequence[str], pairs: Pairs, centre: str, anions: Sequence[str], cutoff: float
) -> dict[str, IntArray]:
    """Count the atoms of an element by the anions around them.

    Parameters
    ----------
    symbols
        Element of every atom of a frame.
    pairs
        Short pairs over a block of frames, at least up to `cutoff`.
    centre
        Element in the middle, such as Li.
    anions
        Elements around it, in the order in which they are named.
    cutoff
        Longest distance that counts (Å).

    Returns
    -------
    dict
        Atoms in every frame by name of the environment.
    """
    species = np.array(symbols)
    is_centre = species == centre
    near = pairs.select(pairs.joining(is_centre, np.isin(species, anions)))
    near = near.select(near.distance <= cutoff)
    first, second = near.ends
    total = near.n_frames * near.n_atoms
    code = np.zeros(total, dtype=np.int64)
    for anion in anions:
        is_anion = species == anion
        there = near.first[is_centre[first] & is_anion[second]]
        back = near.second[is_centre[second] & is_anion[first]]
        counts = np.bincount(np.concatenate([there, back]), minlength=total)
        # Numbers of neighbours as digits of one integer, whose order sorts environments.
        code = code * _BASE + counts
    atoms = np.flatnonzero(np.tile(is_centre, near.n_frames))
    codes, inverse = np.unique(code[atoms], return_inverse=True)
    table = inverse.reshape(near.n_frames, -1)
    return {
        environment_name(centre, _decode(int(value), anions)): (table == index).sum(axis=1)
        for index, value in enumerate(codes)
    }


def _decode(code: int, anions: Sequence[str]) -> dict[str, int]:
    numbers = []
    for _ in anions:
        code, number = divmod(code, _BASE)
        numbers.append(number)
    return dict(zip(anions, reversed(numbers), strict=True))
