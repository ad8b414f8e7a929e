"""Labels that are placed where they lie on no line, on no symbol and on no other label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import StepPatch
from matplotlib.path import Path
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from liponflow.arrays import FloatArray

PLACES = ((0, -4, "top"), (0, 4, "bottom"), (0, -13, "top"), (0, 13, "bottom"))
"""Offsets (points) from the point of a label, with its vertical alignment; the first free wins."""
CLEARANCE = 1.0
"""Distance (pixels) that a label keeps from lines and from other labels."""


@dataclass(frozen=True)
class Label:
    """Text at a point of the data."""

    x: float
    y: float
    text: str
    colour: str


def place_labels(axes: Axes, labels: Sequence[Label], size: float = 7) -> list[Annotation]:
    """Draw those labels that find a free place within the axes.

    Parameters
    ----------
    axes
        Axes whose lines and limits are final.
    labels
        What to write where.
    size
        Font size.

    Returns
    -------
    list of Annotation
        The labels that are drawn; one that would lie on something is left out.
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes have no figure")
    figure.draw_without_rendering()
    obstacles = segments(axes)
    inside = axes.get_window_extent()
    taken: list[Bbox] = []
    placed = []
    for label in labels:
        for dx, dy, side in PLACES:
            text = axes.annotate(
                label.text,
                (label.x, label.y),
                xytext=(dx, dy),
                textcoords="offset points",
                ha="center",
                va=side,
                fontsize=size,
                color=label.colour,
            )
            text.set_in_layout(False)
            box = text.get_window_extent().padded(CLEARANCE)
            within = inside.x0 <= box.x0 and box.x1 <= inside.x1
            within = within and inside.y0 <= box.y0 and box.y1 <= inside.y1
            if within and not any(map(box.overlaps, taken)) and not crossed(box, obstacles):
                taken.append(box)
                placed.append(text)
                break
            text.remove()
    return placed


def segments(axes: Axes) -> FloatArray:
    """Return the line segments that are drawn in axes, and the symbols as crosses.

    Returns
    -------
    ndarray
        Ends in pixels, shape (n, 2, 2).
    """
    found: list[FloatArray] = []
    for line in axes.lines:
        points = line.get_transform().transform(np.asarray(line.get_xydata(), dtype=float))
        if line.get_linestyle() not in {"None", "none", " ", ""}:
            found.append(np.stack([points[:-1], points[1:]], axis=1))
        if line.get_marker() not in {"None", "none", " ", "", None}:
            found.append(_crosses(points, line.get_markersize() * axes.figure.dpi / 72 / 2))
    for patch in axes.patches:
        if isinstance(patch, StepPatch):
            points = patch.get_transform().transform(patch.get_path().vertices)
            found.append(np.stack([points[:-1], points[1:]], axis=1))
    for collection in axes.collections:
        if isinstance(collection, PathCollection):
            points = collection.get_offset_transform().transform(collection.get_offsets())
            found.append(_crosses(np.asarray(points), 3.0))
    drawn = np.concatenate(found) if found else np.empty((0, 2, 2))
    finite: FloatArray = drawn[np.isfinite(drawn).all(axis=(1, 2))]
    return finite


def _crosses(points: FloatArray, radius: float) -> FloatArray:
    across = np.array([[[-radius, 0.0], [radius, 0.0]], [[0.0, -radius], [0.0, radius]]])
    crosses: FloatArray = (points[:, None, None, :] + across).reshape(-1, 2, 2)
    return crosses


def crossed(box: Bbox, lines: FloatArray) -> bool:
    """Return whether any line segment touches a box.

    Parameters
    ----------
    box
        In pixels.
    lines
        Ends in pixels, shape (n, 2, 2).

    Examples
    --------
    >>> crossed(Bbox([[0, 0], [2, 2]]), np.array([[[-1.0, 1.0], [3.0, 1.0]]]))
    True
    >>> crossed(Bbox([[0, 0], [2, 2]]), np.array([[[-1.0, 3.0], [3.0, 3.0]]]))
    False
    """
    # All segments as one path would be joined: matplotlib passes over where a part begins.
    return any(Path(ends).intersects_bbox(box, filled=False) for ends in lines)
