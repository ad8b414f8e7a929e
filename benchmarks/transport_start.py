"""Count how often the interval of D holds it, by where the fit begins.

    python benchmarks/transport_start.py

Ions whose velocities are forgotten exponentially (Ornstein and Uhlenbeck): 20 ions, 500 frames,
100 runs for each memory. The fit begins at 1, 2 and 3 times the first interval from which on a
straight line fits.
"""

import numpy as np
from scipy.signal import lfilter

from liponflow.analysis.transport import estimate
from liponflow.analysis.transport.mean_squares import Accumulator, MeanSquares

FRAMES, IONS, RUNS = 500, 20, 100
SPEED = 0.1
"""Standard deviation of a velocity, Å per frame."""


def moments(memory: float, seed: int) -> tuple[MeanSquares, float]:
    """Return the moments of a run, and its true coefficient (Å² per frame)."""
    keep = float(np.exp(-1 / memory)) if memory else 0.0
    rng = np.random.default_rng(seed)
    kicks = rng.normal(0, SPEED * np.sqrt(1 - keep**2), (FRAMES, IONS, 3))
    kicks[0] = rng.normal(0, SPEED, (IONS, 3))
    path = np.cumsum(lfilter([1.0], [1.0, -keep], kicks, axis=0), axis=0)
    accumulator = Accumulator(IONS)
    accumulator.add(path)
    return accumulator.result(), SPEED**2 * (1 + keep) / (1 - keep) / 2


def main() -> None:
    """Print a row of the table for each memory and factor."""
    print("memory (frames) | factor | mean D / true | held | start (frames)")
    for memory in (0.0, 0.5, 1.0, 2.0, 4.0, 8.0):
        runs = [moments(memory, seed) for seed in range(RUNS)]
        for factor in (1, 2, 3):
            estimate.LATER = factor
            held, values, starts = 0, [], []
            for squares, true in runs:
                found = estimate.estimate_diffusion(squares, "made", interval=1.0)
                limits = estimate.coefficient(found.own)
                held += limits.low < true < limits.high
                values.append(limits.value / true)
                starts.append(squares.lags[found.first])
            print(
                f"{memory:g} | {factor} | {np.mean(values):.3f} | {held / RUNS:.2f} | "
                f"{np.mean(starts):.1f}"
            )


if __name__ == "__main__":
    main()
