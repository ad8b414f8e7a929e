"""Planned calculations of VASP Makers."""

import pytest
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from atomate2.vasp.sets.core import RelaxSetGenerator
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Kpoints

from liponflow.engines.planning import planned_by
from liponflow.engines.vasp.cost import STEPS_OF_A_REPETITION
from liponflow.engines.vasp.planning import irreducible_kpoints


@pytest.fixture(scope="module")
def salt() -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


def test_static_and_finite_differences_are_recognised(salt: Structure) -> None:
    [static] = planned_by(StaticMaker(), salt)
    assert (static.kind, static.engine, static.ionic_steps) == ("static", "vasp", 1)
    maker = StaticMaker()
    maker.input_set_generator.user_incar_settings = {"IBRION": 6, "NSW": 1}
    [phonon] = planned_by(maker, salt)
    assert (phonon.kind, phonon.ionic_steps) == ("phonon", 49)


@pytest.mark.parametrize(("isif", "further"), [(2, 0), (3, STEPS_OF_A_REPETITION)])
def test_relaxations_of_a_cell_may_be_repeated(salt: Structure, isif: int, further: int) -> None:
    maker = RelaxMaker(input_set_generator=RelaxSetGenerator(user_incar_settings={"ISIF": isif}))
    [found] = planned_by(maker, salt)
    assert (found.kind, found.ionic_steps, found.further_steps) == ("relax", None, further)


def test_irreducible_kpoints_depend_on_symmetry_moments_and_isym(salt: Structure) -> None:
    mesh = Kpoints.gamma_automatic((4, 4, 4))
    cubic = irreducible_kpoints(salt, {}, mesh)
    # Textbook: a 4 x 4 x 4 mesh around Gamma has 10 irreducible points in a cubic crystal.
    assert cubic == 10
    layered = salt.copy(site_properties={"magmom": [2, 2, -2, -2, 0, 0, 0, 0]})
    tetragonal = irreducible_kpoints(layered, {}, mesh)
    assert tetragonal == 18
    assert irreducible_kpoints(salt, {"ISYM": -1}, mesh) == 64
    assert irreducible_kpoints(salt, {"ISYM": 0}, Kpoints.gamma_automatic((3, 3, 3))) == 14
    # 8 of the 64 points around Γ are equivalent to their own inverse.
    assert irreducible_kpoints(salt, {"ISYM": 0}, mesh) == 36
    # 2 pi / 4.2 = 1.496 per Å: three divisions for a spacing of at most 0.5.
    assert irreducible_kpoints(salt, {"ISYM": -1, "KSPACING": 0.5}, None) == 27


@pytest.mark.parametrize(("divisions", "points"), [(2, 1), (4, 4), (6, 10), (8, 20), (3, 4)])
def test_monkhorst_pack_points_of_cubic_crystals_are_those_of_the_paper(
    salt: Structure, divisions: int, points: int
) -> None:
    """H. J. Monkhorst and J. D. Pack, Phys. Rev. B 13, 5188 (1976): n(n + 1)(n + 2)/6, n = q/2.

    An odd number of divisions gives a mesh around Γ.
    """
    mesh = Kpoints.monkhorst_automatic((divisions,) * 3)
    assert irreducible_kpoints(salt, {}, mesh) == points


def test_shifted_mesh_without_symmetry_has_no_point_that_is_its_own_inverse(
    salt: Structure,
) -> None:
    no_symmetry = {"ISYM": 0}
    mesh = Kpoints.monkhorst_automatic((4, 4, 4))
    assert irreducible_kpoints(salt, no_symmetry, mesh) == 32
    assert irreducible_kpoints(salt, no_symmetry, Kpoints.monkhorst_automatic((4, 3, 1))) == 6
    # The same mesh, stated as a shift of half a step from Γ; and one that -k does not map to.
    half, other = (Kpoints.gamma_automatic((4, 4, 4), shift=(shift,) * 3) for shift in (0.5, 0.25))
    assert irreducible_kpoints(salt, no_symmetry, half) == 32
    assert irreducible_kpoints(salt, no_symmetry, other) == 64
    spacing = {"ISYM": 0, "KSPACING": 0.4}  # 1.496 per Å: four divisions
    assert irreducible_kpoints(salt, spacing, None) == 36
    assert irreducible_kpoints(salt, spacing | {"KGAMMA": False}, None) == 32


def test_axes_that_symmetry_exchanges_keep_their_shifts() -> None:
    """On a hexagonal lattice a shifted mesh has less symmetry than the crystal."""
    zinc = Structure.from_spacegroup(
        "P6_3/mmc", Lattice.hexagonal(2.66, 4.95), ["Zn"], [[1 / 3, 2 / 3, 0.25]]
    )
    assert irreducible_kpoints(zinc, {}, Kpoints.gamma_automatic((6, 6, 1))) == 7
    # Of the rotations, those that exchange a and b remain: (36 + 6 + 6) / 4 orbits (Burnside).
    shifted = irreducible_kpoints(zinc, {}, Kpoints.monkhorst_automatic((6, 6, 1)))
    assert shifted == 12


@pytest.mark.filterwarnings("ignore:Please use INCAR KSPACING tag")
@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("a list\n3\nReciprocal\n0 0 0 1\n.5 0 0 2\n.5 .5 .5 1\n", 3),
        ("lines\n20\nLine_mode\nReciprocal\n0 0 0\n.5 0 0\n\n.5 0 0\n.5 .5 0\n", 40),
        ("a length of 17 Å, some four times the edge\n0\nAuto\n17\n", 64),
    ],
    ids=["points", "lines", "length"],
)
def test_other_kinds_of_kpoints_are_counted(salt: Structure, text: str, points: int) -> None:
    assert irreducible_kpoints(salt, {"ISYM": -1}, Kpoints.from_str(text)) == points
