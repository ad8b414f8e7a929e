"""Comparison of a user's VASP directory with ours, tag by tag."""

import bz2
import gzip
import lzma
from pathlib import Path

import pytest
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar, Poscar

from liponflow.inputs.difference import Difference, Role
from liponflow.inputs.lithiation import LithiationParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.vasp.compare import compare, read_incar, read_poscar
from liponflow.inputs.vasp.generator import CitedInputGenerator, write_inputs
from liponflow.inputs.vasp.lithiation import relax_set
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.structures.lithiation.spinel import ordered_lnmo

PARAMETERS = load_parameters(LithiationParameters, "lithiation", "paper")


@pytest.fixture(scope="module")
def generator() -> CitedInputGenerator:
    return relax_set(PARAMETERS)


@pytest.fixture
def directory(tmp_path: Path, generator: CitedInputGenerator) -> Path:
    write_inputs(with_magmoms(ordered_lnmo(), PARAMETERS.magmoms), generator, tmp_path)
    return tmp_path


def differences(directory: Path, generator: CitedInputGenerator) -> list[Difference]:
    return compare(directory, generator, PARAMETERS.magmoms)


def edit(directory: Path, **values: object) -> None:
    """Change the INCAR; None removes a key."""
    incar = Incar.from_file(directory / "INCAR")
    incar.update({key: value for key, value in values.items() if value is not None})
    for key in [key for key, value in values.items() if value is None]:
        del incar[key]
    incar.write_file(str(directory / "INCAR"))


def test_generated_directory_has_no_differences(
    directory: Path, generator: CitedInputGenerator
) -> None:
    assert differences(directory, generator) == []


def test_all_kinds_of_differences_are_found(
    directory: Path, generator: CitedInputGenerator
) -> None:
    edit(directory, ENCUT=400, EDIFF=None, NCORE=8)
    (directory / "KPOINTS").write_text("mesh\n0\nMonkhorst\n2 2 2\n0 0 0\n")
    (directory / "POTCAR.spec").write_text("Li\nMn_pv\nNi_pv\nO\n")
    found = {item.key: item for item in differences(directory, generator)}
    assert set(found) == {"ENCUT", "EDIFF", "NCORE", "mesh", "symbols"}
    assert (found["ENCUT"].theirs, found["ENCUT"].ours) == (400.0, 520.0)
    assert found["ENCUT"].source == "published: section 5.2.6"
    assert (found["EDIFF"].theirs, found["EDIFF"].ours) == (None, 1e-5)
    assert (found["NCORE"].theirs, found["NCORE"].ours, found["NCORE"].source) == (8, None, "")
    assert (found["mesh"].theirs, found["mesh"].ours) == ("Monkhorst 2x2x2", "Gamma 3x3x3")
    assert found["symbols"].ours == ["Li_sv", "Mn_pv", "Ni_pv", "O"]


def test_u_and_moments_are_compared_by_element_not_by_position(
    directory: Path, generator: CitedInputGenerator
) -> None:
    """The same physics with O first in the POSCAR."""
    structure = Poscar.from_file(directory / "POSCAR", check_for_potcar=False).structure
    turned = Structure.from_sites(sorted(structure, key=lambda site: -site.specie.X))
    Poscar(turned).write_file(str(directory / "POSCAR"))
    moments = [PARAMETERS.magmoms[site.specie.symbol] for site in turned]
    edit(
        directory,
        LDAUU=[0, 4.5, 5.96, 0],  # O, Ni, Mn, Li
        LDAUJ=[0, 0.0, 0.0, 0],
        LDAUL=[0, 2, 2, 0],
        MAGMOM=moments,
    )
    (directory / "POTCAR.spec").write_text("O\nNi_pv\nMn_pv\nLi_sv\n")
    assert differences(directory, generator) == []
    edit(directory, LDAUU=[0, 5.96, 4.5, 0])
    [found] = differences(directory, generator)
    assert (found.theirs, found.ours) == ([0, 4.5, 5.96, 0], [0, 5.96, 4.5, 0])


