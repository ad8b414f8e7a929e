import re
from pathlib import Path

import numpy as np
import pytest
from ase import units
from pymatgen.core import Structure
from pymatgen.io.vasp import Kpoints

from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.incar import Ensemble
from liponflow.engines.standin.inputs import read_inputs
from liponflow.engines.standin.layout import Layout
from liponflow.engines.standin.outputs import Outputs


@pytest.fixture
def directory(vasp_directory, nickel_oxide: Structure) -> Path:
    written: Path = vasp_directory(nickel_oxide, "NSW = 0\n")
    return written


@pytest.mark.parametrize(
    ("incar", "message"),
    [
        ("NSW = 5\nIBRION = -1", "NSW = 5 asks for ionic steps, IBRION = -1 for none"),
        ("NSW = 5\nIBRION = 5", "IBRION = 5: the stand-in does -1, 0, 1, 2, 3"),
        ("ISIF = 9", "ISIF = 9"),
        ("NSW = 5\nIBRION = 0", "IBRION = 0 needs a time step, POTIM"),
        ("NSW = 5\nIBRION = 0\nPOTIM = 1\nISIF = 3", "ISIF = 3 lets the cell move"),
        ("NSW = 5\nIBRION = 0\nPOTIM = 1\nSMASS = -1", "SMASS = -1"),
        ("NSW = 5\nIBRION = 0\nPOTIM = 1\nMDALGO = 1\nANDERSEN_PROB = 0.1", "ANDERSEN_PROB = 0.1"),
        ("NSW = 5\nIBRION = 0\nPOTIM = 1\nMDALGO = 3", "MDALGO = 3 needs LANGEVIN_GAMMA"),
        (
            "NSW = 5\nIBRION = 0\nPOTIM = 1\nMDALGO = 3\nLANGEVIN_GAMMA = 10",
            "LANGEVIN_GAMMA has 1 values for 2 species",
        ),
        ("ISPIN = 2\nMAGMOM = 4*2", "MAGMOM has 4 values for 8 ions"),
        ("LDAU = T\nLDAUU = 4 0 0", "LDAUU has 3 values for 2 species"),
        ("LSORBIT = T", "LSORBIT"),
        ("NSW = many", "NSW = many is not a number"),
        ("NSW = 5\nNSW = 6", "NSW is given twice: 5 and 6"),
        ("ENCUT = 520\nENCUT = high", "INCAR: cannot be read as an INCAR .ENCUT = high is not"),
        ("NSW = 5\nIBRION = 0\nPOTIM = 1\nMDALGO = 5\nCSVR_PERIOD = -1", "CSVR_PERIOD >= 0"),
        ("LCLIMB = yes", "LCLIMB = yes is not .TRUE. or .FALSE."),
        ("LWAVE = no", "LWAVE = no is not .TRUE. or .FALSE."),
        ("ENCUT = 520eV", "ENCUT = 520eV is not a number"),
        ("MAGMOM = up down", "MAGMOM = up down is not a list of numbers"),
        ('SYSTEM = "NiO', "cannot be read as an INCAR .line 1: the quote"),
    ],
)
def test_invalid_incar_is_refused_by_tag(directory: Path, incar: str, message: str) -> None:
    (directory / "INCAR").write_text(f"{incar}\n")
    with pytest.raises(InputError, match=message):
        read_inputs(directory)


@pytest.mark.parametrize(
    ("tags", "climbs"),
    [
        ("IOPT = 3", True),
        ("IOPT = 3\nLCLIMB = F", False),
        ("ICHAIN = 0", True),
        ("LCLIMB = T", True),
        ("LCLIMB = F", False),
        ("SPRING = -5", False),
    ],
)
def test_an_image_climbs_by_default_with_vtst(directory: Path, tags: str, *, climbs: bool) -> None:
    (directory / "INCAR").write_text(f"{tags}\n")
    assert read_inputs(directory).settings.climb is climbs


def test_what_vasp_ignores_is_remarked_on(directory: Path) -> None:
    (directory / "INCAR").write_text("ENCUTT = 520\nNSW = 0 ; ISIF = 2\nISIF = 2 ! again\n")
    inputs = read_inputs(directory)
    assert inputs.settings.isif == 2
    assert inputs.remarks == (
        "INCAR, line 3: ISIF is given twice (2 and 2): VASP takes the first",
        "INCAR: unknown tag ENCUTT (did you mean ENCUT?): VASP ignores it",
    )


