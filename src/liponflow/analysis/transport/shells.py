"""Anions around ions, frame by frame."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from ase.geometry.minkowski_reduction import minkowski_reduce
from numpy.typing import NDArray

from liponflow.analysis.glass.chemistry import roles
from liponflow.analysis.glass.fingerprint import MOBILE_DEFAULT
from liponflow.analysis.glass.neighbours import widths
from liponflow.analysis.glass.radial import first_shell, partial_g, radial_grid
from liponflow.analysis.glass.settings import MOBILE_LIMIT
from liponflow.analysis.trajectory.frames import Frames
from liponflow.arrays import BoolArray

BIN = 0.05
"""Å, of the g(r) whose first minimum is the cut-off."""
REACH = MOBILE_LIMIT + 0.5
"""Longest distance of that g(r), Å."""
MOST_DISTANCES = 500_000
"""Distances in memory at a time."""
_CHALCOGENIDES_AND_HALIDES = ("S", "Se", "Br", "I")


class Cutoff(NamedTuple):
    """Longest distance of an anion that belongs to the shell of an ion."""

    length: float
    """Å."""
    origin: str


def anions_of(symbols: Sequence[str], species: str) -> tuple[str, ...]:
    """Return the elements whose atoms make the shell of an ion; empty if there are none.

    S counts as an anion where there is neither O nor N.

    Examples
    --------
    >>> anions_of(["Li", "P", "O", "N"], "Li"), anions_of(["Li", "P", "S", "Cl"], "Li")
    (('O', 'N'), ('Cl', 'S'))
    >>> anions_of(["Li"], "Li")
    ()
    """
    present = set(symbols) - {species}
    oxides = present & {"O", "N"}
    more = [
        element
        for element in _CHALCOGENIDES_AND_HALIDES
        if element in present and not (element == "S" and oxides)
    ]
    return (*roles(sorted(present)).anions, *more)


class Shells:
    """Finds the anions around ions.

    The cut-off is the first minimum of g(r) of the ion with all anions, in the frames that come
    first, as in the fingerprint of a glass.

    Parameters
    ----------
    symbols
        Element of every atom.
    species
        Element of the ions.
    anions
        Elements of the shells; see :func:`anions_of`.
    """

    def __init__(self, symbols: Sequence[str], species: str, anions: Sequence[str]) -> None:
        self.species, self.elements = species, tuple(anions)
        elements = np.array(symbols)
        self._ions = np.flatnonzero(elements == species)
        self._anions = np.flatnonzero(np.isin(elements, anions))
        self.symbols = tuple(elements[self._anions])
        self.cutoff: Cutoff | None = None

    def near(self, frames: Frames) -> Iterator[BoolArray]:
        """Yield which anions are in the shell of which ion, frames x ions x anions, in batches."""
        if self.cutoff is None:
            self.cutoff = self._choose(frames)
        for distances in self._distances(frames):
            yield distances < self.cutoff.length

    def _distances(self, frames: Frames) -> Iterator[NDArray[np.float32]]:
        """Yield the distances (Å) of the nearest images, in batches of frames.

        Components in the reduced cell are rounded, which gives the nearest image of all that are
        closer than half its smallest height.
        """
        _, operation = minkowski_reduce(frames.cells[0])  # type: ignore[no-untyped-call]
        batch = max(1, MOST_DISTANCES // (len(self._ions) * len(self._anions)))
        for begin in range(0, len(frames), batch):
            part = slice(begin, begin + batch)
            cells = operation @ frames.cells[part]
            fractional = frames.positions[part] @ np.linalg.inv(cells)
            # Single precision is enough to compare with a cut-off, and twice as fast.
            inside = (fractional % 1.0).astype(np.float32)
            apart = inside[:, None, self._anions] - inside[:, self._ions, None]
            apart -= np.rint(apart)
            flat = apart.reshape(len(cells), -1, 3) @ cells.astype(np.float32)
            squares = np.einsum("fpx,fpx->fp", flat, flat)
            yield np.sqrt(squares).reshape(apart.shape[:3])

    def _choose(self, frames: Frames) -> Cutoff:
        r, volumes = radial_grid(REACH, BIN)
        counts = np.zeros(len(r), dtype=np.int64)
        for distances in self._distances(frames):
            counts += np.histogram(distances, bins=len(r), range=(0, REACH))[0]
        numbers = (len(self._ions), len(self._anions))
        volume = float(frames.volumes.mean())
        shell = first_shell(
            r, partial_g(counts / len(frames), volume, numbers, volumes, same=False)
        )
        if shell is not None and shell.minimum <= MOBILE_LIMIT:
            origin = "first minimum of g(r) with all anions, in the first frames"
            return Cutoff(round(shell.minimum, 3), origin)
        return Cutoff(MOBILE_DEFAULT, "our choice: g(r) with the anions has no first minimum")


def narrow(frames: Frames) -> bool:
    """Return whether a cell is too narrow for shells: an anion would be near twice."""
    _, operation = minkowski_reduce(frames.cells[0])  # type: ignore[no-untyped-call]
    return bool(widths(operation @ frames.cells[0]).min() < 2 * MOBILE_LIMIT)
