"""Figure of the path of each dopant through the cell of the host."""

from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pymatgen.core.periodic_table import DummySpecies
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.result import Migration, MigrationResult
from liponflow.arrays import FloatArray
from liponflow.figures.structure import draw_structure, projection
from liponflow.figures.style import (
    COLUMN,
    INK,
    PAGE,
    element_colour,
    new_figure,
    stamp,
    styled,
)
from liponflow.periodic import shortest

AROUND = 3.3
"""Host atoms within this distance (Å) of the path, which make way, are drawn in full."""
FAR = DummySpecies("X")
"""Species that stands for the other host atoms."""
PALE = "#EFE3CC"
RADII = {"near": 0.5, "far": 0.26}
"""Radii of host atoms (Å)."""
UPWARDS, TURNS = "cab", (17.0, 52.0, -28.0)
"""Candidate views: the cell vector that points up, and rotations about it (degrees)."""
TILT = 11.0


def bottleneck(result: MigrationResult, migration: Migration) -> HopBarrier | None:
    """Return the hop with the highest saddle on the easiest path through the crystal.

    Without such a path it is the hop of lowest barrier, otherwise any hop with images. Hops beside
    another defect do not count.
    """
    hops = [hop for hop in result.hops_of(*migration.mover) if hop.environment is None]
    taken = [
        hop
        for hop in hops
        if hop.hop in migration.percolating_hops and hop.saddle_energy is not None
    ]
    if taken:
        return max(taken, key=lambda hop: hop.saddle_energy or 0.0)
    known = [hop for hop in hops if hop.barrier is not None]
    if known:
        return min(known, key=lambda hop: hop.barrier or 0.0)
    return next((hop for hop in hops if hop.images), None)


@styled
def path_figure(result: MigrationResult) -> Figure:
    """Draw the rate-limiting hop of each dopant, as in Figure 4.12A of the dissertation.

    Host atoms are drawn at their positions in the saddle image; a ring marks the saddle.
    """
    shown = [
        hop
        for found in result.migrations
        if (hop := bottleneck(result, found)) is not None and hop.images
    ]
    if not shown:
        raise ValueError("the result has no images from which to draw a path")
    figure = new_figure(max(COLUMN, PAGE * len(shown) / 3), 2.75)
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, hop in zip(panels, shown, strict=True):
        _draw_path(axes, hop)
        axes.set_title(f"{hop.mover}, {short_label(hop.hop)}", fontsize=8)
    hosts = dict.fromkeys(
        element.symbol
        for hop in shown
        for element in hop.images[0].structure.elements
        if element.symbol not in {hop.dopant for hop in shown}
    )
    handles = [
        *(_dot(element_colour(symbol), symbol) for symbol in hosts),
        *(_dot(element_colour(symbol), symbol) for symbol in {hop.dopant: None for hop in shown}),
        Line2D(
            [], [], color=INK, marker="o", markerfacecolor="none", linestyle="", label="saddle"
        ),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    stamp(figure, result)
    return figure


def _draw_path(axes: Axes, hop: HopBarrier) -> None:
    structures = [image.structure for image in hop.images]
    moving = _moving_atom(structures, hop.dopant)
    places = _inside(structures, moving)
    saddle = (hop.saddle or structures[len(structures) // 2]).copy()
    colour = element_colour(hop.dopant)
    host = _with_far_atoms_marked(saddle.remove_sites([moving]), places)
    near = [element.symbol for element in host.elements if element != FAR]
    up, turn = _clearest_view(np.array(host.lattice.matrix), places)
    project = draw_structure(
        axes,
        host,
        centres=(),
        spheres=[*near, FAR.symbol],
        radii=dict.fromkeys(near, RADII["near"]) | {FAR.symbol: RADII["far"]},
        colours={FAR.symbol: PALE},
        up=up,
        turn=turn,
        tilt=TILT,
    )
    drawn = project(places)
    axes.plot(drawn[:, 0], drawn[:, 1], "-", color=colour, linewidth=1.5, zorder=1000)
    axes.scatter(
        drawn[:, 0],
        drawn[:, 1],
        s=[34, *([16] * (len(drawn) - 2)), 34],
        color=colour,
        edgecolor="white",
        linewidth=0.5,
        zorder=1001,
        gid=f"{hop.mover} path",
    )
    if hop.saddle_distance is not None:
        off = [abs(image.distance - hop.saddle_distance) for image in hop.images]
        top = drawn[int(np.argmin(off))]
        axes.scatter(
            top[0],
            top[1],
            s=60,
            facecolor="none",
            edgecolor=INK,
            linewidth=1.1,
            zorder=1002,
            gid=f"{hop.mover} saddle",
        )


def _clearest_view(matrix: FloatArray, places: FloatArray) -> tuple[str, float]:
    """Return the view in which the path is longest: upward vector and rotation about it."""

    def seen(view: tuple[str, float]) -> float:
        projected = projection(matrix, view[0], view[1], TILT) @ (places[-1] - places[0])
        return float(np.round(np.linalg.norm(projected[:2]), 3))

    return max(product(UPWARDS, TURNS), key=seen)


def _with_far_atoms_marked(host: Structure, places: FloatArray) -> Structure:
    distances = host.lattice.get_all_distances(
        host.lattice.get_fractional_coords(places), host.frac_coords
    ).min(axis=0)
    species = [
        site.specie if distance <= AROUND else FAR
        for site, distance in zip(host, distances, strict=True)
    ]
    return Structure(host.lattice, species, host.frac_coords)


def _moving_atom(structures: list[Structure], dopant: str) -> int:
    """Return the index of the dopant: the atom of its element that moves farthest."""
    matrix = structures[0].lattice.matrix
    shift = shortest(structures[-1].frac_coords - structures[0].frac_coords, matrix)
    lengths = np.linalg.norm(shift @ matrix, axis=1)
    named = np.array([site.specie.symbol == dopant for site in structures[0]])
    return int(np.where(named, lengths, -1.0).argmax())


def _inside(structures: list[Structure], moving: int) -> FloatArray:
    """Return the positions of one atom along a path (Å), starting inside the cell."""
    frac = np.array([structure[moving].frac_coords for structure in structures])
    steps = shortest(np.diff(frac, axis=0), structures[0].lattice.matrix)
    path = np.mod(frac[0], 1.0) + np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])
    places: FloatArray = path @ structures[0].lattice.matrix
    return places


def short_label(hop: str) -> str:
    """Return an abbreviated name of a hop.

    Examples
    --------
    >>> short_label("octahedral-tetrahedral-octahedral"), short_label("8-fold-8-fold 2")
    ('oct-tet-oct', '8-fold-8-fold 2')
    """
    return hop.replace("tetrahedral", "tet").replace("octahedral", "oct")


def _dot(colour: str, label: str) -> Line2D:
    return Line2D([], [], linestyle="", marker="o", color=colour, label=label)
