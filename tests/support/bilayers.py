"""A bilayer of bcc-like Li and four phosphate units, as frames with known places."""

import numpy as np

from liponflow.analysis.trajectory.frames import Frames

BASE, HEIGHT = 12.0, 30.0
LOW, HIGH = 12.0, 22.0
"""Heights (Å) of the lowest and the highest atom of the electrolyte."""
BOND = 1.55
_DIRECTIONS = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
_RISE = BOND / np.sqrt(3)


def bilayer() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Return symbols, positions (Å) and the cell of a bilayer.

    The electrolyte has three PO4, of which two share an O, and one PO3N; Li lies on planes
    from 0 to 8 Å, and four Li between the units.
    """
    symbols: list[str] = []
    places: list[np.ndarray] = []
    for number, level in enumerate((LOW + _RISE, 15.0, 18.0, HIGH - _RISE)):
        centre = np.array([3.0 + 6 * (number % 2), 3.0 + 6 * (number // 2), level])
        symbols += ["P", "O", "O", "O", "N" if number == 3 else "O"]
        places += [centre, *(centre + BOND * _DIRECTIONS)]
    for level in (0.0, 2.0, 4.0, 6.0, 8.0):
        for x in (1.5, 4.5, 7.5, 10.5):
            symbols += ["Li", "Li"]
            places += [np.array([x, 3.0, level]), np.array([x, 9.0, level])]
    for x in (1.0, 4.0, 7.0, 10.0):
        symbols.append("Li")
        places.append(np.array([x, 6.0, 17.0]))
    return tuple(symbols), np.array(places), np.diag([BASE, BASE, HEIGHT])


def frames_of(
    symbols: tuple[str, ...], positions: np.ndarray, cell: np.ndarray, step: float = 0.5
) -> Frames:
    """Return frames (frames x atoms x 3, Å) with times `step` ps apart."""
    number = len(positions)
    return Frames(
        symbols,
        positions,
        np.tile(cell, (number, 1, 1)),
        step * np.arange(number),
        np.full(number, 300.0),
        np.full(number, np.nan),
        ("",) * number,
    )


def still(count: int = 10) -> Frames:
    """Return a trajectory in which nothing moves."""
    symbols, positions, cell = bilayer()
    return frames_of(symbols, np.tile(positions, (count, 1, 1)), cell)


NITROGEN = 19
"""Index of the N, which is apical."""


def nitrogen_leaves(count: int = 10, after: int = 4, height: float = 26.0) -> Frames:
    """Return a trajectory whose N is at a height beyond the electrolyte from a frame on."""
    frames = still(count)
    frames.positions[after:, NITROGEN, 2] = height
    return frames
