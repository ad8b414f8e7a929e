"""Exported files can be read by other programs, which find the same numbers."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from full_disk import full_disk
from pymatgen.core import Structure

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.store.export import export, export_all, structures


@pytest.fixture
def result(make_result: Callable[..., LithiationResult]) -> LithiationResult:
    return make_result()


def test_json_reads_back_as_the_same_result(result: LithiationResult, tmp_path: Path) -> None:
    export(result, tmp_path / "result.json")
    again = LithiationResult.model_validate_json((tmp_path / "result.json").read_text())
    assert again == result


def test_csv_keeps_full_precision(result: LithiationResult, tmp_path: Path) -> None:
    export(result, tmp_path / "states.csv", field="states")
    frame = pd.read_csv(tmp_path / "states.csv")
    assert list(frame["x"]) == [state.x for state in result.states]
    assert list(frame["moments.Ni (µB)"]) == [state.moments["Ni"] for state in result.states]
    energies = [state.energy_per_atom for state in result.states]
    assert list(frame["energy_per_atom (eV/atom)"]) == energies


@pytest.mark.parametrize("name", ["x1.cif", "POSCAR", "x1.vasp", "CONTCAR_x1"])
def test_structures_read_back(result: LithiationResult, tmp_path: Path, name: str) -> None:
    export(result, tmp_path / name, field="states.1")
    structure = Structure.from_file(tmp_path / name)
    original = result.states[1].structure
    assert structure.composition == original.composition
    assert structure.lattice.matrix == pytest.approx(original.lattice.matrix, abs=1e-5)
    assert structure.matches(original, primitive_cell=False, scale=False, stol=1e-3)


def test_every_structure_is_found(result: LithiationResult) -> None:
    assert [name for name, _ in structures(result)] == ["states.0", "states.1"]


def test_format_option_overrides_the_file_extension(
    result: LithiationResult, tmp_path: Path
) -> None:
    export(result, tmp_path / "table.txt", "csv", "voltages")
    assert pd.read_csv(tmp_path / "table.txt")["voltage (V)"][0] == pytest.approx(4.7)


def test_existing_file_is_replaced(result: LithiationResult, tmp_path: Path) -> None:
    path = tmp_path / "states.csv"
    path.write_text("old\n" * 1000)
    export(result, path, field="states")
    assert "old" not in path.read_text()


@pytest.mark.parametrize("name", ["states.csv", "lithiation.json", "POSCAR", "x1.cif"])
def test_full_disk_keeps_the_previous_export(
    result: LithiationResult, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    field = {"states.csv": "states", "lithiation.json": None}.get(name, "states.1")
    export(result, path, field=field)
    before = path.read_bytes()
    with full_disk(), pytest.raises(OSError, match=name):
        export(result, path, field=field)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_export_all_writes_the_result_and_its_tables(
    result: LithiationResult, tmp_path: Path
) -> None:
    written = export_all(result, tmp_path / "new" / "folder")
    assert [path.name for path in written] == ["lithiation.json", "states.csv", "voltages.csv"]
    assert all(path.stat().st_size for path in written)


@pytest.mark.parametrize(
    ("name", "field", "message"),
    [
        ("result.xlsx", None, r"\.json, \.csv, \.cif"),
        ("table.csv", None, "several tables; give one of states, voltages"),
        ("table.csv", "stats", "no table 'stats'.*states, voltages"),
        ("cell.cif", None, "several structures; give one of states.0, states.1"),
        ("cell.cif", "states.7", "no structure 'states.7'"),
    ],
)
def test_export_of_unknown_fields_is_refused_by_name(
    result: LithiationResult, tmp_path: Path, name: str, field: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        export(result, tmp_path / name, field=field)
    assert not (tmp_path / name).exists()


def test_json_has_units_of_fields_and_is_read_again(result: LithiationResult) -> None:
    document = result.with_units()
    units = document["@units"]
    assert units["states.volume_per_formula"] == "Å³/f.u."
    assert all(isinstance(unit, str) and unit for unit in units.values())
    assert LithiationResult.model_validate(document) == result


@pytest.mark.parametrize("field", [None, "states"])
def test_result_without_tables_names_what_else_there_is(
    result: LithiationResult, tmp_path: Path, field: str | None
) -> None:
    bare = result.model_copy(update={"states": [], "voltages": []})
    with pytest.raises(ValueError, match=r"has no table; .*\.json .*`liponflow figures`"):
        export(bare, tmp_path / "table.csv", field=field)