def test_element_in_two_blocks_is_compared_by_element(
    directory: Path, generator: CitedInputGenerator
) -> None:
    rows = (directory / "POSCAR").read_text().splitlines()
    assert rows[5:7] == ["Li Mn Ni O", "8 12 4 32"]
    rows[5:7] = ["Li Mn Mn Ni O", "8 5 7 4 32"]
    (directory / "POSCAR").write_text("\n".join(rows))
    edit(
        directory,
        LDAUU=[0, 5.96, 5.96, 4.5, 0],
        LDAUJ=[0, 0.0, 0.0, 0.0, 0],
        LDAUL=[0, 2, 2, 2, 0],
    )
    (directory / "POTCAR.spec").write_text("Li_sv\nMn_pv\nMn_pv\nNi_pv\nO\n")
    found = {item.key for item in differences(directory, generator)}
    edit(directory, LDAUU=[0, 5.96, 3.9, 4.5, 0])
    assert {item.key for item in differences(directory, generator)} - found == {"LDAUU"}
    assert found == set()


def rewrite(directory: Path, **texts: str) -> None:
    """Write tags as a user does, the rest as we do."""
    edit(directory, **dict.fromkeys(texts))
    with (directory / "INCAR").open("a") as file:
        file.writelines(f"{tag} = {text}\n" for tag, text in texts.items())


def test_the_same_values_in_fortran_are_no_difference(
    directory: Path, generator: CitedInputGenerator
) -> None:
    rewrite(
        directory,
        EDIFF="1D-5",
        EDIFFG="-2.d-2 eV/A",
        LASPH=".T.",
        LREAL=".FALSE. ! exact",
        PREC="a",
        ALGO="NORMAL",
        LDAUJ="4*0",
        LDAUL="-1 2 2 -1",  # as 0 2 2 0, since U and J are 0 there
        MAGMOM="8*0 \\\n 12*4 4*-2 32*0.0",
    )
    assert differences(directory, generator) == []
    incar = directory / "INCAR"
    incar.write_text(incar.read_text().replace("1D-5", "1D-6"))
    [found] = differences(directory, generator)
    assert (found.key, found.theirs, found.ours) == ("EDIFF", 1e-6, 1e-5)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_compressed_files_are_read(
    directory: Path, generator: CitedInputGenerator, ending: str
) -> None:
    compress = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[ending]
    for name in ("INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"):
        path = directory / name
        path.with_name(name + ending).write_bytes(compress(path.read_bytes()))
        path.unlink()
    assert differences(directory, generator) == []
    assert read_incar(directory)["ENCUT"] == 520


def test_an_element_in_two_blocks_has_its_values_per_block(
    directory: Path, generator: CitedInputGenerator
) -> None:
    lines = (directory / "POSCAR").read_text().splitlines(keepends=True)
    lines[5:7] = ["Li Mn Mn Ni O\n", "8 6 6 4 32\n"]
    (directory / "POSCAR").write_text("".join(lines))
    (directory / "POTCAR.spec").write_text("Li_sv\nMn_pv\nMn_pv\nNi_pv\nO")
    per_block = {"LDAUL": "0 2 2 2 0", "LDAUU": "0 5.96 5.96 4.5 0", "LDAUJ": "5*0"}
    rewrite(directory, **per_block)
    assert differences(directory, generator) == []
    rewrite(directory, LDAUL="0 2 3 2 0")
    assert [item.key for item in differences(directory, generator)] == ["LDAUL"]
    rewrite(directory, LDAUL="0 2 2 2 0", LDAUU="0 5.96 3.9 4.5 0")
    (directory / "POTCAR.spec").write_text("Li_sv\nMn_pv\nMn\nNi_pv\nO")
    found = {item.key: item.theirs for item in differences(directory, generator)}
    assert found == {
        "LDAUU": [0, 5.96, 3.9, 4.5, 0],
        "symbols": ["Li_sv", "Mn_pv", "Mn", "Ni_pv", "O"],
    }


@pytest.mark.parametrize(
    ("text", "mesh"),
    [
        ("mesh\n0 ! automatic\nGamma ! centred\n3 3 3 ! divisions\n0 0 0 ! shift\n", None),
        ("mesh\n0\nMonkhorst\n3 3 3\n", None),
        ("mesh\n0\nAuto\n 24.5 # length\n", None),  # 24.5 / 8.17 = 3.0
        ("mesh\n0\nAuto\n 40\n", "Gamma 5x5x5"),
        ("mesh\n0\nGamma\n3 3 3\n.5 0 0\n", "Gamma 3x3x3, shift (0.5, 0.0, 0.0)"),
        ("list\n1\nreciprocal\n0 0 0 1\n", "list of 1 points"),
        ("path\n40\nline\nreciprocal\n0 0 0\n0 0 .5\n", "lines of 40 points"),
    ],
)
def test_meshes_are_compared_as_vasp_makes_them(
    directory: Path, generator: CitedInputGenerator, text: str, mesh: str | None
) -> None:
    (directory / "KPOINTS").write_text(text)
    assert [item.theirs for item in differences(directory, generator)] == [mesh] * bool(mesh)


