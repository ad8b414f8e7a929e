"""Kinetic Monte Carlo on a periodic network of sites: many walkers at once, in continuous time.

It checks the exact diffusion tensor, which solves a linear system: walkers only jump.
"""

from dataclasses import dataclass

import numpy as np
from scipy.constants import angstrom

from liponflow.analysis.migration.random_walk import JumpNetwork, occupations
from liponflow.arrays import FloatArray, IntArray

POINTS = 20
"""Number of times at which displacements are taken."""

TRANSIENT = 0.25
"""First part of the time whose displacements are left out of the fit: where sites differ, jumps
back and forth make the first displacements larger than diffusion."""


@dataclass(frozen=True)
class Walk:
    """Displacements of the walkers and the diffusivity that follows from them.

    Attributes
    ----------
    times
        s, shape (n_points,).
    mean_squares
        Mean squared displacement over the walkers, Å², shape (n_points,).
    mean_square_errors
        Its standard error, Å².
    diffusivity
        Slope over 6, m²/s.
    error
        Its standard error over the walkers, m²/s.
    jumps
        Jumps of all walkers.
    """

    times: FloatArray
    mean_squares: FloatArray
    mean_square_errors: FloatArray
    diffusivity: float
    error: float
    jumps: int


def kinetic_monte_carlo(
    network: JumpNetwork,
    *,
    walkers: int,
    jumps_per_walker: float,
    seed: int,
) -> Walk:
    """Run kinetic Monte Carlo for the tracer diffusivity.

    Parameters
    ----------
    network
        Jumps with their rates.
    walkers
        Number of independent walkers; they start on the sites as occupied in equilibrium.
    jumps_per_walker
        Mean number of jumps, which sets the time.
    seed
        Seed of the random numbers; the same seed gives the same walk.

    Returns
    -------
    Walk

    Notes
    -----
    Waiting times are exponential, so that a walker that waits at the end of an interval has
    forgotten it: each interval starts with fresh waiting times, which keeps walkers in step.
    """
    rng = np.random.default_rng(seed)
    shares = occupations(network)
    exits = np.bincount(network.start, network.rates, network.n_sites)
    order, cumulative = _by_site(network, exits)
    duration = jumps_per_walker / float(shares @ exits)
    times = np.linspace(0, duration, POINTS + 1)[1:]
    site = rng.choice(network.n_sites, walkers, p=shares)
    place = np.zeros((walkers, 3))
    squares = np.empty((POINTS, walkers))
    jumps = 0
    for point in range(POINTS):
        left = np.full(walkers, duration / POINTS)
        moving = np.arange(walkers)
        while len(moving):
            left[moving] -= rng.exponential(size=len(moving)) / exits[site[moving]]
            moving = moving[left[moving] > 0]
            here = site[moving]
            chosen = order[np.searchsorted(cumulative, here + rng.random(len(moving)), "right")]
            place[moving] += network.vectors[chosen]
            site[moving] = network.end[chosen]
            jumps += len(moving)
        squares[point] = np.einsum("wa,wa->w", place, place)
    slopes = _slopes(times, squares) * angstrom**2 / 6
    root = np.sqrt(walkers)
    return Walk(
        times=times,
        mean_squares=squares.mean(axis=1),
        mean_square_errors=squares.std(axis=1, ddof=1) / root,
        diffusivity=float(slopes.mean()),
        error=float(slopes.std(ddof=1) / root),
        jumps=jumps,
    )


def _by_site(network: JumpNetwork, exits: FloatArray) -> tuple[IntArray, FloatArray]:
    """Sort jumps by their start, and line up their shares: site n's end at n + 1."""
    order = np.argsort(network.start, kind="stable")
    start, rates = network.start[order], network.rates[order]
    total = np.cumsum(rates / exits[start])
    # Rounding must not let the last jump of a site end before or after n + 1.
    ends = np.flatnonzero(np.diff(start, append=-1))
    before = np.concatenate([[0.0], total[ends][:-1]])
    n_jumps = np.diff(ends, prepend=-1)
    shares = start + total - np.repeat(before, n_jumps)
    shares[ends] = start[ends] + 1.0
    return order, shares


def _slopes(times: FloatArray, squares: FloatArray) -> FloatArray:
    """Slope of the squared displacement of each walker after the transient, Å²/s."""
    late = times > TRANSIENT * times[-1]
    away = times[late] - times[late].mean()
    slopes: FloatArray = away @ squares[late] / (away @ away)
    return slopes
