"""Li that hops at random between the tetrahedral sites of the O lattice of Li2O."""

import numpy as np

from liponflow.analysis.trajectory.frames import Frames

OXIDE = 4.6
"""Edge of the cubic cell of O (Å)."""
SPACING = OXIDE / 2
"""Distance of neighbouring sites (Å)."""


def lattice_gas(
    *,
    frames: int = 2000,
    ions: int = 40,
    residence: float = 10.0,
    step_ps: float = 0.05,
    repeats: int = 3,
    spread: float = 0.08,
    directions: tuple[int, ...] = (0, 1, 2),
    seed: int = 0,
) -> Frames:
    """Return unwrapped frames.

    Parameters
    ----------
    frames, ions
        Their numbers.
    residence
        Mean residence time of an ion on a site (ps), exponential; infinite for a crystal.
    step_ps
        Time from frame to frame (ps).
    repeats
        Cells of O along each axis.
    spread
        Standard deviation of every coordinate by vibration (Å).
    directions
        Axes along which ions hop.
    seed
        Of everything.
    """
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(2 * repeats)] * 3, indexing="ij"), axis=-1)
    grid = grid.reshape(-1, 3)
    oxygen = grid[grid.sum(axis=1) % 2 == 0] * SPACING
    places = (grid[rng.choice(len(grid), ions, replace=False)] + 0.5) * SPACING
    hops = rng.random((frames - 1, ions)) < -np.expm1(-step_ps / residence)
    axis = rng.choice(directions, hops.shape)
    sign = rng.choice([-1, 1], hops.shape)
    moved = np.where(hops[..., None], np.eye(3)[axis] * sign[..., None], 0.0) * SPACING
    path = np.concatenate([places[None], places + np.cumsum(moved, axis=0)])
    rest = np.broadcast_to(oxygen, (frames, len(oxygen), 3))
    positions = np.concatenate([path, rest], axis=1)
    positions = positions + rng.normal(0, spread, positions.shape)
    cell = np.eye(3) * repeats * OXIDE
    return Frames(
        ("Li",) * ions + ("O",) * len(oxygen),
        positions,
        np.broadcast_to(cell, (frames, 3, 3)).copy(),
        np.arange(frames) * step_ps,
        np.full(frames, 900.0),
        np.full(frames, np.nan),
        ("",) * frames,
    )
