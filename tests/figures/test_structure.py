import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from scipy.spatial import ConvexHull

from liponflow.figures.structure import RADII, draw_structure, polyhedra
from liponflow.figures.style import new_figure

EDGES = 12
# Angles at the centre of a regular octahedron and tetrahedron (degrees).
OCTAHEDRAL, TETRAHEDRAL = 90.0, 109.47


@pytest.fixture
def rock_salt() -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


@pytest.fixture
def fluorite() -> Structure:
    """Return antifluorite Li2O with P in place of Li: tetrahedra without images on faces."""
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.6), ["P", "O"], [[0.25] * 3, [0, 0, 0]]
    )


def empty_axes() -> Axes:
    return new_figure(3, 3).add_subplot()


def test_polyhedra_on_faces_are_repeated_on_the_opposite_face(rock_salt: Structure) -> None:
    # Four Ni per cell: the one at the corner is drawn 8 times, the three on faces twice each.
    found = polyhedra(rock_salt, ["Ni"])
    assert len(found) == 14
    assert all(len(polyhedron.vertices) == 6 for polyhedron in found)


@pytest.mark.parametrize(
    ("name", "centre", "corners", "angle"),
    [("rock_salt", "Ni", 6, OCTAHEDRAL), ("fluorite", "P", 4, TETRAHEDRAL)],
)
def test_polyhedra_have_the_shape_of_their_coordination(
    name: str, centre: str, corners: int, angle: float, request: pytest.FixtureRequest
) -> None:
    for polyhedron in polyhedra(request.getfixturevalue(name), [centre]):
        bonds = polyhedron.vertices - polyhedron.centre
        assert len(bonds) == corners == len(polyhedron.anions)
        units = bonds / np.linalg.norm(bonds, axis=1)[:, None]
        smallest = np.degrees(np.arccos(np.max(units @ units.T - 2 * np.eye(corners))))
        assert smallest == pytest.approx(angle, abs=0.01)


def test_isolated_atom_has_no_polyhedron() -> None:
    assert polyhedra(Structure(Lattice.cubic(3), ["Ni"], [[0, 0, 0]]), ["Ni"]) == []


def test_every_face_sphere_and_edge_is_drawn(fluorite: Structure) -> None:
    axes = empty_axes()
    draw_structure(axes, fluorite)
    assert sum(isinstance(patch, Polygon) for patch in axes.patches) == 8 * 4
    # 8 corners and 6 faces of O.
    oxygens = [p for p in axes.patches if isinstance(p, Circle) and p.radius == RADII["O"]]
    assert len(oxygens) == 14
    assert len(axes.lines) % EDGES == 0
    assert not axes.axison


def test_drawing_is_an_orthographic_projection(fluorite: Structure) -> None:
    # Viewed along an axis, a cube is a square of the same size.
    axes = empty_axes()
    draw_structure(axes, fluorite, turn=0, tilt=0)
    points = np.concatenate([line.get_xydata() for line in axes.lines])
    hull = ConvexHull(points)
    assert hull.volume == pytest.approx(4.6**2)
    assert np.ptp(points, axis=0) == pytest.approx([4.6, 4.6])


@pytest.mark.parametrize("up", ["a", "b", "c"])
def test_chosen_axis_points_upwards(up: str) -> None:
    lengths = dict.fromkeys("abc", 4.0) | {up: 9.0}
    axes = empty_axes()
    cell = Structure(Lattice.orthorhombic(*lengths.values()), ["Li"], [[0.5] * 3])
    draw_structure(axes, cell, up=up, turn=0, tilt=0)
    points = np.concatenate([line.get_xydata() for line in axes.lines])
    assert np.ptp(points, axis=0) == pytest.approx([4.0, 9.0])


def test_near_objects_are_drawn_over_distant_ones() -> None:
    axes = empty_axes()
    cell = Structure(Lattice.cubic(6), ["Li", "Li"], [[0.5, 0.5, 0.3], [0.5, 0.5, 0.7]])
    draw_structure(axes, cell, turn=0, tilt=89)
    spheres = [p for p in axes.patches if isinstance(p, Circle) and p.radius == RADII["Li"]]
    far, near = sorted(spheres, key=lambda sphere: sphere.zorder)
    # Fog grows with distance, so the near object is not paler than the distant one.
    assert sum(near.get_facecolor()[:3]) < sum(far.get_facecolor()[:3])
    assert near.zorder - far.zorder == pytest.approx(2.4, abs=0.01)
