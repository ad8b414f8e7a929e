"""Layers in a map of phases: changes of the shares of phases along one direction.

The tiles of one place along the direction have a phase with some probability. A layer is a range
of places in which the probabilities of all phases are constant; their boundaries maximise the
likelihood, which dynamic programming finds exactly (I. E. Auger and C. E. Lawrence, Bull. Math.
Biol. 51, 39 (1989)). The number of layers has the least Bayesian information criterion.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from liponflow.arrays import BoolArray, FloatArray, IntArray

MOST_LAYERS = 8
"""Largest number of layers that is tried."""

LEAST_ROWS = 3
"""Lines of tiles along the direction that intervals need."""

RESAMPLES = 200
"""Bootstrap samples of the lines of tiles."""

_SEED = 0
_LEVELS = (2.5, 97.5)


@dataclass(frozen=True)
class Layers:
    """Layers along a direction.

    Attributes
    ----------
    ends
        First column of every layer and, last, the number of columns, shape (layers + 1,).
    shares
        Share of the tiles of each layer that have each phase, shape (layers, phases).
    samples
        `ends` of every bootstrap sample of the lines, shape (samples, layers + 1); no samples with
        fewer than LEAST_ROWS lines.
    """

    ends: IntArray
    shares: FloatArray
    samples: IntArray


def find_layers(present: BoolArray, weight: float, least: int) -> Layers:
    """Return the layers of a map of phases.

    Parameters
    ----------
    present
        Whether a tile has a phase, shape (rows, columns, phases). Layers follow each other along
        the columns.
    weight
        Independent tiles per tile: below 1 where tiles overlap along the columns.
    least
        Least number of columns of a layer.

    Examples
    --------
    >>> lithium = np.zeros((4, 30, 1), dtype=bool)
    >>> lithium[:, :12] = True
    >>> find_layers(lithium, 1.0, 2).ends.tolist()
    [0, 12, 30]
    """
    rows, columns, phases = present.shape
    least = min(max(least, 1), columns)
    costs = _costs(present.sum(axis=0), rows, weight, least)
    trials = [_partition(costs, number) for number in range(1, MOST_LAYERS + 1)]
    penalty = (phases + 1) / 2 * np.log(max(rows * columns * weight, 2.0))
    values = [cost + number * penalty for number, (cost, _) in enumerate(trials)]
    number = int(np.argmin(values)) + 1
    ends = np.array(trials[number - 1][1])
    shares = np.array([present[:, a:b].mean(axis=(0, 1)) for a, b in pairwise(ends)])
    samples = np.zeros((0, number + 1), dtype=np.int64)
    if rows >= LEAST_ROWS:
        samples = _bootstrap(present, weight, least, number)
    return Layers(ends, shares, samples)


def _costs(counts: IntArray, rows: int, weight: float, least: int) -> FloatArray:
    """Return the negative logarithm of the likelihood of every range of columns.

    Shape (columns + 1, columns + 1): from the first column of the range, to the one behind it.
    """
    columns = len(counts)
    sums = np.vstack([np.zeros_like(counts[:1]), np.cumsum(counts, axis=0)])
    found = (sums[None] - sums[:, None]).astype(float)
    lengths = np.arange(columns + 1)
    number = rows * (lengths[None, :] - lengths[:, None])[..., None].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = found / number
        likelihood = found * np.log(share) + (number - found) * np.log1p(-share)
    values = -weight * np.nansum(np.where(np.isfinite(likelihood), likelihood, 0.0), axis=2)
    return np.where(number[..., 0] >= rows * least, values, np.inf)


def _partition(costs: FloatArray, number: int) -> tuple[float, list[int]]:
    """Return the least cost of a number of ranges that fill the columns, and their ends."""
    best, origins = costs[0], []
    for _ in range(number - 1):
        through = best[:, None] + costs
        origins.append(through.argmin(axis=0))
        best = through.min(axis=0)
    ends = [len(costs) - 1]
    for origin in reversed(origins):
        ends.append(int(origin[ends[-1]]))
    return float(best[-1]), [0, *reversed(ends)]


def _bootstrap(present: BoolArray, weight: float, least: int, number: int) -> IntArray:
    rng = np.random.default_rng(_SEED)
    rows = len(present)
    found = []
    for _ in range(RESAMPLES):
        chosen = present[rng.integers(rows, size=rows)]
        cost, ends = _partition(_costs(chosen.sum(axis=0), rows, weight, least), number)
        if np.isfinite(cost):
            found.append(ends)
    return np.array(found, dtype=np.int64).reshape(-1, number + 1)


def interval(values: FloatArray) -> tuple[float, float]:
    """Return the limits of 95 % of samples.

    Examples
    --------
    >>> interval(np.arange(201.0))
    (5.0, 195.0)
    """
    low, high = np.percentile(values, _LEVELS)
    return float(low), float(high)
