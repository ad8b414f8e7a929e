"""Summary of a map of phases as a result."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from liponflow.analysis.diffraction.fourier import FALSE_ALARM
from liponflow.analysis.diffraction.image import LatticeImage
from liponflow.analysis.diffraction.layers import LEAST_ROWS, Layers, find_layers, interval
from liponflow.analysis.diffraction.layers_result import LayersResult, MapTile, PhaseLayer
from liponflow.analysis.diffraction.shown import greys
from liponflow.analysis.diffraction.summary import CandidatePhase
from liponflow.analysis.diffraction.tiles import Grid, Tile, measure_tiles, tile_grid
from liponflow.analysis.result import Provenance
from liponflow.analysis.stability.published import published_stability
from liponflow.arrays import FloatArray

Direction = Literal["right", "down"]

LEAST_SHARE = 0.1
"""Share of the tiles of a layer from which on a phase belongs to it: our choice."""

RARE = 0.01
"""Share of all tiles below which a phase does not count for layers: our choice, the share of false
spots."""

AMORPHOUS = "amorphous"
_PERCENT = 100.0


@dataclass(frozen=True)
class TileChoice:
    """How an image is divided.

    Attributes
    ----------
    size
        Side of a tile (nm).
    step
        Distance of tiles along the direction (nm).
    direction
        Direction in which layers follow each other.
    """

    size: float
    step: float
    direction: Direction


def summarise_layers(
    image: LatticeImage,
    phases: Sequence[CandidatePhase],
    choice: TileChoice,
    *,
    tolerance: float,
    d_range: tuple[float, float],
    provenance: Provenance,
) -> LayersResult:
    """Return the phases of the tiles of an image and the layers that they form.

    Parameters
    ----------
    image
        The image.
    phases
        Candidates, with reflections down to the least spacing of the range.
    choice
        Tiles and direction.
    tolerance
        Largest relative deviation by calibration and lattice.
    d_range
        Least and largest spacing that a tile shows and that are looked for (Å).
    provenance
        Of the result.

    Raises
    ------
    ValueError
        If the image is smaller than a tile, or there are too many tiles.
    """
    turned = image
    if choice.direction == "down":
        turned = replace(image, intensity=image.intensity.T)
    grid = tile_grid(turned, choice.size, (choice.size, choice.step))
    tiles = measure_tiles(
        turned, grid, [phase.reflections for phase in phases], tolerance, d_range
    )
    counted = Counter(name for tile in tiles for name in tile.names)
    names = [
        name
        for name, number in counted.most_common()
        if " or " not in name and number > RARE * len(tiles)
    ]
    present = np.zeros((len(grid.rows), len(grid.columns), len(names)), dtype=bool)
    for tile in tiles:
        for name in set(tile.names) & set(names):
            present[tile.row, tile.column, names.index(name)] = True
    # Tiles at half a side under a Hann window are nearly independent.
    half = choice.size / 2
    found = find_layers(present, min(1.0, choice.step / half), int(np.ceil(half / choice.step)))
    layers = _layers(_merged(found, names), names, _edges(grid, turned))
    ambiguous = sum(any(" or " in name for name in tile.names) for tile in tiles)
    return LayersResult(
        formula=", ".join(names) or "unknown",
        converged=True,
        criterion=f"a spot is higher than noise is in {1 - FALSE_ALARM:.0%} of all transforms",
        provenance=provenance,
        warnings=[*image.doubts(), *_warnings(grid, names, counted, choice, layers)],
        direction=choice.direction,
        pixel=image.pixel,
        pixel_source=image.pixel_source,
        size=list(image.size),
        tile=choice.size,
        step=choice.step,
        tolerance=tolerance * _PERCENT,
        d_range=list(d_range),
        named_share=sum(bool(tile.names) for tile in tiles) / len(tiles),
        ambiguous_share=ambiguous / len(tiles),
        phases=names,
        layers=layers,
        tiles=[_tile(tile, grid, image.pixel, choice.direction) for tile in tiles],
        intensity=greys(image.intensity),
    )


def _edges(grid: Grid, image: LatticeImage) -> FloatArray:
    """Return the boundary before every column, and behind the last (nm).

    A boundary lies between the middles of two tiles; the first and the last are the edges.
    """
    middles = (np.array(grid.columns) + grid.side / 2) * image.pixel
    return np.concatenate([[0.0], (middles[1:] + middles[:-1]) / 2, [image.size[1]]])


def _merged(found: Layers, names: Sequence[str]) -> Layers:
    """Join neighbours that have the same phases in other shares."""
    own = [_phases_of(dict(zip(names, row, strict=True))) for row in found.shares.tolist()]
    first = [
        place for place in range(len(own)) if not place or set(own[place]) != set(own[place - 1])
    ]
    kept = np.array([*first, len(own)])
    lengths = np.diff(found.ends)
    shares = np.array(
        [
            np.average(found.shares[a:b], axis=0, weights=lengths[a:b])
            for a, b in pairwise(kept.tolist())
        ]
    )
    return Layers(found.ends[kept], shares, found.samples[:, kept])


def _phases_of(shares: dict[str, float]) -> list[str]:
    """Return the phases that belong to a layer."""
    return [name for name, share in shares.items() if share >= LEAST_SHARE]


def _layers(found: Layers, names: Sequence[str], edges: FloatArray) -> list[PhaseLayer]:
    published = {
        frozenset(layer.phases): layer.thickness for layer in published_stability().observed.layers
    }
    # A boundary is known to the step of the tiles, whatever the samples say.
    half = float(np.diff(edges[1:-1]).max()) / 2 if len(edges) > 3 else 0.0  # noqa: PLR2004
    layers = []
    for number, (first, last) in enumerate(zip(found.ends[:-1], found.ends[1:], strict=True)):
        start, end = float(edges[first]), float(edges[last])
        by_name = dict(zip(names, found.shares[number].tolist(), strict=True))
        shares = dict(sorted(by_name.items(), key=lambda item: -item[1]))
        own = _phases_of(shares)
        starts, ends = edges[found.samples[:, number]], edges[found.samples[:, number + 1]]
        widths = _limits(ends - starts, half)
        places = _limits(starts, half if number else 0.0)
        layers.append(
            PhaseLayer(
                layer=number + 1,
                phases=" + ".join(own) or AMORPHOUS,
                start=start,
                end=end,
                width=end - start,
                low=widths[0],
                high=widths[1],
                start_low=places[0],
                start_high=places[1],
                published=published.get(frozenset(own)),
                shares=shares,
            )
        )
    return layers


def _limits(values: FloatArray, half: float) -> tuple[float | None, float | None]:
    if not len(values):
        return None, None
    low, high = interval(values)
    return max(low - half, 0.0), high + half


def _tile(tile: Tile, grid: Grid, pixel: float, direction: Direction) -> MapTile:
    along = (grid.columns[tile.column] + grid.side / 2) * pixel
    across = (grid.rows[tile.row] + grid.side / 2) * pixel
    x, y = (along, across) if direction == "right" else (across, along)
    return MapTile(
        row=tile.row + 1,
        column=tile.column + 1,
        x=x,
        y=y,
        spots=tile.spots,
        phases=list(tile.names),
    )


def _warnings(
    grid: Grid,
    names: Sequence[str],
    counted: Counter[str],
    choice: TileChoice,
    layers: Sequence[PhaseLayer],
) -> list[str]:
    remarks = []
    if not names:
        remarks.append(
            "no phase is in more tiles than false spots would be: the image is amorphous or too "
            "noisy, or its phases are not among the candidates"
        )
    rare = [name for name in counted if " or " not in name and name not in names]
    if rare:
        remarks.append(
            f"{', '.join(rare)}: in fewer tiles than false spots could be ({RARE:.0%}), and not "
            "counted for layers"
        )
    if len(grid.rows) < LEAST_ROWS:
        remarks.append(
            f"{len(grid.rows)} lines of tiles, and {LEAST_ROWS} are needed for intervals; take a "
            "wider image, or a smaller --tile"
        )
    thin = [str(layer.layer) for layer in layers if layer.width < 2 * choice.size]
    if thin and len(layers) > 1:
        remarks.append(
            f"thinner than two tiles of {choice.size:g} nm, and mixed with the neighbours: layer "
            f"{', '.join(thin)}"
        )
    return remarks
