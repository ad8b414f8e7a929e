"""Pictures of a glass with polyhedra around the network formers: a figure and interactive pages.

An interactive page is one self-contained HTML file that loads nothing.
"""

from collections.abc import Sequence
from html import escape
from itertools import combinations, product
from typing import Any

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from pymatgen.core.structure import Structure
from scipy.spatial import ConvexHull, QhullError

from liponflow import __version__
from liponflow.analysis.glass.result import GlassResult
from liponflow.arrays import FloatArray
from liponflow.figures.structure import draw_structure, polyhedra
from liponflow.figures.style import (
    INK,
    PAGE,
    element_colour,
    new_figure,
    stamp,
    styled,
)
from liponflow.formulas import conventional

FORMERS = ("P", "Si", "Ge", "B", "C", "Al", "Ti", "V", "W")
"""Elements at the centres of polyhedra; S, which may also be a corner, only without the others."""
HIGHLIGHTED = {"N": 0.42, "Li": 0.34}
"""Radii (Å) that make N and Li, the elements of interest, larger than O."""
COLOURS = {"N": "#5B1A8B"}
"""This violet stands out from the polyhedra, unlike the usual blue of N, and is dark enough to
differ from Li and O in lightness alone."""
SPHERES = ("Li", "N", "O", "F", "S")
PANELS = 3
"""Largest number of models drawn side by side."""

_SIZES = {"Li": 7, "N": 10, "O": 3.5}
_OTHER_SIZE = 5
_FACE_OPACITY = 0.55


@styled
def structure_figure(result: GlassResult) -> Figure:
    """Draw up to three models: polyhedra around the formers, Li and N as large spheres.

    Parameters
    ----------
    result
        Result of a glass campaign.

    Returns
    -------
    Figure
        One panel per model, on a common scale.
    """
    shown = result.models[:PANELS]
    figure = new_figure(PAGE * max(len(shown), 2) / PANELS, 3.0)
    grid = figure.add_gridspec(2, len(shown), height_ratios=(12, 1))
    first: Axes | None = None
    for column, model in enumerate(shown):
        axes = figure.add_subplot(grid[0, column], sharex=first, sharey=first)
        first = first or axes
        draw_structure(
            axes,
            model.structure,
            centres=formers(model.structure),
            spheres=SPHERES,
            radii=HIGHLIGHTED,
            colours=COLOURS,
        )
        axes.set_title(f"seed {model.seed}: {model.density:.2f} g/cm³", fontsize=8)
    legend = figure.add_subplot(grid[1, :])
    legend.set_axis_off()
    legend.legend(handles=_keys(shown[0].structure), loc="center", ncols=8)
    stamp(figure, result)
    return figure


def formers(structure: Structure) -> list[str]:
    """Return the elements of a structure around which polyhedra are drawn."""
    symbols = sorted(element.symbol for element in structure.elements)
    found = [symbol for symbol in symbols if symbol in FORMERS]
    return found or [symbol for symbol in symbols if symbol == "S"]


def structure_view(structure: Structure, title: str, made_by: str) -> str:
    """Return an HTML page with an interactive view of a structure.

    Parameters
    ----------
    structure
        Periodic structure.
    title, made_by
        Plain text, which is escaped.

    Returns
    -------
    str
        Complete HTML page that contains plotly.js and refers to nothing outside.
    """
    wrapped = Structure(
        structure.lattice, structure.species, structure.frac_coords, to_unit_cell=True
    )
    figure = go.Figure([*_faces(wrapped), *_balls(wrapped), _box(wrapped)])
    hidden = {"visible": False, "showspikes": False}
    figure.update_layout(
        scene={
            "xaxis": hidden,
            "yaxis": hidden,
            "zaxis": hidden,
            "aspectmode": "data",
            "camera": {"projection": {"type": "orthographic"}},
        },
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"itemsizing": "constant"},
        template="none",
    )
    drawn = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        include_mathjax=False,
        default_height="85vh",
        config={"displaylogo": False, "plotlyServerURL": ""},
        div_id="structure",
    )
    return _PAGE.format(
        title=escape(title), made_by=escape(made_by), drawn=drawn, version=escape(__version__)
    )


