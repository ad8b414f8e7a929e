"""Common style of all figures: sizes, colours, axis labels, the stamp and the output files.

Figures are made without pyplot, so none is shown, kept open or shared.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from pydantic import BaseModel

from liponflow import __version__, durable
from liponflow.analysis.published import Published
from liponflow.analysis.quantity import quantity_of
from liponflow.analysis.result import Result

COLUMN = 3.5
"""Width of a figure in one column of a journal (inch)."""
PAGE = 7.0
"""Width of a figure across both columns (inch)."""

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8.5,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 5.5,
    "savefig.dpi": 300,
    # Text stays text, and the same figure gives the same bytes.
    "svg.fonttype": "none",
    "svg.hashsalt": "liponflow",
    "pdf.fonttype": 42,
}

# After Okabe and Ito (2008) and the muted scheme of P. Tol: colour-blind readers can tell them
# apart, and they are dark enough for lines and text on white.
ELEMENT_COLOURS = {
    "Li": "#E69F00",
    "Na": "#B8A000",
    "K": "#9E6BB5",
    "Ni": "#007A5E",
    "Mn": "#882E72",
    "P": "#0072B2",
    "N": "#4DA6D9",
    "O": "#C8391A",
    "Si": "#8C6D31",
    "Co": "#33407F",
    "Fe": "#A0522D",
}
OTHER_COLOUR = "#5F6B73"
"""Colour of an element that is not listed."""
ELEMENT_MARKERS = {"Ni": "o", "Mn": "s", "Co": "^", "Fe": "D"}

INK = "#222222"
MUTED = "#6B6B6B"
"""Colour of published values, guide lines and the stamp."""
BAND = "#E8E8E8"

LARGEST_SVG = 150_000
"""Size of a drawing above which a page shows an image of pixels (bytes)."""
PAGE_DPI = 200
"""Resolution of such an image (1/inch)."""

_STAMP_HEIGHT = 0.22  # inch
_METADATA: dict[str, dict[str, None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}

P = ParamSpec("P")


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Run a figure function under the common style, without changing matplotlib's settings."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with rc_context(STYLE):
            return draw(*args, **kwargs)

    return wrapper


def new_figure(width: float, height: float) -> Figure:
    """Create an empty figure (inches) with room for the stamp at the bottom."""
    share = _STAMP_HEIGHT / height
    layout = ConstrainedLayoutEngine(rect=(0, share, 1, 0.985 - share))
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def axis_label(
    model: type[BaseModel],
    field: str,
    *,
    name: str = "",
    prefix: str = "",
    per: str = "",
    wrapped: bool = False,
) -> str:
    """Return the label of an axis that shows a field of a result, with its unit.

    Parameters
    ----------
    model, field
        Model that has the field, and the name of the field.
    name
        What to call the quantity instead of what the field calls it.
    prefix
        Prefix of the unit: ``m`` where the axis shows thousandths.
    per
        Words behind the unit that say of what: ``other than Li``.
    wrapped
        Whether the unit stands on a line of its own.

    Raises
    ------
    ValueError
        If the field states no quantity.
    """
    quantity = quantity_of(model, field)
    if quantity is None:
        raise ValueError(
            f"{model.__name__}.{field} states no unit to label an axis with: annotate the field "
            "with a Quantity"
        )
    label = quantity.axis_label(name, prefix=prefix, per=per).replace("µB", "µ$_B$")
    return "\n(".join(label.rsplit(" (", 1)) if wrapped else label


def element_colour(element: str) -> str:
    """Return the colour of an element, the same in every figure."""
    return ELEMENT_COLOURS.get(element, OTHER_COLOUR)


def stamp(figure: Figure, result: Result) -> None:
    """Print engine, preset and version in the lower right corner.

    The label of a machine-learned potential says that it is not DFT.
    """
    provenance = result.provenance
    made_by = provenance.engine.label
    if not result.converged:
        made_by = f"NOT CONVERGED · {made_by}"
    _stamped(figure, f"{made_by}\npreset {provenance.preset} · liponflow {__version__}")


def stamp_source(figure: Figure, table: Published) -> None:
    """Print the citation of published values in the lower right corner."""
    _stamped(figure, f"published values: {table.citation}\nliponflow {__version__}")


def _stamped(figure: Figure, text: str) -> None:
    figure.text(
        0.99,
        0.03 / figure.get_figheight(),
        text,
        ha="right",
        va="bottom",
        fontsize=5,
        color=MUTED,
        gid="stamp",
    )


def save(figure: Figure, stem: Path, formats: Sequence[str] = ("png", "svg", "pdf")) -> list[Path]:
    """Write a figure to files; the same figure gives the same bytes with the same matplotlib.

    Parameters
    ----------
    figure
        Figure that :func:`new_figure` made.
    stem
        Path without suffix; its folder is created if necessary.
    formats
        Any of png, svg and pdf.

    Returns
    -------
    list of Path
        The files, in the order of `formats`.

    Raises
    ------
    ValueError
        If a format is not one of these three.
    OSError
        If a file cannot be written, e.g. because the disk is full; an existing one is kept.
    """
    unknown = sorted(set(formats) - _METADATA.keys())
    if unknown:
        raise ValueError(f"unknown figure format {unknown[0]!r}: choose from {list(_METADATA)}")
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = []
    for suffix in formats:
        path = stem.with_name(f"{stem.name}.{suffix}")
        content = BytesIO()
        with rc_context(STYLE):
            figure.savefig(content, format=suffix, metadata=_METADATA[suffix])
        durable.write(path, content.getvalue())
        paths.append(path)
    return paths


def image_of(figure: Figure, largest: int = LARGEST_SVG) -> tuple[bytes, str]:
    """Return a figure as an image for a page, with its media type.

    Parameters
    ----------
    figure
        Figure that :func:`new_figure` made.
    largest
        Bytes above which it is PNG and not SVG, such as drawings of structures.

    Returns
    -------
    tuple of (bytes, str)
        Text is drawn as outlines, so that it looks the same without the font.
    """
    content = BytesIO()
    with rc_context(STYLE | {"svg.fonttype": "path"}):
        figure.savefig(content, format="svg", metadata=_METADATA["svg"])
        if len(content.getvalue()) <= largest:
            return content.getvalue(), "image/svg+xml"
        content = BytesIO()
        figure.savefig(content, format="png", dpi=PAGE_DPI, metadata=_METADATA["png"])
    return content.getvalue(), "image/png"
