"""Points of a scan: along the axis of a line scan, and as the pixels of a map."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from liponflow.analysis.eels.measured.edge_scan_result import EdgePoint
from liponflow.analysis.eels.measured.result import WhiteLinePoint
from liponflow.document import Document
from liponflow.figures.style import BAND, axis_label

Point = EdgePoint | WhiteLinePoint


def abscissa(point: Point) -> float:
    """Return where a point of a line scan is drawn: at its position, or at its number."""
    return float(point.point[0]) if point.position is None else point.position


def place_text(point: Point) -> str:
    """Return the position of a point of a line scan, or its number, as text."""
    return f"{point.point[0]}" if point.position is None else f"{point.position:g} nm"


def name_places(axes: Axes, points: type[Document], *, known: bool) -> None:
    """Label the axis of a line scan.

    Parameters
    ----------
    axes
        Axes whose x axis it is.
    points
        Model of the points, with a field ``position``.
    known
        Whether positions are drawn, and not numbers.
    """
    if known:
        axes.set_xlabel(axis_label(points, "position"))
        return
    axes.set_xlabel("point")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def draw_map(
    axes: Axes, values: Sequence[float | None], grid: Sequence[int], **limits: Any
) -> AxesImage:
    """Draw a map; points without a value stay grey.

    Parameters
    ----------
    axes
        Where to draw.
    values
        Value of every point, row by row.
    grid
        Rows and columns.
    limits
        ``vmin`` and ``vmax`` of the colours.
    """
    rows, columns = grid
    axes.set_facecolor(BAND)
    image = axes.imshow(
        np.array(values, dtype=float).reshape(rows, columns),
        cmap="viridis",
        # Pixels are centred on their numbers, which begin at 1.
        extent=(0.5, columns + 0.5, rows + 0.5, 0.5),
        **limits,
    )
    axes.set_xlabel("column")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    return image