def all_pages(result: GlassResult) -> dict[str, str]:
    """Return the interactive page of every model.

    Parameters
    ----------
    result
        Result of a glass campaign.

    Returns
    -------
    dict
        HTML pages by name: ``structure-seed-N``.
    """
    made = result.provenance
    made_by = f"{made.engine.label}, preset {made.preset}"
    return {
        f"structure-seed-{model.seed}": structure_view(
            model.structure,
            f"{conventional(result.formula)} glass, seed {model.seed}, {model.density:.2f} g/cm³",
            made_by,
        )
        for model in result.models
    }


def _keys(structure: Structure) -> list[Patch | Line2D]:
    """Return the legend entries: polyhedra, then spheres in their sizes."""
    keys: list[Patch | Line2D] = []
    for symbol in formers(structure):
        colour = element_colour(symbol)
        keys.append(Patch(facecolor=colour, edgecolor=INK, lw=0.4, alpha=0.8, label=symbol))
    present = {element.symbol for element in structure.elements} - set(formers(structure))
    keys += [
        Line2D(
            [],
            [],
            ls="",
            marker="o",
            ms=18 * HIGHLIGHTED.get(symbol, 0.24),
            color=_colour(symbol),
            mec=INK,
            mew=0.4,
            label=symbol,
        )
        for symbol in SPHERES
        if symbol in present
    ]
    return keys


def _colour(symbol: str) -> str:
    return COLOURS.get(symbol, element_colour(symbol))


def _faces(structure: Structure) -> list[Any]:
    """Return the polyhedra, one mesh per element."""
    meshes = []
    for symbol in formers(structure):
        corners: list[FloatArray] = []
        triangles: list[NDArray[np.signedinteger[Any]]] = []
        count = 0
        for polyhedron in polyhedra(structure, [symbol]):
            try:
                hull = ConvexHull(polyhedron.vertices)
            except QhullError:  # a flat group has no volume
                continue
            corners.append(polyhedron.vertices)
            triangles.append(hull.simplices + count)
            count += len(polyhedron.vertices)
        if not corners:
            continue
        x, y, z = np.concatenate(corners).T
        i, j, k = np.concatenate(triangles).T
        meshes.append(
            go.Mesh3d(
                x=_list(x),
                y=_list(y),
                z=_list(z),
                i=i.tolist(),
                j=j.tolist(),
                k=k.tolist(),
                color=element_colour(symbol),
                opacity=_FACE_OPACITY,
                flatshading=True,
                name=f"{symbol} polyhedra",
                showlegend=True,
                hoverinfo="skip",
            )
        )
    return meshes


def _balls(structure: Structure) -> list[Any]:
    """Return the atoms, one trace per element; hover labels number the sites from 1."""
    symbols = [site.specie.symbol for site in structure]
    traces = []
    for symbol in sorted(set(symbols)):
        sites = [index for index, found in enumerate(symbols) if found == symbol]
        x, y, z = structure.cart_coords[sites].T
        traces.append(
            go.Scatter3d(
                x=_list(x),
                y=_list(y),
                z=_list(z),
                mode="markers",
                marker={
                    "size": _SIZES.get(symbol, _OTHER_SIZE),
                    "color": _colour(symbol),
                    "line": {"width": 1, "color": INK},
                },
                name=symbol,
                text=[f"{symbol} {index + 1}" for index in sites],
                hoverinfo="text",
            )
        )
    return traces


def _box(structure: Structure) -> Any:
    """Return the edges of the cell as one line with gaps."""
    matrix = np.array(structure.lattice.matrix)
    points: list[Sequence[float | None]] = []
    for start, end in combinations(np.array(list(product((0, 1), repeat=3))), 2):
        if np.abs(start - end).sum() == 1:
            points += [_list(start @ matrix), _list(end @ matrix), (None, None, None)]
    x, y, z = zip(*points, strict=True)
    return go.Scatter3d(
        x=x,
        y=y,
        z=z,
        mode="lines",
        line={"color": INK, "width": 2},
        name="cell",
        hoverinfo="skip",
    )


def _list(values: FloatArray) -> list[float]:
    """Return rounded plain numbers: plotly would encode arrays in base64, three times as long."""
    return [round(float(value), 3) for value in values]


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>body {{ font-family: sans-serif; margin: 1em; color: #222 }} p {{ color: #6b6b6b }}</style>
</head>
<body>
<h1>{title}</h1>
{drawn}
<p>{made_by} · liponflow {version}. Drag to turn, scroll to zoom, click the legend to hide.</p>
</body>
</html>
"""
