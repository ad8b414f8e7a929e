from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from scipy.spatial.transform import Rotation

from liponflow.analysis.lithiation.lattice import (
    octahedral_distortion,
    octahedral_distortions,
    pseudo_cubic_cell,
)

LENGTH_TOL = 1e-9  # Å: exact except for rounding
BOND = 1.9
length = st.floats(6.0, 10.0)


def octahedron(stretch: float = 0.0, ligands: int = 6) -> Structure:
    """Return Mn with ligands at BOND, the two along z farther by `stretch` (Å), in a wide box."""
    z = BOND + stretch
    shifts = [[0, 0, z], [0, 0, -z], [BOND, 0, 0], [-BOND, 0, 0], [0, BOND, 0], [0, -BOND, 0]]
    sites = [[0, 0, 0], *shifts[:ligands]]
    return Structure(Lattice.cubic(20), ["Mn"] + ["O"] * ligands, sites, coords_are_cartesian=True)


@pytest.mark.parametrize("axis", ["a", "b", "c"])
def test_unique_axis_is_found_in_every_orientation(axis: str) -> None:
    lengths = dict.fromkeys("abc", 8.2) | {axis: 8.7}
    cell = pseudo_cubic_cell(Lattice.orthorhombic(*lengths.values()))
    assert cell.unique_axis == axis
    assert cell.c_over_a == pytest.approx(8.7 / 8.2, abs=LENGTH_TOL)


def test_compressed_axis_is_the_unique_axis():
    cell = pseudo_cubic_cell(Lattice.orthorhombic(8.2, 7.9, 8.2))
    assert (cell.unique_axis, cell.c_over_a) == ("b", pytest.approx(7.9 / 8.2))


def test_cubic_cell_has_axis_ratio_one():
    assert pseudo_cubic_cell(Lattice.cubic(8.17)).c_over_a == pytest.approx(1, abs=LENGTH_TOL)


@given(length, length, length)
def test_axis_ratio_does_not_depend_on_the_order_of_axes(a: float, b: float, c: float) -> None:
    # For equally spaced lengths two axes are equally far from the mean of the others.
    assume(abs(sorted([a, b, c])[1] - (min(a, b, c) + max(a, b, c)) / 2) > 1e-3)
    ratios = [
        pseudo_cubic_cell(Lattice.orthorhombic(*edges)).c_over_a
        for edges in permutations([a, b, c])
    ]
    assert ratios == pytest.approx([ratios[0]] * 6, abs=LENGTH_TOL)


def test_rotated_cell_and_supercell_give_the_same_ratio():
    lattice = Lattice.tetragonal(8.2, 8.7)
    turned = Lattice(lattice.matrix @ Rotation.from_euler("xyz", [0.3, 1.1, -0.7]).as_matrix())
    doubled = Lattice(turned.matrix * [[2], [1], [3]])
    assert pseudo_cubic_cell(turned).c_over_a == pytest.approx(8.7 / 8.2, abs=LENGTH_TOL)
    assert pseudo_cubic_cell(doubled, (2, 1, 3)).c_over_a == pytest.approx(8.7 / 8.2)


def test_regular_octahedron_has_no_distortion():
    regular = octahedral_distortion(octahedron(), 0)
    assert regular.mean == pytest.approx(BOND)
    assert regular.spread == pytest.approx(0, abs=LENGTH_TOL)
    assert regular.baur_index == pytest.approx(0, abs=LENGTH_TOL)


@pytest.mark.parametrize("stretch", [0.3, -0.1])
def test_stretched_octahedron_has_the_analytic_distortion(stretch: float) -> None:
    # Two bonds l + s and four l: mean l + s/3, deviations 2s/3 (twice) and -s/3 (four times).
    distorted = octahedral_distortion(octahedron(stretch), 0)
    size = abs(stretch)
    assert distorted.mean == pytest.approx(BOND + stretch / 3)
    assert distorted.spread == pytest.approx(size)
    assert distorted.baur_index == pytest.approx(size * 4 / 9 / (BOND + stretch / 3))


def test_site_with_too_few_anions_is_refused():
    with pytest.raises(ValueError, match=r"site 0 \(Mn\) has 5 anions within 2.8 Å"):
        octahedral_distortion(octahedron(ligands=5), 0)
    with pytest.raises(ValueError, match="has 4 anions within 2 Å"):
        octahedral_distortion(octahedron(0.3), 0, cutoff=2.0)


def test_cations_are_not_ligands():
    crowded = octahedron()
    crowded.append("Li", [1.0, 0, 0], coords_are_cartesian=True)
    assert octahedral_distortion(crowded, 0).bond_lengths == pytest.approx([BOND] * 6)


def test_every_site_of_the_element_is_measured():
    cell = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    assert [o.mean for o in octahedral_distortions(cell, "Ni")] == pytest.approx([2.1] * 4)
