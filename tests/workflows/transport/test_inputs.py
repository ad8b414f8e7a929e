"""The transport campaign as VASP directories."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from atomate2.vasp.jobs.md import MDMaker
from job_inputs import files_of, settings_of, vasp_jobs, written_by
from pymatgen.io.vasp import Incar

from liponflow.inputs.presets import load_parameters, values
from liponflow.inputs.transport import TOPIC, TransportParameters
from liponflow.inputs.vasp.earlier import Taken, read_earlier
from liponflow.inputs.vasp.glass import md_incar
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.dynamics.inputs import segments
from liponflow.workflows.transport.flow import transport_engine

CAMPAIGN = get_campaign("transport")
SMALL: dict[str, Any] = {"temperatures": [900, 1200], "segment_steps": 300}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inputs") / "vasp"
    report = CAMPAIGN.write(out, preset="quick", overrides=SMALL)
    assert report.summary == "2 temperatures"
    return out


def test_each_temperature_has_its_segments(written: Path) -> None:
    names = ["01-equilibration-1", "02-production-1", "03-production-2"]
    for temperature in (900, 1200):
        folder = written / f"{temperature}K"
        assert sorted(path.name for path in folder.iterdir()) == names
        incars = [Incar.from_file(folder / name / "INCAR") for name in names]
        assert [incar["NSW"] for incar in incars] == [100, 300, 200]
        assert {incar["TEBEG"] for incar in incars} == {temperature}
        # Langevin before the production, and a thermostat of all velocities together in it.
        assert [incar["MDALGO"] for incar in incars] == [3, 5, 5]
        assert incars[1]["CSVR_PERIOD"] == 100
        for key, value in values(md_incar()).items():
            assert incars[1][key] == Incar({key: value})[key], key
    later = read_earlier(written / "900K" / names[1])
    assert (later.runs, later.take) == ([f"../{names[0]}"], Taken.MOTION)


def test_directories_are_those_that_a_run_makes(written: Path, tmp_path: Path) -> None:
    flow = CAMPAIGN.plan(preset="quick", engine="vasp", overrides=SMALL)
    dynamics = [job for job in vasp_jobs(flow) if isinstance(job.maker, MDMaker)]
    paths = [path for folder in ("900K", "1200K") for path in sorted((written / folder).iterdir())]
    assert len(dynamics) == len(paths)
    first = written_by(dynamics[0], tmp_path / "first")
    assert first == files_of(paths[0])
    start = dynamics[0].function_args[0]
    for number, (job, path) in enumerate(zip(dynamics, paths, strict=True)):
        ours = written_by(job, tmp_path / str(number), [start])
        assert settings_of(ours) == settings_of(files_of(path))


def test_record_and_readme_name_what_was_written(written: Path) -> None:
    record = yaml.safe_load((written / "provenance.yaml").read_text(encoding="utf-8"))
    assert record["structure"].startswith("LiPON glass: library of liponflow")
    production = record["900 K, dynamics, stage production"]
    assert production["TEBEG"]["source"] == "stage 'production' of the protocol"
    readme = (written / "README.md").read_text(encoding="utf-8")
    assert 'runs="900K/*-production-* 1200K/*-production-*"' in readme
    line = readme[readme.index("runs=") :].split("\n\n")[0].replace("    $ ", "")
    shown = subprocess.run(
        ["bash", "-c", line.replace("liponflow", "echo")],
        cwd=written, capture_output=True, text=True, check=True,
    )  # fmt: skip
    words = shown.stdout.split()
    assert words[2:4] == [f"900K/0{n}-production-{n - 1}/vasprun.xml" for n in (2, 3)]
    assert words[-4:] == ["900", "900", "1200", "1200"]


def test_written_directories_have_no_differences(written: Path, tmp_path: Path) -> None:
    directory = written / "900K" / "01-equilibration-1"
    assert CAMPAIGN.compare(directory, preset="quick", overrides=SMALL) == []
    for file in directory.iterdir():
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    incar = Incar.from_file(tmp_path / "INCAR")
    Incar(incar | {"ENCUT": 300}).write_file(str(tmp_path / "INCAR"))
    [found] = CAMPAIGN.compare(tmp_path, preset="quick", overrides=SMALL)
    assert (found.key, found.theirs, found.ours) == ("ENCUT", 300, 520)


@pytest.mark.exhaustive
def test_segments_beyond_a_hundred_are_in_order() -> None:
    parameters = load_parameters(TransportParameters, TOPIC, "quick")
    lithium = phase("Li_bcc").structure()
    engine = transport_engine("vasp", {}, lithium)
    runs = segments(engine, parameters.stages(900), lithium, seed=0, chunk_steps=5)
    names = [run.name for run in runs]
    assert (names[0], names[-1], len(names)) == ("001-equilibration-1", "120-production-100", 120)
    assert names == sorted(names)


def test_a_cathode_moves_with_its_spins_and_u_and_other_metals_are_refused() -> None:
    cathode = phase("LiNi0.5Mn1.5O4_ordered").structure()
    sets = transport_engine("vasp", {}, cathode).sets
    assert sets.functional == "PBE+U"
    assert values(sets.md_incar)["LDAUU"] == {"Mn": 5.96, "Ni": 4.5}
    assert "LDAUU" not in transport_engine("vasp", {}, phase("Li2O").structure()).sets.md_incar
    cobalt = phase("LiCoO2").structure()
    with pytest.raises(ValueError, match="for Mn and Ni, and none for Co"):
        transport_engine("vasp", {}, cobalt).check(cobalt)
    # Ti4+ has no d electrons.
    titanium = phase("Li2O").structure()
    titanium.replace(0, "Ti")
    transport_engine("vasp", {}, titanium).check(titanium)
