"""VASP directories of the campaign: complete, as run by the engine, and safe to run."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from job_inputs import files_of, jobs_by_name, settings_of, written_by
from pymatgen.core import Structure
from pymatgen.io.vasp import Incar, Kpoints, Poscar

from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.earlier import EarlierRun, Taken, read_earlier
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.input_directories import WrittenInputs
from liponflow.workflows.lithiation import inputs as lithiation_inputs
from liponflow.workflows.lithiation.flow import LithiationMaker

plan, write = get_campaign("lithiation").plan, get_campaign("lithiation").write

CONTENTS = [0, 1, 1.5]
FILES = {"INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenInputs:
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
        out = tmp_path_factory.mktemp("inputs") / "new" / "vasp"
        return write(out, preset="quick", overrides={"x": CONTENTS})


def candidates(written: WrittenInputs) -> list[Path]:
    return sorted(written.directory.glob("x=*/*"))


def test_directories_are_named_after_content_family_and_cell(written: WrittenInputs) -> None:
    names = {str(path.relative_to(written.directory)) for path in candidates(written)}
    families = ("all-octahedral", "octahedral-added", "tetrahedral-added")
    cells = ("cubic", "tetragonal")
    over_lithiated = {f"x=1.500/{family}-0-{cell}" for family in families for cell in cells}
    assert names == {"x=0.000/vacancy-0-cubic", "x=1.000/vacancy-0-cubic"} | over_lithiated
    assert written.count == len(names)


def test_structures_are_the_starts_of_the_engine(written: WrittenInputs) -> None:
    parameters = load_parameters(LithiationParameters, TOPIC, "quick", {"x": CONTENTS})
    flow = LithiationMaker(parameters, "vasp").make()
    to_relax = {
        job.name.removeprefix("relax "): job.function_args[0]
        for job, _ in flow.iterflow()
        if job.name.startswith("relax x=")
    }
    assert len(to_relax) == written.count
    for path in candidates(written):
        family, rank, cell = path.name.rsplit("-", 2)
        structure = to_relax[f"x={float(path.parent.name[2:]):g} {family} {rank} {cell}"]
        in_file = Structure.from_file(path / "relax" / "POSCAR")
        assert in_file.matches(structure, primitive_cell=False, scale=False)
        assert in_file.lattice.matrix == pytest.approx(structure.lattice.matrix, abs=1e-6)
        expected = [moment for _, moment in sorted_moments(structure)]
        assert Incar.from_file(path / "relax" / "INCAR")["MAGMOM"] == expected


def sorted_moments(structure: Structure) -> list[tuple[str, float]]:
    return [
        (site.specie.symbol, site.properties["magmom"])
        for site in structure.get_sorted_structure()
    ]


@pytest.mark.parametrize("preset", [pytest.param("quick", marks=pytest.mark.exhaustive), "paper"])
def test_directories_are_those_that_a_run_makes(preset: str, tmp_path: Path) -> None:
    """Byte by byte, but for the moments and positions that a static calculation takes over."""
    overrides = {"x": [0, 1.5], "budget": 1}
    root = write(tmp_path / "in", preset=preset, overrides=overrides).directory
    jobs = jobs_by_name(plan(preset=preset, engine="vasp", overrides=overrides))
    metal = written_by(jobs["relax Li metal"], tmp_path / "metal")
    assert metal == files_of(root / "lithium-metal" / "relax")
    paths = sorted(root.glob("x=*/*"))
    assert len(paths) == 7
    for number, path in enumerate(paths):
        family, rank, cell = path.name.rsplit("-", 2)
        x = f"{float(path.parent.name[2:]):g}"
        relaxation = jobs[f"relax x={x} {family} {rank} {cell}"]
        assert written_by(relaxation, tmp_path / f"relax-{number}") == files_of(path / "relax")
        static = jobs[f"choose x={x}"].function_args[2].make(relaxation.function_args[0])
        ours = written_by(static, tmp_path / f"static-{number}")
        assert settings_of(ours) == settings_of(files_of(path / "static"))


def test_directories_are_complete(written: WrittenInputs) -> None:
    for path in candidates(written):
        for calculation in ("relax", "static"):
            poscar = "POSCAR" if calculation == "relax" else "POSCAR.from"
            names = {file.name for file in (path / calculation).iterdir()}
            assert names == FILES - {"POSCAR"} | {poscar}
            kpoints = Kpoints.from_file(path / calculation / "KPOINTS")
            assert kpoints.kpts == [(3, 3, 3)]
    assert {
        file.name for file in (written.directory / "lithium-metal" / "relax").iterdir()
    } == FILES


def test_static_waits_for_the_relaxed_structure(written: WrittenInputs) -> None:
    for path in candidates(written):
        earlier = read_earlier(path / "static")
        assert earlier == EarlierRun(runs=["../relax"], take=Taken.STRUCTURE)
    relaxed = candidates(written)[0]
    poscar = Poscar.from_file(relaxed / "relax" / "POSCAR")
    moments = Incar.from_file(relaxed / "static" / "INCAR")["MAGMOM"]
    assert len(moments) == len(poscar.structure)
    assert {
        symbol: {
            m
            for site, m in zip(poscar.structure, moments, strict=True)
            if str(site.specie) == symbol
        }
        for symbol in poscar.site_symbols
    } == {"Mn": {4.0}, "Ni": {-2.0}, "O": {0.0}}


def test_provenance_file_names_the_source_of_every_value(written: WrittenInputs) -> None:
    record = yaml.safe_load((written.directory / "provenance.yaml").read_text())
    assert "dissertation" in record["published"]
    assert record["parameters"]["x"] == {"value": CONTENTS, "source": "given by the user"}
    last = candidates(written)[-1]
    for name, path in {
        "relax": last / "relax",
        "static": last / "static",
        "lithium-metal": written.directory / "lithium-metal" / "relax",
    }.items():
        entries: dict[str, Any] = record[name]
        assert entries.keys() == Incar.from_file(path / "INCAR").keys() | {"KPOINTS", "POTCAR"}
        assert all(entry["source"] for entry in entries.values())
    assert record["relax"]["POTCAR"]["value"] == ["PBE_54", "Li_sv", "Mn_pv", "Ni_pv", "O"]


def test_readme_lists_all_directories_and_the_missing_potcar(
    written: WrittenInputs,
) -> None:
    text = (written.directory / "README.md").read_text()
    for path in candidates(written):
        assert f"`{path.relative_to(written.directory)}`" in text
    assert written.notes
    assert "There is no POTCAR here" in text


def test_directory_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="not empty"):
        write(tmp_path, preset="quick")
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_empty_directory_is_filled(tmp_path: Path) -> None:
    out = tmp_path / "empty"
    out.mkdir()
    assert write(out, preset="quick", overrides={"x": [0]}).summary == "1 candidate"
    assert {file.name for file in out.iterdir()} == {
        "README.md",
        "lithium-metal",
        "provenance.yaml",
        "x=0.000",
    }


def test_failure_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fill_the_disk(*args: Any) -> None:
        calls.append(args)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lithiation_inputs, "_write_candidate", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "out", preset="quick", overrides={"x": [0]})
    assert calls
    assert not list(tmp_path.iterdir())


def test_metal_without_u_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "LiCoO2.vasp"
    Structure.from_spacegroup(
        "R-3m",
        [[2.82, 0, 0], [-1.41, 2.4422, 0], [0, 0, 14.05]],
        ["Li", "Co", "O"],
        [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.24]],
    ).to(str(file), fmt="poscar")
    with pytest.raises(ParameterError, match="no Hubbard U for Co"):
        write(tmp_path / "out", preset="quick", structure_file=file)
    assert not (tmp_path / "out").exists()


def test_potcar_is_written_from_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The licensed files cannot be shipped: only check that those of pymatgen are written.
    class Library:
        def __init__(self, symbols: list[str], functional: str) -> None:
            self.text = f"{functional}: {' '.join(symbols)}"

        def __iter__(self) -> Any:
            return iter(())

        def __str__(self) -> str:
            return self.text

    monkeypatch.setitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, str(tmp_path))
    monkeypatch.setattr("pymatgen.io.vasp.sets.Potcar", Library)
    result = write(tmp_path / "out", preset="quick", overrides={"x": [1]})
    assert not result.notes
    relax = result.directory / "x=1.000" / "vacancy-0-cubic" / "relax"
    assert (relax / "POTCAR").read_text().strip() == "PBE_54: Li_sv Mn_pv Ni_pv O"
    assert not list(result.directory.rglob("POTCAR.spec"))
    assert "no POTCAR" not in (result.directory / "README.md").read_text()