def test_what_vasp_ignores_is_a_warning(directory: Path, generator: CitedInputGenerator) -> None:
    with (directory / "INCAR").open("a") as file:
        file.write("ENCUT = 400\n")
    with pytest.warns(UserWarning, match="ENCUT is given twice .520.0 and 400.: VASP takes"):
        assert differences(directory, generator) == []


def test_damaged_files_are_named(directory: Path, generator: CitedInputGenerator) -> None:
    (directory / "KPOINTS").write_text("mesh\n0\nGamma\n3 3\n")
    with pytest.raises(ParameterError, match=r"KPOINTS: cannot be read as a KPOINTS file \(ends"):
        differences(directory, generator)
    (directory / "INCAR").write_text('SYSTEM = "open')
    with pytest.raises(ParameterError, match=r"INCAR: cannot be read as an INCAR \(line 1"):
        differences(directory, generator)


def test_missing_moments_are_found(directory: Path, generator: CitedInputGenerator) -> None:
    edit(directory, MAGMOM=[0.6] * 56)
    [found] = differences(directory, generator)
    assert found.key == "MAGMOM"


def test_kspacing_is_compared_by_its_mesh(directory: Path, generator: CitedInputGenerator) -> None:
    edit(directory, KSPACING=0.9)
    assert differences(directory, generator) == []  # KPOINTS has priority
    (directory / "KPOINTS").unlink()
    [found] = differences(directory, generator)
    assert (found.key, found.theirs) == ("mesh", "Gamma 1x1x1 (KSPACING = 0.9)")
    edit(directory, KSPACING=0.3)  # 0.77 / 0.3 = 2.6
    assert differences(directory, generator) == []
    edit(directory, KSPACING=None)
    [found] = differences(directory, generator)
    assert (found.key, found.theirs) == ("mesh", "Gamma 2x2x2 (KSPACING = 0.5, the default)")


def test_defaults_are_what_vasp_takes(directory: Path, generator: CitedInputGenerator) -> None:
    edit(directory, GGA="--", NELMIN=2, ADDGRID=False, ISTART=0, IVDW=0, IBRION=None)
    found = {item.key: (item.theirs, item.ours) for item in differences(directory, generator)}
    assert found == {"IBRION": (None, 2)}  # 0, which is dynamics


def test_functional_of_the_potcar_is_the_default(
    directory: Path, generator: CitedInputGenerator
) -> None:
    edit(directory, GGA=None)
    assert differences(directory, generator) == []
    titles = "".join(
        f"  TITEL  = PAW {s}\n   LEXCH  = CA\n" for s in ["Li_sv", "Mn_pv", "Ni_pv", "O"]
    )
    (directory / "POTCAR").write_text(titles)
    [found] = differences(directory, generator)
    assert (found.key, found.role) == ("GGA", Role.PHYSICS)


def test_differences_are_sorted_by_what_they_decide_on(
    directory: Path, generator: CitedInputGenerator
) -> None:
    edit(directory, NCORE=4, KPAR=2, SYSTEM="mine", LCHARG=True)
    (directory / "POTCAR.spec").write_text("Li\nMn_pv\nNi_pv\nO\n")
    edit(directory, ENCUT=400, IVDW=12, ML_LMLFF=False)
    found = {item.key: item.role for item in differences(directory, generator)}
    assert found == {
        "NCORE": Role.PARALLEL,
        "KPAR": Role.PARALLEL,
        "SYSTEM": Role.LABEL,
        "LCHARG": Role.LABEL,
        "ENCUT": Role.NUMERICS,
        "IVDW": Role.PHYSICS,
        "symbols": Role.PHYSICS,
    }
    assert {role for role in Role if role.matters} == {Role.PHYSICS, Role.NUMERICS}


def test_directory_without_vasp_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=f"{tmp_path} has no POSCAR"):
        read_poscar(tmp_path)
    with pytest.raises(ParameterError, match=f"{tmp_path} has no INCAR"):
        read_incar(tmp_path)
    (tmp_path / "POSCAR").write_text("nonsense\n")
    with pytest.raises(ParameterError, match=f"{tmp_path / 'POSCAR'}, line 1: ends"):
        read_poscar(tmp_path)