def test_exponents_and_repeats_are_those_of_fortran(directory: Path) -> None:
    (directory / "INCAR").write_text("EDIFF = 1D-6\nEDIFFG = -2.0d-02\nPOMASS = 2*7.0  masses\n")
    inputs = read_inputs(directory)
    assert inputs.settings.ediffg == -0.02
    assert inputs.atoms.get_masses() == pytest.approx([7.0] * 8)


@pytest.mark.parametrize(
    ("tags", "ensemble"),
    [
        ("SMASS = -3", Ensemble.NVE),
        ("MDALGO = 1\nANDERSEN_PROB = 0.0", Ensemble.NVE),
        ("MDALGO = 5", Ensemble.NVE),
        ("MDALGO = 5\nCSVR_PERIOD = 80", Ensemble.CSVR),
        ("SMASS = 0", Ensemble.NOSE),
        ("MDALGO = 2\nSMASS = 0.5", Ensemble.NOSE),
        ("MDALGO = 3\nLANGEVIN_GAMMA = 10 10", Ensemble.LANGEVIN),
        ("MDALGO = 3\nLANGEVIN_GAMMA = 10 10\nISIF = 3", Ensemble.LANGEVIN_NPT),
    ],
)
def test_ensemble_follows_the_vasp_tags(directory: Path, tags: str, ensemble: Ensemble) -> None:
    (directory / "INCAR").write_text(f"IBRION = 0\nNSW = 5\nPOTIM = 1\n{tags}\n")
    assert read_inputs(directory).settings.ensemble is ensemble


