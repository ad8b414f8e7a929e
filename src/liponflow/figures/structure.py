"""Draw a crystal or a glass as coordination polyhedra, spheres and the edges of its cell.

No library that we depend on draws polyhedra into matplotlib's axes: ASE draws spheres, pymatgen
needs VTK. The shell of a centre is cut by a ratio of bond lengths; pymatgen's CrystalNN finds the
same octahedra in ordered LNMO and takes 0.8 s instead of 0.04 s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure
from scipy.spatial import ConvexHull, QhullError

from liponflow.analysis.lithiation.lattice import ANIONS
from liponflow.arrays import FloatArray
from liponflow.figures.style import INK, element_colour

RGB = tuple[float, float, float]

BOND_RATIO = 1.35
"""Longest over shortest bond of a polyhedron: includes the long bonds of Mn3+ (1.2), excludes the
second shell (1.7 and more)."""
SHELL = 3.0
"""Largest bond length considered (Å)."""
BOUNDARY = 1e-2
"""Atoms this close (fractional) to a face of the cell are also drawn on the opposite face."""
RADII = {"Li": 0.42, "Na": 0.48, "K": 0.55, "O": 0.16, "N": 0.18}
"""Radii of spheres as drawn (Å)."""
OTHER_RADIUS = 0.25
FACE_ALPHA = 0.62
FOG = 0.45
"""Share of white in the colour of the most distant objects."""
STRUCTURE = "structure"
"""Mark (gid) of axes that show a structure."""
LIGHT = np.array([-0.35, 0.55, 0.76])
"""Direction towards the light: from the upper left, behind the viewer."""


@dataclass(frozen=True)
class Polyhedron:
    """Coordination polyhedron."""

    element: str
    """Element at its centre."""
    centre: FloatArray
    """Position of the centre, shape (3,), Å."""
    vertices: FloatArray
    """Positions of the anions, shape (n, 3), Å."""
    anions: tuple[str, ...]
    """Element of each anion."""


def is_centre(symbol: str) -> bool:
    """Return whether an element is drawn as a polyhedron unless a caller says otherwise."""
    return Element(symbol).is_transition_metal or symbol in {"P", "Si"}


def polyhedra(structure: Structure, centres: Sequence[str]) -> list[Polyhedron]:
    """Find the coordination polyhedra whose centre lies in the cell or on its faces.

    Parameters
    ----------
    structure
        Periodic structure.
    centres
        Elements at the centres.

    Returns
    -------
    list of Polyhedron
        Polyhedra with at least four anions in the first shell, including images on faces.
    """
    found = []
    for site in structure:
        if site.specie.symbol not in centres:
            continue
        anions = [
            neighbor
            for neighbor in structure.get_neighbors(site, SHELL)
            if neighbor.specie.symbol in ANIONS
        ]
        nearest = min((anion.nn_distance for anion in anions), default=0.0)
        shell = [anion for anion in anions if anion.nn_distance < BOND_RATIO * nearest]
        if len(shell) < 4:  # noqa: PLR2004 - a solid has at least four corners
            continue
        vertices = np.array([anion.coords for anion in shell])
        elements = tuple(anion.specie.symbol for anion in shell)
        found += [
            Polyhedron(site.specie.symbol, site.coords + shift, vertices + shift, elements)
            for shift in _images(structure, site.frac_coords)
        ]
    return found


def draw_structure(
    axes: Axes,
    structure: Structure,
    *,
    centres: Sequence[str] | None = None,
    spheres: Sequence[str] = ("Li", "O", "N"),
    radii: Mapping[str, float] | None = None,
    colours: Mapping[str, str] | None = None,
    up: str = "c",
    turn: float = 17.0,
    tilt: float = 11.0,
) -> Callable[[FloatArray], FloatArray]:
    """Draw a structure into axes without perspective, from far to near.

    Parameters
    ----------
    axes
        Empty axes; their frame is removed.
    structure
        Periodic structure.
    centres
        Elements drawn as polyhedra; by default transition metals, P and Si.
    spheres
        Elements drawn as spheres.
    radii
        Radii of spheres (Å) that replace the usual ones.
    colours
        Colours of elements that replace the usual ones.
    up
        Cell vector that points upwards on the page: a, b or c.
    turn
        Rotation about the upward vector (degrees).
    tilt
        How far the viewer stands above the horizon (degrees).

    Returns
    -------
    Callable
        Function that projects positions (Å, shape (n, 3)) onto the axes and towards the viewer,
        to draw more.
    """
    if centres is None:
        centres = [element.symbol for element in structure.elements if is_centre(element.symbol)]
    wrapped = Structure(
        structure.lattice, structure.species, structure.frac_coords, to_unit_cell=True
    )
    matrix = np.array(wrapped.lattice.matrix)
    view = projection(matrix, up, turn, tilt)
    corners = np.array(list(product((0, 1), repeat=3))) @ matrix
    middle = corners.mean(axis=0)
    depths = ((corners - middle) @ view.T)[:, 2]
    scene = _Scene(axes, view, middle, float(depths.min()), float(depths.max()), colours or {})
    balls = {
        (site.specie.symbol, *np.round(site.coords + shift, 3))
        for site in wrapped
        for shift in _images(wrapped, site.frac_coords)
    }
    for polyhedron in polyhedra(wrapped, centres):
        scene.add_polyhedron(polyhedron)
        # Anions at corners outside the cell are drawn, too.
        balls.update(
            (anion, *np.round(vertex, 3))
            for anion, vertex in zip(polyhedron.anions, polyhedron.vertices, strict=True)
        )
    for element, *position in sorted(balls):
        if element in spheres:
            radius = (RADII | dict(radii or {})).get(element, OTHER_RADIUS)
            scene.add_sphere(element, np.array(position), radius)
    for start, end in _edges(matrix):
        scene.add_line(start, end)
    axes.set_gid(STRUCTURE)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.autoscale_view()
    return scene.project


def projection(matrix: FloatArray, up: str, turn: float, tilt: float) -> FloatArray:
    """Return a view of a cell, shape (3, 3): rows to the right, upwards and towards the viewer."""
    index = "abc".index(up)
    upward = matrix[index] / np.linalg.norm(matrix[index])
    towards = np.cross(matrix[(index + 1) % 3], upward)
    towards /= np.linalg.norm(towards)
    right = np.cross(upward, towards)
    phi, theta = np.radians([turn, tilt])
    flat = np.cos(phi) * towards - np.sin(phi) * right
    right = np.cross(upward, flat)
    towards = np.cos(theta) * flat + np.sin(theta) * upward
    return np.array([right, np.cross(towards, right), towards])


def _images(structure: Structure, fractional: FloatArray) -> Iterator[FloatArray]:
    """Yield shifts (Å) of an atom onto opposite faces of the cell; the zero shift comes first."""
    choices = []
    for value in fractional:
        shifts = [0]
        if value < BOUNDARY:
            shifts.append(1)
        if value > 1 - BOUNDARY:
            shifts.append(-1)
        choices.append(shifts)
    for shift in product(*choices):
        yield np.array(shift) @ structure.lattice.matrix


def _edges(matrix: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    for start, end in combinations(np.array(list(product((0, 1), repeat=3))), 2):
        if np.abs(start - end).sum() == 1:
            yield start @ matrix, end @ matrix


def _rgb(colour: str) -> FloatArray:
    return np.array(to_rgb(colour), dtype=float)


@dataclass(frozen=True)
class _Scene:
    """Projection onto axes; depth sets the drawing order and the fog."""

    axes: Axes
    view: FloatArray
    middle: FloatArray
    far: float
    near: float
    colours: Mapping[str, str]

    def colour(self, element: str) -> FloatArray:
        return _rgb(self.colours.get(element, element_colour(element)))

    def project(self, points: FloatArray) -> FloatArray:
        projected: FloatArray = (points - self.middle) @ self.view.T
        return projected

    def fogged(self, colour: FloatArray, depth: float) -> RGB:
        share = np.clip((self.near - depth) / (self.near - self.far), 0, 1) * FOG
        red, green, blue = (1 - share) * colour + share
        return float(red), float(green), float(blue)

    def add_polyhedron(self, polyhedron: Polyhedron) -> None:
        vertices = self.project(polyhedron.vertices)
        try:
            faces = ConvexHull(vertices).simplices
        except QhullError:  # flat: a square-planar site has no volume to draw
            return
        base = self.colour(polyhedron.element)
        centre = self.project(polyhedron.centre)
        for face in faces:
            corners = vertices[face]
            normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
            normal /= np.linalg.norm(normal)
            if normal @ (corners.mean(axis=0) - centre) < 0:
                normal = -normal
            depth = float(corners[:, 2].mean())
            brightness = 0.72 + 0.38 * max(0.0, float(normal @ LIGHT))
            shaded = np.clip(base * brightness + 0.06, 0, 1)
            self.axes.add_patch(
                Polygon(
                    corners[:, :2],
                    facecolor=(*self.fogged(shaded, depth), FACE_ALPHA),
                    edgecolor=(*self.fogged(base * 0.6, depth), 0.9),
                    linewidth=0.35,
                    joinstyle="round",
                    zorder=self.order(depth),
                )
            )

    def add_sphere(self, element: str, position: FloatArray, radius: float) -> None:
        x, y, depth = self.project(position)
        colour = self.colour(element)
        dark = self.fogged(colour * 0.55, depth)
        order = self.order(depth + radius)
        self.axes.add_patch(
            Circle(
                (x, y),
                radius,
                facecolor=self.fogged(colour, depth),
                edgecolor=dark,
                linewidth=0.4,
                zorder=order,
            )
        )
        # Two highlights make the disc look round.
        for size, strength in ((0.62, 0.22), (0.28, 0.55)):
            self.axes.add_patch(
                Circle(
                    (x + 0.28 * radius * LIGHT[0], y + 0.5 * radius * LIGHT[1]),
                    size * radius,
                    facecolor="white",
                    alpha=strength,
                    linewidth=0,
                    zorder=order,
                )
            )

    def add_line(self, start: FloatArray, end: FloatArray) -> None:
        # In pieces, so that nearer objects hide parts of the line.
        points = self.project(np.linspace(start, end, 13))
        for first, second in pairwise(points):
            depth = float(first[2] + second[2]) / 2
            self.axes.add_line(
                Line2D(
                    [first[0], second[0]],
                    [first[1], second[1]],
                    color=self.fogged(_rgb(INK), depth),
                    linewidth=0.8,
                    solid_capstyle="round",
                    zorder=self.order(depth),
                )
            )

    @staticmethod
    def order(depth: float) -> float:
        return 100 + depth
