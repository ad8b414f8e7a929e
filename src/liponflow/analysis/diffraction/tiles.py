"""Phases of the tiles of an image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liponflow.analysis.diffraction.candidates import Name, Observed, match, name_phases
from liponflow.analysis.diffraction.fourier import find_spots, transform
from liponflow.analysis.diffraction.image import LatticeImage
from liponflow.analysis.diffraction.reflections import Reflections
from liponflow.arrays import FloatArray

MOST_TILES = 5000
"""Largest number of tiles: a minute of work."""


@dataclass(frozen=True)
class Grid:
    """Tiles of an image: their size and the places of their corners (pixels)."""

    side: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Tile:
    """Phases of one tile.

    Attributes
    ----------
    row, column
        Place in the grid.
    spots
        Number of spots.
    names
        Formula of each phase that is named, or several with "or" that cannot be told apart;
        crystals of one formula have one name.
    """

    row: int
    column: int
    spots: int
    names: tuple[str, ...]


def tile_grid(image: LatticeImage, size: float, step: tuple[float, float]) -> Grid:
    """Return the tiles of an image.

    Parameters
    ----------
    image
        The image.
    size
        Side of a tile (nm).
    step
        Distance of tiles down and to the right (nm).

    Raises
    ------
    ValueError
        If the image is smaller than a tile, or there are too many.
    """
    side = round(size / image.pixel)
    shape = image.intensity.shape
    if side > min(shape):
        raise ValueError(
            f"{image.source}: {image.size[1]:.3g} x {image.size[0]:.3g} nm, smaller than a tile "
            f"of {size:g} nm; give a smaller --tile"
        )
    rows, columns = (
        tuple(
            round(place / image.pixel)
            for place in np.arange(0, (length - side) * image.pixel + 1e-9, distance)
        )
        for length, distance in zip(shape, step, strict=True)
    )
    if len(rows) * len(columns) > MOST_TILES:
        raise ValueError(
            f"{image.source}: {len(rows) * len(columns):,} tiles, and at most {MOST_TILES:,} are "
            "measured; give a larger --tile or --step"
        )
    return Grid(side, rows, columns)


def measure_tiles(
    image: LatticeImage,
    grid: Grid,
    phases: Sequence[Reflections],
    tolerance: float,
    d_range: tuple[float, float],
) -> list[Tile]:
    """Return the phases of every tile, row by row.

    Parameters
    ----------
    image, grid
        The image and its tiles.
    phases
        Candidates.
    tolerance
        Largest relative deviation by calibration and lattice.
    d_range
        Least and largest spacing that a tile shows and that are looked for (Å).
    """
    formulas = {phase.name: phase.formula for phase in phases}
    tiles = []
    for row, top in enumerate(grid.rows):
        for column, left in enumerate(grid.columns):
            part = image.intensity[top : top + grid.side, left : left + grid.side]
            observed = _observed(part, image.pixel, d_range)
            names = name_phases([match(observed, phase, tolerance) for phase in phases])
            texts = tuple(dict.fromkeys(by_formula(name, formulas) for name in names))
            tiles.append(Tile(row, column, len(observed.spacing), texts))
    return tiles


def _observed(part: FloatArray, pixel: float, d_range: tuple[float, float]) -> Observed:
    if part.min() == part.max():
        return Observed(np.zeros(0), np.zeros(0), np.zeros(0), d_range)
    spots = find_spots(transform(part, pixel), d_range)
    return Observed(spots.spacing, spots.error, spots.angle, d_range)


def by_formula(name: Name, formulas: dict[str, str]) -> str:
    """Return a name by formulas, in which forms of one compound are the same.

    Examples
    --------
    >>> forms = {"Li3PO4_beta": "Li3PO4", "Li3PO4_gamma": "Li3PO4", "Li2O": "Li2O"}
    >>> by_formula(Name(("Li3PO4_gamma", "Li3PO4_beta", "Li2O"), (0,), 1.0), forms)
    'Li2O or Li3PO4'
    """
    return " or ".join(sorted({formulas[phase] for phase in name.phases}))