@pytest.mark.parametrize("name", ["INCAR", "POSCAR", "POTCAR.spec"])
def test_missing_file_is_named(directory: Path, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises(InputError, match=name):
        read_inputs(directory)


def test_potcar_in_another_order_is_refused(directory: Path) -> None:
    (directory / "POTCAR.spec").write_text("O\nNi_pv")
    with pytest.raises(InputError, match="POSCAR has the species Ni O, POTCAR has O Ni"):
        read_inputs(directory)


def test_an_element_may_have_two_blocks(directory: Path) -> None:
    lines = (directory / "POSCAR").read_text().splitlines(keepends=True)
    lines[5:7] = ["Ni Ni O\n", "2 2 4\n"]
    (directory / "POSCAR").write_text("".join(lines))
    (directory / "POTCAR.spec").write_text("Ni_pv\nNi\nO")
    (directory / "INCAR").write_text("LDAU = T\nLDAUL = 2 2 -1\nLDAUU = 6.2 5 0\nLDAUJ = 3*0\n")
    inputs = read_inputs(directory)
    assert [(block.symbol, block.count) for block in inputs.species] == [
        ("Ni", 2),
        ("Ni", 2),
        ("O", 4),
    ]
    assert inputs.atoms.get_chemical_symbols() == ["Ni"] * 4 + ["O"] * 4
    (directory / "POTCAR.spec").write_text("Ni_pv\nO")
    with pytest.raises(InputError, match="POSCAR has the species Ni Ni O, POTCAR has Ni O"):
        read_inputs(directory)


def test_comments_behind_the_values_of_kpoints(directory: Path) -> None:
    (directory / "KPOINTS").write_text("mesh\n0 ! automatic\nG ! Gamma\n3 3 2 ! divisions\n")
    assert read_inputs(directory).mesh.divisions == (3, 3, 2)


def points(directory: Path, kpoints: str) -> list[list[float]]:
    (directory / "KPOINTS").write_text(kpoints)
    return sorted(read_inputs(directory).mesh.points.round(6).tolist())


def test_lines_of_kpoints_have_their_points(directory: Path) -> None:
    text = "path\n3 ! per line\nLine\nreciprocal\n0 0 0\n.5 0 0 ! X\n\n.5 0 0\n.5 .5 0\n"
    assert points(directory, text) == sorted(
        [[0, 0, 0], [0.25, 0, 0], [0.5, 0, 0], [0.5, 0, 0], [0.5, 0.25, 0], [0.5, 0.5, 0]]
    )


def test_vectors_generate_a_mesh(directory: Path) -> None:
    """As the VASP wiki says of "KPOINTS", and a mesh that is not regular."""
    vectors = "mesh\n0\nReciprocal\n.25 0 0\n0 .25 0\n0 0 .25\n.5 .5 .5\n"
    assert points(directory, vectors) == points(directory, "mesh\n0\nMonkhorst\n4 4 4\n")
    centred = "mesh\n0\nReciprocal\n.5 .5 0\n.5 -.5 0\n0 0 1\n"
    assert points(directory, centred) == [[0, 0, 0], [0.5, 0.5, 0]]


@pytest.mark.parametrize(
    ("kpoints", "message"),
    [
        ("k\n1\nCartesian\n0 0 .5 1\n", "write them as fractional"),
        ("k\n0\nReciprocal\n.3 0 0\n0 .5 0\n0 0 .5\n", "do not divide the reciprocal lattice"),
        ("k\n0\nReciprocal\n.5 0 0\n.5 0 0\n0 0 .5\n", "generate no mesh"),
        ("k\n999999\nLine\nrec\n0 0 0\n1 0 0\n1 0 0\n0 1 0\n", "1,999,998 points; at most"),
    ],
)
def test_unusable_kpoints_are_refused(directory: Path, kpoints: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        points(directory, kpoints)


def test_truncated_potcar_is_refused(directory: Path) -> None:
    (directory / "POTCAR").write_text("  TITEL  = PAW_PBE Ni_pv 06Sep2000\n")
    with pytest.raises(InputError, match="truncated"):
        read_inputs(directory)


def test_poscar_without_elements_is_refused(directory: Path) -> None:
    lines = (directory / "POSCAR").read_text().splitlines(keepends=True)
    (directory / "POSCAR").write_text("".join(lines[:5] + lines[6:]))
    with pytest.raises(InputError, match=r"POSCAR, line 6: names no elements"):
        read_inputs(directory)


def test_truncated_poscar_is_refused(directory: Path) -> None:
    lines = (directory / "POSCAR").read_text().splitlines(keepends=True)
    (directory / "POSCAR").write_text("".join(lines[:10]))
    with pytest.raises(InputError, match=r"POSCAR cannot be used: .*, line .*complete"):
        read_inputs(directory)


def test_blocks_of_one_element_have_a_potential_each(directory: Path) -> None:
    lines = (directory / "POSCAR").read_text().splitlines()
    names, counts = lines[5].split(), lines[6].split()
    assert names == ["Ni", "O"]
    lines[5:7] = ["Ni Ni O", f"1 {int(counts[0]) - 1} {counts[1]}"]
    (directory / "POSCAR").write_text("\n".join(lines))
    (directory / "POTCAR.spec").write_text("Ni_pv\nNi\nO\n")
    found = read_inputs(directory)
    assert [block.symbol for block in found.species] == ["Ni", "Ni", "O"]
    assert [block.count for block in found.species][:2] == [1, int(counts[0]) - 1]
    assert found.atoms.get_chemical_symbols().count("Ni") == int(counts[0])


def test_far_coordinate_is_refused_and_another_image_is_wrapped(directory: Path) -> None:
    lines = (directory / "POSCAR").read_text().splitlines()
    given = read_inputs(directory).atoms.get_scaled_positions(wrap=False)
    x, *rest = lines[8].split()
    lines[8] = " ".join([str(float(x) - 3), *rest])
    (directory / "POSCAR").write_text("\n".join(lines))
    moved = read_inputs(directory).atoms.get_scaled_positions(wrap=False)
    assert moved == pytest.approx(given, abs=1e-12)
    lines[8] = " ".join(["99999999999", *rest])
    (directory / "POSCAR").write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"POSCAR cannot be used: a coordinate of 1e\+11 cell"):
        read_inputs(directory)


def test_numbers_that_would_fill_the_memory_are_refused(directory: Path) -> None:
    for name, text, complaint in (
        ("KPOINTS", "k\n0\nGamma\n2 99999999999 2\n", "KPOINTS: .*divisions .* out of range"),
        ("KPOINTS", "k\n0\nGamma\n0 2 2\n", "KPOINTS: .*divisions .* out of range"),
        ("KPOINTS", "k\n0\nGamma\n2 nan 2\n", "KPOINTS"),
        ("KPOINTS", "k\n0\nGa\n", "KPOINTS: cannot be read"),
        ("INCAR", f"ISIF = {'9' * 5000}\n", "INCAR.*ISIF"),
        ("INCAR", "KSPACING = 0\n", "KSPACING = 0 must be above 0"),
        ("INCAR", "KSPACING = 1e-9\n", "a mesh of .* divisions .mesh of KSPACING"),
        ("POTCAR.spec", "\x00", "POTCAR"),
    ):
        file = directory / name
        before = file.read_bytes()
        kpoints = (directory / "KPOINTS").read_bytes()
        file.write_text(text)
        if "KSPACING" in text:
            (directory / "KPOINTS").unlink()
        with pytest.raises(InputError, match=complaint):
            read_inputs(directory)
        file.write_bytes(before)
        (directory / "KPOINTS").write_bytes(before if name == "KPOINTS" else kpoints)


def test_kspacing_replaces_kpoints(directory: Path) -> None:
    (directory / "KPOINTS").unlink()
    (directory / "INCAR").write_text("KSPACING = 0.5\nKGAMMA = T\n")
    mesh = read_inputs(directory).mesh
    # VASP's rule: the smallest N with 2 pi |b| / N <= KSPACING; about 1.48 / 0.5.
    assert mesh.divisions == (3, 3, 3)
    assert mesh.points.shape == (27, 3)
    assert mesh.weights.sum() == pytest.approx(1)
    (directory / "INCAR").write_text("")
    assert read_inputs(directory).mesh.divisions == (3, 3, 3)  # the default of KSPACING


def test_monkhorst_pack_mesh_is_shifted(directory: Path) -> None:
    Kpoints.monkhorst_automatic((2, 2, 3)).write_file(directory / "KPOINTS")
    points = read_inputs(directory).mesh.points
    assert sorted(set(points[:, 0])) == pytest.approx([-0.25, 0.25])
    assert sorted(set(points[:, 2])) == pytest.approx([-1 / 3, 0, 1 / 3])


def test_incar_masses_override_those_of_the_potcar(directory: Path) -> None:
    (directory / "INCAR").write_text("POMASS = 60 18\n")
    assert read_inputs(directory).atoms.get_masses() == pytest.approx([60] * 4 + [18] * 4)


def test_velocities_are_read_from_the_poscar(vasp_directory, lithium: Structure) -> None:
    velocities = np.array([[0.01, 0.0, -0.002], [0.0, 0.003, 0.0]])
    inputs = read_inputs(vasp_directory(lithium, "NSW = 0\n", velocities=velocities.tolist()))
    assert inputs.has_velocities
    # ASE's unit of time is 10.18 fs.
    assert inputs.atoms.get_velocities() == pytest.approx(velocities * 10.1805, rel=1e-5)


def test_tags_that_are_not_computed_are_named_and_not_claimed(directory: Path) -> None:
    (directory / "INCAR").write_text(
        "IVDW = 12\nMETAGGA = R2SCAN\nLDAU = T\nLDAUU = 6.2 0\nML_LMLFF = T\nENCUT = 520\n"
    )
    inputs = read_inputs(directory)
    assert inputs.computed == {"ENCUT": 520.0}
    [remark] = inputs.remarks
    assert remark.endswith(
        "left out: IVDW = 12, METAGGA = R2SCAN, LDAU = .TRUE., LDAUU = 6.2 0, ML_LMLFF = .TRUE."
    )
    with Outputs(
        directory, inputs, "chgnet 0.3.0", Layout.V6, directory / "vasprun.xml", aloud=True
    ):
        pass
    for name in ("vasprun.xml", "OUTCAR"):
        text = (directory / name).read_text()
        assert "ENCUT" in text
        claims = r"IVDW\W+12|LDAUU|name=.(IVDW|METAGGA|ML_LMLFF)"
        assert not re.search(claims, text.split("WARNING")[0])


def test_velocities_in_lattice_vectors_depend_on_the_time_step(directory: Path) -> None:
    (directory / "INCAR").write_text("IBRION = 0\nNSW = 3\nSMASS = -3\nPOTIM = 2\n")
    poscar = directory / "POSCAR"
    start = read_inputs(directory)
    poscar.write_text(poscar.read_text().rstrip() + "\nDirect\n" + "0 0 0.001\n" * 8)
    found = read_inputs(directory)
    assert found.has_velocities
    expected = 0.001 * start.atoms.cell.array[2] / 2  # Å/fs
    assert found.atoms.get_velocities()[0] * units.fs == pytest.approx(expected)
