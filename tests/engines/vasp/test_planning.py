"""Planned calculations of VASP Makers."""

import pytest
from atomate2.vasp.jobs.core import StaticMaker
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Incar, Kpoints

from liponflow.engines.planning import planned_by
from liponflow.engines.vasp.planning import irreducible_kpoints


@pytest.fixture
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


def test_irreducible_kpoints_depend_on_symmetry_moments_and_isym(salt: Structure) -> None:
    mesh = Kpoints.gamma_automatic((4, 4, 4))
    cubic = irreducible_kpoints(salt, Incar(), mesh)
    # Textbook: a 4 x 4 x 4 mesh around Gamma has 10 irreducible points in a cubic crystal.
    assert cubic == 10
    layered = salt.copy(site_properties={"magmom": [2, 2, -2, -2, 0, 0, 0, 0]})
    tetragonal = irreducible_kpoints(layered, Incar(), mesh)
    assert tetragonal == 18
    assert irreducible_kpoints(salt, Incar({"ISYM": -1}), mesh) == 64
    assert irreducible_kpoints(salt, Incar({"ISYM": 0}), Kpoints.gamma_automatic((3, 3, 3))) == 14
    # 8 of the 64 points around Γ are equivalent to their own inverse.
    assert irreducible_kpoints(salt, Incar({"ISYM": 0}), mesh) == 36
    # 2 pi / 4.2 = 1.496 per Å: three divisions for a spacing of at most 0.5.
    assert irreducible_kpoints(salt, Incar({"ISYM": -1, "KSPACING": 0.5}), None) == 27
