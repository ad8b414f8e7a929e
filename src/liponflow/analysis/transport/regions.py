"""Transport in a part of the cell: slabs across one lattice vector, such as an interface.

In a slab only the motion along it is measured. Windows count whose ion is there at both ends; that
selects ions by their motion across the slab, and leaves the motion along it as it is (P. Liu, E.
Harder, B. J. Berne, J. Phys. Chem. B 108, 6595 (2004), who ask for ions that never leave).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from liponflow.analysis.transport.estimate import Estimate, coefficient
from liponflow.analysis.transport.line import Windows, fit_line
from liponflow.analysis.transport.mean_squares import Accumulator, MeanSquares
from liponflow.arrays import BoolArray, FloatArray

_VECTORS = "abc"
_PARALLEL = 2
"""Dimensions along a slab."""
_FEWEST = 3
"""Intervals of a line with a degree of freedom."""


@dataclass(frozen=True)
class Region:
    """Slab between two planes across a lattice vector.

    Attributes
    ----------
    name
        Name in the result.
    axis
        Index of the lattice vector.
    low, high
        Fractions of it, from 0 to 1; a slab with `low` above `high` goes through the boundary of
        the cell.
    """

    name: str
    axis: int
    low: float
    high: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a region as users write it: ``NAME=VECTOR:FROM:TO``.

        Raises
        ------
        ValueError
            If it is written otherwise, or a fraction is not between 0 and 1.

        Examples
        --------
        >>> Region.parse("interface=c:0.4:0.6")
        Region(name='interface', axis=2, low=0.4, high=0.6)
        """
        name, equals, rest = text.partition("=")
        parts = rest.split(":")
        try:
            vector, low, high = parts[0].strip(), float(parts[1]), float(parts[2])
        except (IndexError, ValueError):
            vector, low, high = "", 0.0, 0.0
        if not (name.strip() and equals and vector in {*_VECTORS}) or len(parts) != len(_VECTORS):
            raise ValueError(
                f"region {text!r} is not NAME=VECTOR:FROM:TO, such as interface=c:0.4:0.6"
            )
        if not (0 <= low <= 1 and 0 <= high <= 1) or low == high:
            raise ValueError(
                f"region {text!r}: the planes are two different fractions of the lattice vector, "
                "from 0 to 1"
            )
        return cls(name.strip(), _VECTORS.index(vector), low, high)

    def holds(self, fractional: FloatArray) -> BoolArray:
        """Return which places (fractional, (..., 3)) are in the slab or an image of it.

        Examples
        --------
        >>> outer = Region("outer", 2, 0.8, 0.2)
        >>> outer.holds(np.array([[0.0, 0.0, 1.9], [0.0, 0.0, 0.5]])).tolist()
        [True, False]
        """
        along = fractional[..., self.axis] % 1.0
        inside: BoolArray = (
            (along >= self.low) & (along < self.high)
            if self.low < self.high
            else (along >= self.low) | (along < self.high)
        )
        return inside

    @property
    def part(self) -> float:
        """Part of the volume of the cell."""
        return (self.high - self.low) % 1.0 or 1.0

    def normal(self, cell: FloatArray) -> FloatArray:
        """Return the unit vector across the slab, in a cell (rows, Å)."""
        reciprocal = np.linalg.inv(cell)[:, self.axis]
        unit: FloatArray = reciprocal / np.linalg.norm(reciprocal)
        return unit


def parse_regions(texts: Sequence[str]) -> list[Region]:
    """Read regions, which have different names; see :meth:`Region.parse`.

    Raises
    ------
    ValueError
        If one cannot be read, or two have the same name.
    """
    regions = [Region.parse(text) for text in texts]
    names = [region.name for region in regions]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"two regions have the name {twice[0]!r}; give them different names")
    return regions


class RegionFollower:
    """Takes the paths of ions in one region, block by block.

    Parameters
    ----------
    region
        The region.
    ions
        Number of mobile ions in the cell.
    """

    def __init__(self, region: Region, ions: int) -> None:
        self.region = region
        self._squares = Accumulator(ions)
        self._present = 0

    def add(self, path: FloatArray, inside: BoolArray) -> None:
        """Add displacements (frames x ions x 3, Å), and which ions are in the region."""
        self._squares.add(path, inside)
        self._present += int(inside.sum())

    @property
    def mean_ions(self) -> float:
        """Mean number of ions in the region."""
        return self._present / max(self._squares.frames, 1)

    def squares(self) -> MeanSquares:
        """Return the moments of windows that begin and end in the region."""
        return self._squares.result()


def along_slab(squares: MeanSquares, normal: FloatArray, start: int) -> Estimate | None:
    """Return the diffusion coefficient along a slab, Å² per frame.

    Parameters
    ----------
    squares
        Moments of windows in the slab, in the mean cell.
    normal
        Unit vector across the slab.
    start
        Interval (frames) at which diffusion begins in the whole run.

    Returns
    -------
    Estimate or None
        None if too few intervals have a window. The interval counts as many independent ions as
        are left at the longest time, and not those that begin, so that it is rather too wide.
    """
    windows = Windows(squares.lags, squares.spacings, squares.frames)
    fitted = np.flatnonzero(squares.lags >= start)
    if len(fitted) < _FEWEST:
        return None
    total = np.trace(squares.own, axis1=1, axis2=2)
    along = total - np.einsum("i,nij,j->n", normal, squares.own, normal)
    whole = (squares.frames - 1 - squares.lags) // squares.spacings + 1
    left = float((squares.windows / whole)[fitted].min()) * squares.ions
    first = int(fitted[0])
    if total[first] <= 0 or left <= 0:
        return None
    # Squares of Gaussian displacements have the variance 2/3 of their squared mean.
    excess = max(1.0, float(squares.fourth[first] / total[first] ** 2 - 1) * 3 / 2)
    line = fit_line(
        along,
        windows,
        dimensions=_PARALLEL,
        copies=1,
        first=first,
        excess=excess / left,
    )
    return coefficient(line, _PARALLEL)
