"""The numbers that a figure shows, as a table: what was drawn, and nothing else.

They are read from the finished figure, so that table and figure cannot differ, and a new figure
function needs nothing for it.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.ticker import FixedFormatter, FuncFormatter

from liponflow.arrays import FloatArray
from liponflow.figures.structure import STRUCTURE


class Point(NamedTuple):
    """A point of a figure."""

    panel: int
    """Number of the panel, from 1."""
    series: str
    """Label of the line, bars or symbols; without one, what their axis or colours show, with their
    kind, number and colour."""
    x: float
    y: float
    value: float | None
    """Number that its colour stands for; None where it stands for none."""


Rows = Iterator[tuple[float, float, float | None]]


def drawn_points(figure: Figure) -> list[Point]:
    """Return the points of all lines, symbols, bars, steps, areas and maps of a figure.

    A bar has two points, its base and its end; an area the points of its outline. Guide lines,
    arrows and text are not data, and neither are drawings of structures.

    Parameters
    ----------
    figure
        Finished figure.

    Examples
    --------
    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 1], [2, 3], label="energy")
    >>> drawn_points(figure)[1]
    Point(panel=1, series='energy', x=1.0, y=3.0, value=None)
    """
    return [
        Point(number, series, float(x), float(y), None if value is None else float(value))
        for number, axes in enumerate(_panels(figure), 1)
        for series, rows in _series(axes)
        for x, y, value in rows
        if np.isfinite([x, y, 0.0 if value is None else value]).all()
    ]


def drawn_table(figure: Figure) -> str:
    """Return the points of a figure as CSV; the labels of the axes stand in comments above them.

    Returns
    -------
    str
        Empty if the figure has no points.
    """
    points = drawn_points(figure)
    if not points:
        return ""
    text = StringIO()
    for number, axes in enumerate(_panels(figure), 1):
        title = f" {_plain(axes.get_title())}" if axes.get_title() else ""
        text.write(f"# panel {number}:{title} x: {_axis(axes.xaxis)}; y: {_axis(axes.yaxis)}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Point._fields)
    for point in points:
        numbers = (point.x, point.y, point.value)
        shown = ("" if number is None else f"{number:.9g}" for number in numbers)
        writer.writerow([point.panel, point.series, *shown])
    return text.getvalue()


def _panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_gid() != STRUCTURE]


def _axis(axis: Axis) -> str:
    """Return the label of an axis, with what its ticks stand for where they are names."""
    label = _plain(axis.get_label_text()) or "no label"
    if isinstance(axis.get_major_formatter(), FuncFormatter | FixedFormatter):
        # Axes that share their ticks with others hide the labels, and then have none.
        names = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
        shown = [f"{at:g} = {_plain(name.get_text())}" for at, name in names if name.get_text()]
        label += f" ({', '.join(shown)})" if shown else ""
    return label


def _plain(text: str) -> str:
    return " ".join(text.replace("$", "").split())


def _series(axes: Axes) -> Iterator[tuple[str, Rows]]:
    """Yield the name and the points of everything in a panel that lies on its data."""
    boxes = [item for item in axes.containers if isinstance(item, BarContainer) and item.patches]
    for number, box in enumerate(boxes, 1):
        yield _name(box, axes, f"bars {number}"), _bars(box)
    artists: list[Artist] = [*axes.lines, *axes.collections, *axes.patches, *axes.images]
    for number, artist in enumerate(artists, 1):
        for kind, (name, points) in _READERS.items():
            if isinstance(artist, kind) and _on_data(artist, axes):
                yield _name(artist, axes, f"{name} {number}"), points(artist)
                break


def _on_data(artist: Artist, axes: Axes) -> bool:
    """Return whether both coordinates are data; those of guide lines are a share of the axes."""
    if isinstance(artist, AxesImage):
        return True
    if isinstance(artist, PathCollection):
        return artist.get_offset_transform() is axes.transData
    if isinstance(artist, StepPatch):
        return artist.get_data_transform() is axes.transData
    return artist.get_transform() is axes.transData


def _name(artist: Any, axes: Axes, number: str) -> str:
    label = str(artist.get_label())
    if label and not label.startswith("_"):
        return _plain(label)
    marked = artist.patches[0] if isinstance(artist, BarContainer) else artist
    meaning = marked.get_gid() or ", ".join(filter(None, [_shown(artist, axes), number]))
    return f"{meaning} {_colour(artist)}".rstrip()


def _shown(artist: Any, axes: Axes) -> str:
    """Return what the values stand for: the label of their colours, or of their axis."""
    if (bar := getattr(artist, "colorbar", None)) is not None:
        return _plain(bar.ax.get_ylabel() or bar.ax.get_xlabel())
    sideways = isinstance(artist, BarContainer) and artist.orientation == "horizontal"
    # Panels may share one label of their figure.
    label = axes.get_xlabel() if sideways else axes.get_ylabel()
    figure = axes.get_figure(root=True)
    shared = figure.get_supylabel() if figure and not sideways else ""
    return _plain(label or shared or axes.get_title())


def _colour(artist: Any) -> str:
    """Return the one colour of a line, symbols or bars; empty without one."""
    if isinstance(artist, AxesImage | QuadMesh):
        return ""
    if isinstance(artist, BarContainer):
        colours: list[Any] = [bar.get_facecolor() for bar in artist.patches]
    elif isinstance(artist, Line2D):
        colours = [artist.get_color()]
    elif isinstance(artist, LineCollection):
        colours = list(np.atleast_2d(artist.get_edgecolor()))
    else:
        colours = list(np.atleast_2d(artist.get_facecolor()))
    found = {to_hex(colour) for colour in colours}
    return found.pop() if len(found) == 1 else ""


def _bars(box: BarContainer) -> Rows:
    for bar in box.patches:
        (left, low), (right, high) = bar.get_bbox().get_points()
        if box.orientation == "horizontal":
            middle = (low + high) / 2
            yield from ((left, middle, None), (right, middle, None))
        else:
            middle = (left + right) / 2
            yield from ((middle, low, None), (middle, high, None))


def _points(data: FloatArray) -> Rows:
    return ((x, y, None) for x, y in np.asarray(data, dtype=float))


def _line(artist: Line2D) -> Rows:
    return _points(np.asarray(artist.get_xydata(), dtype=float))


def _symbols(artist: PathCollection) -> Rows:
    offsets: FloatArray = np.ma.filled(np.ma.asarray(artist.get_offsets(), dtype=float), np.nan)
    return _coloured(offsets, artist.get_array())


def _steps(artist: StepPatch) -> Rows:
    values, edges, _ = artist.get_data()
    return _points(np.column_stack([np.repeat(edges, 2)[1:-1], np.repeat(values, 2)]))


def _mesh(artist: QuadMesh) -> Rows:
    corners = np.asarray(artist.get_coordinates(), dtype=float)
    values: Any = artist.get_array()
    if corners[..., 0].size != np.size(values):
        corners = (corners[1:, 1:] + corners[:-1, :-1]) / 2
    return _coloured(corners.reshape(-1, 2), values)


def _outline(artist: PolyCollection) -> Rows:
    for path in artist.get_paths():
        yield from _points(np.asarray(path.vertices, dtype=float))


def _segments(artist: LineCollection) -> Rows:
    for segment in artist.get_segments():
        yield from _points(np.asarray(segment, dtype=float))


def _image(artist: AxesImage) -> Rows:
    values = artist.get_array()
    if values is None or np.ndim(values) != 2:  # noqa: PLR2004 - a picture has no numbers
        return iter(())
    left, right, bottom, top = artist.get_extent()
    rows, columns = np.shape(values)
    across = left + (np.arange(columns) + 0.5) / columns * (right - left)
    ends = (top, bottom) if artist.origin == "upper" else (bottom, top)
    along = ends[0] + (np.arange(rows) + 0.5) / rows * (ends[1] - ends[0])
    grid = np.stack(np.meshgrid(across, along), axis=-1)
    return _coloured(grid.reshape(-1, 2), values)


def _coloured(points: FloatArray, values: Any) -> Rows:
    if values is None:
        yield from _points(points)
        return
    numbers: FloatArray = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).ravel()
    for (x, y), value in zip(points, numbers, strict=True):
        yield x, y, value


_READERS: dict[type[Artist], tuple[str, Any]] = {
    Line2D: ("line", _line),
    PathCollection: ("symbols", _symbols),
    StepPatch: ("steps", _steps),
    QuadMesh: ("map", _mesh),
    PolyCollection: ("area", _outline),
    LineCollection: ("segments", _segments),
    AxesImage: ("image", _image),
}
