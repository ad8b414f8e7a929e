"""Verdict on the energies of two VASP directories, from their input files."""

from pathlib import Path

import pytest

from liponflow.ingest.inputs import ComparedInputs, compare_inputs

NICKEL, OXYGEN = "PAW_PBE Ni_pv 06Sep2000", "PAW_PBE O 08Apr2002"
U = "LDAU = T\nLDAUTYPE = 2\nLDAUL = 2 -1\nLDAUU = 6.2 0\nLDAUJ = 0 0\n"
POSCAR = "NiO\n1\n4.2 0 0\n0 4.2 0\n0 0 4.2\nNi O\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n"


def potcar(*titles: str) -> str:
    """Return what is read of a POTCAR; the potentials themselves are licensed."""
    return "".join(
        f"  {title}\n   LEXCH  = {'CA' if title.startswith('PAW ') else 'PE'}\n"
        f"   TITEL  = {title}\n   POMASS = 1.0; ZVAL   =   {valence:.3f}    mass and valenz\n"
        f"   ENMAX  =  {cutoff:.3f}; ENMIN  =  250.0 eV\n End of Dataset\n"
        for title, valence, cutoff in zip(titles, (16, 6), (367.986, 400), strict=True)
    )


def write(directory: Path, incar: str = "ENCUT = 520\n", **files: str) -> Path:
    directory.mkdir()
    contents = {
        "POSCAR": POSCAR,
        "KPOINTS": "mesh\n0\nGamma\n6 6 6\n",
        "POTCAR": potcar(NICKEL, OXYGEN),
    }
    for name, text in {**contents, "INCAR": incar, **files}.items():
        (directory / name).write_text(text)
    return directory


@pytest.mark.parametrize(
    ("incar", "files", "reason"),
    [
        ("GGA = PS\n", {}, "functional (PBE and PBEsol)"),
        ("METAGGA = R2SCAN\n", {}, "functional (PBE and r2SCAN)"),
        ("LHFCALC = T\nHFSCREEN = 0.2\nAEXX = 0.3\n", {}, "AEXX (0 and 0.3)"),
        ("IVDW = 12\n", {}, "dispersion correction (none and D3(BJ))"),
        ("NELECT = 21\n", {}, "charge (0 e and 1 e)"),
        ("ICHARG = 11\n", {}, "ICHARG = 11 keeps the charge density"),
        ("ALGO = G0W0\n", {}, "ALGO = G0W0 computes no"),
        (U, {}, "U of Ni (0 eV and 6.2 eV)"),
        ("", {"POTCAR": potcar(NICKEL, "PAW_PBE O_s 07Sep2000")}, "POTCAR of O ("),
        ("", {"POTCAR": potcar("PAW Ni_pv 22Sep2000", "PAW O 22Mar2012")}, "LEXCH (PE and CA)"),
    ],
)
def test_difference_that_sets_energies_apart_is_named(
    tmp_path: Path, incar: str, files: dict[str, str], reason: str
) -> None:
    first = write(tmp_path / "a")
    found = compare_inputs([first, write(tmp_path / "b", f"ENCUT = 520\n{incar}", **files)])
    assert not found
    assert reason in found.verdict


def compared(tmp_path: Path, incar: str, **files: str) -> ComparedInputs:
    first = write(tmp_path / "a")
    second = write(tmp_path / "b", incar, **files)
    if not files.get("KPOINTS", "mesh"):
        (second / "KPOINTS").unlink()
    return compare_inputs([first, second])


def test_cutoff_and_mesh_only_warn(tmp_path: Path) -> None:
    """Without their tags, they are those of the POTCARs and VASP's default spacing."""
    found = compared(tmp_path, "", KPOINTS="")
    assert found
    assert found.verdict == "the energies compare"
    assert [str(item) for item in found.comparison.differences] == [
        "ENCUT (520 eV and 400 eV)",
    ]
    coarse = compare_inputs(
        [tmp_path / "a", write(tmp_path / "c", KPOINTS="mesh\n0\nGamma\n1 1 1\n")]
    )
    assert coarse
    assert [item.setting for item in coarse.comparison.differences] == ["k-point spacing"]


def test_scheme_that_mixes_u_and_its_potcars_are_noted(tmp_path: Path) -> None:
    found = compared(tmp_path, U, POTCAR=potcar(NICKEL, OXYGEN))
    assert not found
    [note] = found.notes
    assert "put PBE and PBE+U on one scale" in note
    soft = potcar("PAW_PBE Ni 02Aug2007", OXYGEN)
    [remark] = compare_inputs([tmp_path / "a", write(tmp_path / "c", POTCAR=soft)]).notes
    assert remark == (
        f"{tmp_path / 'c'}: the Materials Project's corrections were fitted with other POTCARs: "
        "Ni_pv, not Ni"
    )


def test_symbols_of_a_list_agree_with_titles(tmp_path: Path) -> None:
    second = write(tmp_path / "b", **{"POTCAR.spec": "Ni_pv\nO\n"})
    (second / "POTCAR").unlink()
    assert compare_inputs([write(tmp_path / "a"), second])
