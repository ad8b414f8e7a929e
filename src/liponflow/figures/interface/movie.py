"""Movie of an interface: the cell seen from its side, atoms in the colour of their phase."""

from io import BytesIO

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from PIL import Image

from liponflow.analysis.interface.result import InterfaceResult, Snapshot
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.interface.gallery import COLOURS_OF_PHASES
from liponflow.figures.style import MUTED, STYLE, element_colour, new_figure, stamp

DOTS = 110
"""Resolution of the movie, dots per inch."""
PAUSE = 250
"""Time that a picture is shown, ms."""
SIZES = {"Li": 28.0, "P": 60.0, "O": 40.0, "N": 40.0}
"""Areas of the marks (points²)."""
OTHER_SIZE = 50.0


def all_movies(result: InterfaceResult) -> dict[str, bytes]:
    """Return every movie of a result as GIF, by file name."""
    return {"movie": movie(result)} if len(result.snapshots) > 1 else {}


def movie(result: InterfaceResult) -> bytes:
    """Return the frames of a result as an animated GIF.

    The colour of a mark is that of the phase of its atom (of its element, where phases were not
    named), its edge that of the element. The same result gives the same bytes.
    """
    pictures = [_picture(result, snapshot) for snapshot in result.snapshots]
    # One palette for all, or colours would flicker from picture to picture.
    palette = pictures[-1].quantize(colors=64, method=Image.Quantize.MEDIANCUT)
    indexed = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    content = BytesIO()
    indexed[0].save(
        content,
        format="GIF",
        save_all=True,
        append_images=indexed[1:],
        duration=[*[PAUSE] * (len(indexed) - 1), 4 * PAUSE],
        loop=0,
        optimize=False,
    )
    return content.getvalue()


def _picture(result: InterfaceResult, snapshot: Snapshot) -> Image.Image:
    with rc_context(STYLE):
        figure = new_figure(6.0, 3.2)
        axes = figure.subplots()
        _draw(axes, result, snapshot)
        stamp(figure, result)
        content = BytesIO()
        figure.savefig(content, format="png", dpi=DOTS)
    return Image.open(content).convert("RGB")


def _draw(axes: Axes, result: InterfaceResult, snapshot: Snapshot) -> None:
    symbols = np.array([site.specie.symbol for site in result.start])
    height, along = np.array(snapshot.height), np.array(snapshot.along)
    names = [item.phase for item in result.phases]
    chosen = np.array(snapshot.phases) if snapshot.phases else None
    for element in sorted(set(symbols)):
        own = symbols == element
        face = (
            element_colour(element)
            if chosen is None
            else [COLOURS_OF_PHASES.get(names[index], MUTED) for index in chosen[own]]
        )
        axes.scatter(
            height[own],
            along[own],
            s=SIZES.get(element, OTHER_SIZE),
            c=face,
            edgecolors=element_colour(element),
            linewidths=0.9,
            label=element,
        )
    axes.set_xlim(0, result.start.lattice.c)
    axes.set_ylim(0, result.start.lattice.a)
    axes.set_xlabel("height (Å)")
    axes.set_ylabel("x (Å)")
    axes.set_title(f"{snapshot.time:.2f} ps", loc="left")
    seen = [name for index, name in enumerate(names) if chosen is not None and index in chosen]
    for name in seen:
        text = pretty_formula(name) if name.isalnum() else name
        axes.scatter([], [], marker="s", c=COLOURS_OF_PHASES.get(name, MUTED), label=text)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="edge: element\nface: phase")
