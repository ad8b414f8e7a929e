"""VASP directories as atomate2 writes them, with a source for every value."""

from pathlib import Path

import pytest
from atomate2.vasp.files import write_vasp_input_set
from pymatgen.io.vasp import Incar, Kpoints, Poscar

from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.vasp import generator as vasp
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.lithiation import relax_set
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.structures.lithiation.spinel import ordered_lnmo

PARAMETERS = load_parameters(LithiationParameters, TOPIC, "quick")
STRUCTURE = with_magmoms(ordered_lnmo(), PARAMETERS.magmoms)


@pytest.fixture(autouse=True)
def _no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)


def test_files_match_those_of_an_atomate2_job(tmp_path: Path) -> None:
    vasp.write_inputs(STRUCTURE, relax_set(PARAMETERS), tmp_path / "ours")
    write_vasp_input_set(
        STRUCTURE, relax_set(PARAMETERS), tmp_path / "job", potcar_spec=True, clean_prev=False
    )
    names = {"INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"}
    for folder in ("ours", "job"):
        assert {file.name for file in (tmp_path / folder).iterdir()} == names
    for name in names:
        assert (tmp_path / "ours" / name).read_text() == (tmp_path / "job" / name).read_text()


def test_written_files_read_back(tmp_path: Path) -> None:
    vasp.write_inputs(STRUCTURE, relax_set(PARAMETERS), tmp_path)
    structure = Poscar.from_file(tmp_path / "POSCAR").structure
    assert structure.lattice.matrix == pytest.approx(STRUCTURE.lattice.matrix)
    assert structure.composition == STRUCTURE.composition
    incar = Incar.from_file(tmp_path / "INCAR")
    assert incar["MAGMOM"] == [0] * 8 + [4] * 12 + [-2] * 4 + [0] * 32
    assert incar.check_params() is None
    assert Kpoints.from_file(tmp_path / "KPOINTS").kpts == [(3, 3, 3)]


def test_every_value_written_has_a_source(tmp_path: Path) -> None:
    record = vasp.write_inputs(STRUCTURE, relax_set(PARAMETERS), tmp_path)
    incar = Incar.from_file(tmp_path / "INCAR")
    assert record.keys() == incar.keys() | {"KPOINTS", "POTCAR"}
    assert all(entry["source"] for entry in record.values())
    assert record["ENCUT"] == {"value": 520, "source": "published: section 5.2.6"}
    assert record["LDAUU"]["value"] == {"Mn": 5.96, "Ni": 4.5}
    assert record["KPOINTS"]["value"] == [3, 3, 3]
    assert record["POTCAR"]["value"] == ["PBE_54", "Li_sv", "Mn_pv", "Ni_pv", "O"]


def test_updates_by_atomate2_are_applied_with_their_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vasp.ATOMATE2, "VASP_INCAR_UPDATES", {"NCORE": 4, "ENCUT": 600})
    record = vasp.write_inputs(STRUCTURE, relax_set(PARAMETERS), tmp_path)
    incar = Incar.from_file(tmp_path / "INCAR")
    for key, value in {"NCORE": 4, "ENCUT": 600}.items():
        assert incar[key] == value
        assert record[key]["value"] == value
        assert "VASP_INCAR_UPDATES" in record[key]["source"]


def test_missing_potcar_in_the_library_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, str(tmp_path / "library"))
    (tmp_path / "library").mkdir()
    with pytest.raises(ParameterError, match=r"PBE_54.*Li_sv.*library") as caught:
        vasp.write_inputs(STRUCTURE, relax_set(PARAMETERS), tmp_path / "out")
    assert "\n" not in str(caught.value)
