"""The glass campaign as VASP directories."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from atomate2.vasp.jobs.md import MDMaker
from job_inputs import files_of, jobs_by_name, settings_of, vasp_jobs, written_by
from pymatgen.io.vasp import Incar, Poscar

from liponflow.inputs.presets import ParameterError, values
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.earlier import EarlierRun, Taken, read_earlier
from liponflow.inputs.vasp.glass import md_incar
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.glass.volume import VolumeSearchMaker

compare = get_campaign("glass").compare
plan, write = get_campaign("glass").plan, get_campaign("glass").write

SMALL: dict[str, Any] = {
    "composition": "Li12P4O15N",
    "density": 2.0,
    "n_models": 1,
    "seed": 1,
    "volume_points": 3,
    "segment_steps": 60,
    "protocol": [
        {
            "name": "hot melt",
            "ensemble": "nvt",
            "temperature": 2000,
            "duration": 0.2,
            "time_step": 2,
        },
        {"name": "rest", "ensemble": "npt", "temperature": 300, "duration": 0.1, "time_step": 2},
    ],
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inputs") / "vasp"
    report = write(out, preset="paper", overrides=SMALL)
    assert (report.summary, len(report.notes)) == ("1 model", 1)
    return out


def test_segments_of_all_stages_are_written_in_order(written: Path) -> None:
    names = sorted(path.name for path in (written / "seed-1" / "dynamics").iterdir())
    assert names == ["01-hot-melt-1", "02-hot-melt-2", "03-rest-1"]
    assert len(list((written / "seed-1" / "volume").iterdir())) == 3


def test_incar_of_every_segment_follows_its_stage(written: Path) -> None:
    folder = written / "seed-1" / "dynamics"
    first, second, third = (
        Incar.from_file(folder / name / "INCAR")
        for name in ("01-hot-melt-1", "02-hot-melt-2", "03-rest-1")
    )
    assert (first["TEBEG"], first["TEEND"], first["NSW"], first["POTIM"]) == (2000, 2000, 60, 2)
    assert (second["NSW"], third["NSW"]) == (40, 50)
    assert (first["ISIF"], third["ISIF"], third["MDALGO"]) == (2, 3, 3)
    for incar in (first, second, third):
        for key, value in {**values(md_incar()), "ISPIN": 2, "NUPDOWN": 1}.items():
            assert incar[key] == Incar({key: value})[key], key
    relaxation = Incar.from_file(written / "seed-1" / "relax" / "INCAR")
    assert (relaxation["IBRION"], relaxation["EDIFFG"]) == (2, -0.02)
    assert (relaxation["ISPIN"], relaxation["NUPDOWN"]) == (2, 1)


@pytest.mark.parametrize(
    "preset", ["quick", pytest.param("melt-quench", marks=pytest.mark.exhaustive), "paper"]
)
def test_directories_are_those_that_a_run_makes(preset: str, tmp_path: Path) -> None:
    """Byte by byte, but for positions that come from the run before."""
    start = phase("Li3PO4_beta").structure()
    overrides = {"n_models": 1, "segment_steps": 6000, "volume_points": 3}
    given = tmp_path / "crystal.vasp"
    start.to_file(str(given), fmt="poscar")
    options = {"preset": preset, "overrides": overrides, "structure_file": given}
    root = write(tmp_path / "in", **options).directory / "seed-0"
    flow = plan(engine="vasp", **options)
    jobs = jobs_by_name(flow)
    if "volume seed 0" in jobs:
        search = jobs["volume seed 0"]
        begun = VolumeSearchMaker.make.original(search.maker, *search.function_args)
        points = [
            written_by(job, tmp_path / f"volume-{number}")
            for number, job in enumerate(vasp_jobs(begun.replace))
        ]
        assert points == [files_of(path.parent) for path in sorted(root.rglob("volume/*/*/INCAR"))]
    else:
        first = written_by(vasp_jobs(flow)[0], tmp_path / "first")
        assert first == files_of(root / "dynamics" / "01-settle-1")
    dynamics = [job for job in vasp_jobs(flow) if isinstance(job.maker, MDMaker)]
    paths = sorted((root / "dynamics").iterdir())
    for job, path in zip(dynamics, paths, strict=True):
        ours = written_by(job, tmp_path / path.name, [start])
        assert settings_of(ours) == settings_of(files_of(path))
    relaxed = written_by(jobs["relax seed 0"], tmp_path / "relax", [start])
    assert settings_of(relaxed) == settings_of(files_of(root / "relax"))


def test_potentials_of_the_user_are_in_record_and_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    given = tmp_path / "crystal.vasp"
    phase("Li3PO4_beta").structure().to_file(str(given), fmt="poscar")
    arguments = {"potcar_release": 64, "potcar": {"Li": "Li"}}
    root = write(
        tmp_path / "in",
        preset="quick",
        overrides={"n_models": 1, "segment_steps": 20000},
        structure_file=given,
        engine_arguments=arguments,
    ).directory
    record = yaml.safe_load((root / "provenance.yaml").read_text(encoding="utf-8"))
    sets = [entry for name, entry in record.items() if name.startswith(("dynamics", "relax"))]
    assert len(sets) > 1
    for entry in sets:
        assert entry["POTCAR"]["value"] == ["PBE_64", "Li", "P", "O"]
        assert "options of the user" in entry["POTCAR"]["source"]
    written = next(root.rglob("dynamics/*/POTCAR.spec")).read_text(encoding="utf-8")
    assert written.split() == ["Li", "P", "O"]
    assert "PMG_DEFAULT_FUNCTIONAL=PBE_64 " in (root / "README.md").read_text(encoding="utf-8")


def test_each_segment_continues_the_previous_one(written: Path) -> None:
    folder = written / "seed-1"
    first = folder / "dynamics" / "01-hot-melt-1" / "POSCAR"
    assert Poscar.from_file(first, check_for_potcar=False).structure.composition.formula == (
        "Li12 P4 N1 O15"
    )
    written_for = [*(folder / "dynamics").glob("*/POSCAR.from"), folder / "relax" / "POSCAR.from"]
    found = {path.parent.name: read_earlier(path.parent) for path in written_for}
    assert found == {
        "02-hot-melt-2": EarlierRun(runs=["../01-hot-melt-1"], take=Taken.EVERYTHING),
        "03-rest-1": EarlierRun(runs=["../02-hot-melt-2"], take=Taken.MOTION),
        "relax": EarlierRun(runs=["../dynamics/03-rest-1"], take=Taken.STRUCTURE),
    }


def test_stage_behind_one_at_constant_pressure_takes_its_mean_cell(tmp_path: Path) -> None:
    given = tmp_path / "crystal.vasp"
    phase("Li3PO4_beta").structure().to_file(str(given), fmt="poscar")
    hold = SMALL["protocol"][1] | {"name": "hold", "ensemble": "nvt"}
    overrides = {"n_models": 1, "segment_steps": 30, "relax": False}
    overrides |= {"protocol": [SMALL["protocol"][1], hold]}
    write(tmp_path / "in", preset="quick", overrides=overrides, structure_file=given)
    runs = sorted((tmp_path / "in" / "seed-0" / "dynamics").iterdir())
    assert [path.name for path in runs] == ["01-rest-1", "02-rest-2", "03-hold-1", "04-hold-2"]
    expected = EarlierRun(runs=["../01-rest-1", "../02-rest-2"], take=Taken.MEAN_CELL)
    assert read_earlier(runs[2]) == expected


def test_volume_search_spans_the_strain(written: Path) -> None:
    edges = sorted(
        Poscar.from_file(path, check_for_potcar=False).structure.lattice.a
        for path in (written / "seed-1" / "volume").rglob("POSCAR")
    )
    middle = edges[1]
    assert edges[0] / middle == pytest.approx(0.92)
    assert edges[-1] / middle == pytest.approx(1.08)


def test_provenance_file_names_models_and_sources(written: Path) -> None:
    record = yaml.safe_load((written / "provenance.yaml").read_text(encoding="utf-8"))
    assert set(record["models"]) == {1}
    assert record["parameters"]["density"]["source"] == "given by the user"
    melt = record["dynamics, stage hot melt"]
    assert melt["TEBEG"]["source"] == "stage 'hot melt' of the protocol"
    assert melt["GGA"]["source"].startswith("our choice: PBE")
    assert melt["NELMIN"]["source"].startswith("atomate2")
    for kind in ("relax", "dynamics, stage hot melt", "dynamics, stage rest"):
        assert "151 valence electrons are an odd number" in record[kind]["ISPIN"]["source"]
    readme = (written / "README.md").read_text(encoding="utf-8")
    assert "one model of the preset `paper`" in readme
    assert "hot melt: NVT, Langevin, 2000 K" in readme


def test_written_directories_have_no_differences(written: Path) -> None:
    for name in ("01-hot-melt-1", "03-rest-1"):
        directory = written / "seed-1" / "dynamics" / name
        poscar = directory / "POSCAR"
        if not poscar.exists():
            with pytest.raises(ParameterError, match="when the run before has ended"):
                compare(directory, preset="paper", overrides=SMALL)
            start = written / "seed-1" / "dynamics" / "01-hot-melt-1" / "POSCAR"
            poscar.write_text(start.read_text(encoding="utf-8"), encoding="utf-8")
        assert compare(directory, preset="paper", overrides=SMALL) == []


def test_changed_and_missing_tags_are_found(written: Path, tmp_path: Path) -> None:
    source = written / "seed-1" / "dynamics" / "01-hot-melt-1"
    for file in source.iterdir():
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    incar = Incar.from_file(tmp_path / "INCAR")
    incar.pop("ISYM")
    incar.pop("EDIFF")
    incar |= {"ENCUT": 300, "LDAU": True, "TEBEG": 1900, "NSW": 7}
    Incar(incar).write_file(str(tmp_path / "INCAR"))
    found = {d.key: (d.theirs, d.ours) for d in compare(tmp_path, preset="paper", overrides=SMALL)}
    assert found == {
        "ENCUT": (300, 520),
        "EDIFF": (None, 1e-5),
        "LDAU": (True, None),
        "ISYM": (None, 0),
    }


def test_directory_that_is_not_empty_is_refused_before_packing(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not empty"):
        write(tmp_path, preset="paper", overrides={"composition": "nonsense"})
