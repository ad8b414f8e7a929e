"""Inspect figures: artists by name, and texts that overlap or leave the page."""

from itertools import combinations
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text


def drawn(figure: Figure, name: str) -> list[Any]:
    """Return the artists of all axes with a name (gid)."""
    return [a for axes in figure.axes for a in axes.get_children() if a.get_gid() == name]


def texts(figure: Figure) -> list[Text]:
    """Return titles, annotations, legends, axis labels and the stamp, but not tick labels."""
    ticks = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
    }
    found = figure.findobj(lambda artist: isinstance(artist, Text) and bool(artist.get_text()))
    return [text for text in found if isinstance(text, Text) and text not in ticks]


def misplaced(figure: Figure) -> list[Any]:
    """Return pairs of texts that overlap, and texts that leave the figure."""
    figure.draw_without_rendering()
    boxes = {text: text.get_window_extent() for text in texts(figure) if text.get_visible()}
    clashes = [
        (a.get_text(), b.get_text())
        for (a, box_a), (b, box_b) in combinations(boxes.items(), 2)
        if box_a.overlaps(box_b)
    ]
    page = figure.bbox.padded(1)
    outside = [
        text.get_text()
        for text, box in boxes.items()
        if not (page.x0 <= box.x0 and box.x1 <= page.x1)
        or not (page.y0 <= box.y0 and box.y1 <= page.y1)
    ]
    return clashes + outside
