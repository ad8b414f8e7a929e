"""Synthetic runs: Li that walks at random among P and O that vibrate."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from liponflow.analysis.trajectory.frames import Frames

SPREAD = 0.05
"""Standard deviation of every coordinate by vibration (Å)."""
TRICLINIC = np.array([[9.0, 0.0, 0.0], [3.5, 8.5, 0.0], [-2.5, 3.0, 9.5]])


def walk(
    steps: np.ndarray,
    *,
    framework: int = 12,
    cell: np.ndarray | None = None,
    seed: int = 0,
    spread: float = SPREAD,
    temperature: float = 600.0,
    step_ps: float = 0.1,
) -> Frames:
    """Return unwrapped frames.

    Parameters
    ----------
    steps
        Displacements of the Li from frame to frame, (frames - 1) x ions x 3 (Å).
    framework
        Number of other atoms.
    cell
        Lattice vectors, rows (Å).
    seed
        Of the places and vibrations.
    spread
        Of the vibrations (Å).
    temperature, step_ps
        As the frames state them (K, ps); NaN for nothing.
    """
    rng = np.random.default_rng(seed)
    cell = np.eye(3) * 10.0 if cell is None else cell
    number, ions = len(steps) + 1, steps.shape[1]
    atoms = ions + framework
    position = np.broadcast_to(rng.random((atoms, 3)) @ cell, (number, atoms, 3)).copy()
    position[1:, :ions] += np.cumsum(steps, axis=0)
    position += rng.normal(0, spread, position.shape)
    symbols = ("Li",) * ions + ("P", "O") * (framework // 2)
    return Frames(
        symbols,
        position,
        np.broadcast_to(cell, (number, 3, 3)).copy(),
        np.arange(number) * step_ps,
        np.full(number, temperature),
        np.full(number, np.nan),
        ("",) * number,
    )


def brownian(frames: int, ions: int, diffusivity: float, seed: int) -> np.ndarray:
    """Return steps of Brownian motion with a coefficient in Å² per frame."""
    rng = np.random.default_rng([seed, 1])
    return rng.normal(0, np.sqrt(2 * diffusivity), (frames - 1, ions, 3))


def wrapped(frames: Frames) -> Frames:
    """Return frames with every atom in the cell."""
    inverse = np.linalg.inv(frames.cells)
    return replace(frames, positions=(frames.positions @ inverse) % 1.0 @ frames.cells)


def blocks(frames: Frames, size: int = 77) -> Iterator[Frames]:
    """Yield frames in blocks."""
    for begin in range(0, len(frames), size):
        part = slice(begin, begin + size)
        yield Frames(
            frames.symbols, frames.positions[part], frames.cells[part], frames.times[part],
            frames.temperatures[part], frames.energies[part], frames.stages[part],
        )  # fmt: skip
