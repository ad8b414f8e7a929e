"""VASP jobs that end early continue where they ended: within the job, and by `resume`."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atomate2.vasp.jobs import base
from atomate2.vasp.sets.core import RelaxSetGenerator
from forked_vasp import ForkedVasp
from in_process import InProcessPool
from jobflow import Flow, JobStore
from maggma.stores import MemoryStore
from monty.shutil import compress_file
from pymatgen.core import Structure
from rich.console import Console
from typer.testing import CliRunner

from liponflow import safejson
from liponflow.analysis.result import EngineInfo
from liponflow.cli import app
from liponflow.crystals.read import read_structure
from liponflow.decompression import existing
from liponflow.engines.vasp import makers
from liponflow.engines.vasp.clock import LENGTH_VARIABLES, START_VARIABLE
from liponflow.engines.vasp.makers import RestartableRelaxMaker
from liponflow.engines.vasp.md.segments import SegmentedMDMaker
from liponflow.engines.vasp.neb import VaspNEBMaker
from liponflow.engines.vasp.reading.files import RunFiles, find_runs
from liponflow.engines.vasp.reading.parts import read_record
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.task_document import read_task_document
from liponflow.engines.vasp.walltime import StopBeforeWalltime
from liponflow.runners import local
from liponflow.runners.documents import dumps
from liponflow.runners.journal import Journal
from liponflow.runners.report import RunReport
from liponflow.settings import Settings
from liponflow.structures.lithium import bcc_lithium
from liponflow.workflows.continuation import Continuation, continuation

FORCES = 0.05
"""eV/Å."""
ENERGIES = 0.02
"""Largest difference (eV) of two relaxations to this force."""
PRINTED = 2e-7
"""Energies (eV) have 8 decimals in vasprun.xml, velocities 9 digits in CONTCAR."""
WALLTIME_S = 3
POPEN = subprocess.Popen

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def cell() -> Structure:
    """Return bcc Li out of its places."""
    shifts = np.random.default_rng(1).normal(scale=0.05, size=(2, 3))
    ideal = bcc_lithium(3.4)
    coords = ideal.cart_coords + shifts
    return Structure(ideal.lattice, ideal.species, coords, coords_are_cartesian=True)


def path() -> list[Structure]:
    """Return a path of an atom into a vacancy, with one image in between."""
    full = bcc_lithium(3.4) * (2, 2, 2)
    start, end = full.copy(), full.copy()
    start.remove_sites([0])
    neighbour = min(range(1, 16), key=lambda site: full.get_distance(0, site))
    end.remove_sites([0])
    end.translate_sites([neighbour - 1], full[0].frac_coords - full[neighbour].frac_coords)
    return list(start.interpolate(end, nimages=2))


def relaxation(**incar: Any) -> Flow:
    settings = {"EDIFFG": -FORCES, "IBRION": 1, "NSW": 60, "ISIF": 2} | incar
    maker = RestartableRelaxMaker(
        input_set_generator=RelaxSetGenerator(user_incar_settings=settings),
        write_input_set_kwargs={"potcar_spec": True},
    )
    job = maker.make(cell())
    return Flow([job], output=job.output)


def dynamics(**options: Any) -> Flow:
    maker = SegmentedMDMaker(
        **{
            "steps": 24,
            "segment_steps": 12,
            "time_step": 1.0,
            "start_temperature": 300,
            "end_temperature": 300,
            "ensemble": "nve",
            "seed": 7,
        }
        | options
    )
    return maker.make(cell())


def band() -> Flow:
    return VaspNEBMaker(force_limit=FORCES, max_steps=40).make(path())


@dataclass
class Campaign:
    """A flow that is started and resumed in this process."""

    folder: Path
    environment: pytest.MonkeyPatch
    store: JobStore = field(
        default_factory=lambda: JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    )
    output: str = ""

    def start(self, flow: Flow) -> RunReport:
        self.store.connect()
        self.output = flow.output.uuid
        config = {"result": self.output}
        return local.start(
            flow, self.store, self.folder, config=config, console=Console(quiet=True)
        )

    def resume(self, run: Path | None = None) -> RunReport:
        if run is None:
            [run] = self.folder.iterdir()
        return local.resume(run, self.store, console=Console(quiet=True))

    def run_on(self) -> tuple[RunReport, Continuation]:
        """Start the run that `resume --continue` starts."""
        new = continuation(Settings(runs_dir=self.folder))
        self.output = Journal(new.run_dir).record["config"]["result"]
        return self.resume(new.run_dir), new

    @property
    def result(self) -> Any:
        return safejson.decode(self.store.get_output(self.output, load=True))

    def directories(self, name: str) -> list[Path]:
        found = self.folder.glob(f"*/jobs/{name}-*")
        return sorted(path for path in found if "attempt" not in path.name)


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Campaign]:
    monkeypatch.setattr(local, "WorkerPool", InProcessPool)
    monkeypatch.setattr(subprocess, "Popen", ForkedVasp)
    monkeypatch.setattr(makers, "SHORTEST_S", 0)
    begin = StopBeforeWalltime.begin

    def begin_once(self: StopBeforeWalltime) -> None:
        begin(self)
        if self.n_applied_corrections:
            self.wall_time = None

    # On a busy machine, the second part would take too long, too.
    monkeypatch.setattr(StopBeforeWalltime, "begin", begin_once)
    for name in ("SLURM_JOB_ID", "SLURM_JOB_END_TIME", START_VARIABLE, *LENGTH_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    numbers = iter(range(9))
    return lambda: Campaign(tmp_path / str(next(numbers)), monkeypatch)


def interrupted(campaign: Campaign, flow: Flow, how: str) -> list[str]:
    """Run a flow with a walltime that ends in the middle; return the causes of its failures."""
    patch = campaign.environment
    with patch.context() as during:
        during.setenv("LIPONFLOW_VASP_FAULT", "walltime")
        if how == "job":
            during.setenv("LIPONFLOW_VASP_WALLTIME", str(WALLTIME_S))
        else:
            # Each job is the last one of a batch job.
            during.setattr(makers, "batch_end", lambda *_: time.time() + WALLTIME_S)
        report = campaign.start(flow)
    causes = [failure.cause for failure in report.failures]
    if how == "resume":
        assert causes
        assert campaign.resume().failures == ()
    return causes


@pytest.mark.parametrize("how", ["job", "resume"])
def test_relaxation_goes_on_after_a_walltime(campaign: Callable[[], Campaign], how: str) -> None:
    broken, whole = campaign(), campaign()
    causes = interrupted(broken, relaxation(), how)
    assert whole.start(relaxation()).failures == ()
    info = EngineInfo(name="vasp", version="", surrogate=False)
    found, unbroken = (read_task_document(run.result, info, FORCES) for run in (broken, whole))
    assert found.converged
    assert found.energy == pytest.approx(unbroken.energy, abs=ENERGIES)
    assert unbroken.continued_from == []
    [directory] = broken.directories("relax")
    [part, *others] = read_record(directory).earlier
    assert found.continued_from == [
        f"{found.directory}.attempt{1 + n}" for n in range(1 + len(others))
    ]
    last = broken.result.calcs_reversed[0].output.num_electronic_steps
    assert found.ionic_steps == part.steps + sum(other.steps for other in others) + len(last)
    if how == "resume":
        [cause] = causes
        assert f"VASP did not finish in {directory}" in cause
        assert "the walltime was near" in cause
        assert "liponflow resume" in cause
    else:
        assert causes == []
        assert part.reason == "the walltime was near"


def documents(campaign: Campaign, flow: Flow) -> list[dict[str, Any]]:
    """Run a flow, and return the documents of its VASP jobs."""
    assert campaign.start(flow).failures == ()
    assert campaign.store.additional_stores["data"].count() == 0
    found = {"output.calcs_reversed": {"$exists": True}}
    return list(campaign.store.query(found, load=True))


@pytest.mark.parametrize("what", ["relaxation", "dynamics"])
def test_documents_do_not_grow_with_the_steps(campaign: Callable[[], Campaign], what: str) -> None:
    few, many = (
        [relaxation(EDIFFG=-0.2), relaxation(EDIFFG=-1e-5)]
        if what == "relaxation"
        else [dynamics(steps=4), dynamics(steps=40, segment_steps=40)]
    )
    [short], [long] = documents(campaign(), few), documents(campaign(), many)
    steps = [_steps(Path(item["output"]["dir_name"].partition(":")[2])) for item in (short, long)]
    assert steps[1] - steps[0] >= 4
    # A step has 1.3 kB; left is the number of its iterations, and the digits of the last differ.
    assert abs(len(dumps(long)) - len(dumps(short))) < 3 * (steps[1] - steps[0]) + 2000
    assert (
        long["output"]["calcs_reversed"][0]["output"]["structure"] == long["output"]["structure"]
    )


def _steps(directory: Path) -> int:
    [files] = find_runs([directory])
    assert isinstance(files, RunFiles)
    return read_run(files).calculation().ionic_steps


@pytest.mark.parametrize("how", ["job", "resume"])
def test_dynamics_go_on_exactly(campaign: Callable[[], Campaign], how: str) -> None:
    broken, whole = campaign(), campaign()
    interrupted(broken, dynamics(), how)
    assert whole.start(dynamics()).failures == ()
    found, unbroken = broken.result, whole.result
    assert found.converged
    assert found.warnings == unbroken.warnings
    assert found.criterion == unbroken.criterion == "24 of 24 steps taken"
    assert len(found.segments) > len(unbroken.segments) == 2
    assert all(segment.complete for segment in found.segments)
    firsts = np.cumsum([0, *(segment.n_steps for segment in found.segments)])
    assert [segment.first_step for segment in found.segments] == list(firsts[:-1])
    np.testing.assert_allclose(found.times, unbroken.times)
    np.testing.assert_allclose(found.total_energies, unbroken.total_energies, atol=PRINTED)
    np.testing.assert_allclose(found.potential_energies, unbroken.potential_energies, atol=1e-5)
    assert np.ptp(unbroken.potential_energies) > 1e-3, "the atoms do not move"


@pytest.mark.parametrize("how", ["job", "resume"])
def test_band_goes_on_after_a_walltime(campaign: Callable[[], Campaign], how: str) -> None:
    broken, whole = campaign(), campaign()
    interrupted(broken, band(), how)
    assert whole.start(band()).failures == ()
    found, unbroken = broken.result, whole.result
    assert found.converged
    assert unbroken.converged
    assert found.barrier == pytest.approx(unbroken.barrier, abs=ENERGIES)
    earlier = found.provenance.parameters["continued_from"]
    assert "continued_from" not in unbroken.provenance.parameters
    [directory] = broken.directories("nudged_elastic_band")
    record = read_record(directory)
    assert [Path(part).name for part in earlier] == [part.directory for part in record.earlier]
    assert record.steps >= 1
    assert found.steps > record.steps
    start = read_structure(Path(earlier[0]) / "01" / "POSCAR")
    again = read_structure(existing(directory / "01" / "POSCAR"))
    assert again.lattice == start.lattice
    assert abs(again.frac_coords - start.frac_coords).max() > 1e-4, "the image began anew"


def test_finished_dynamics_are_only_read_again(
    campaign: Callable[[], Campaign], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = campaign()
    with monkeypatch.context() as during:
        during.setattr(base, "get_vasp_task_document", lambda *_, **__: 1 / 0)
        report = run.start(dynamics(segment_steps=24))
    assert [failure.cause for failure in report.failures] == [
        "ZeroDivisionError: division by zero"
    ]
    [directory] = run.directories("molecular_dynamics_1")
    for name in ("OUTCAR", "vasprun.xml"):  # killed meanwhile; custodian decompresses them
        compress_file(directory / name)
    # Without the fork in its place, no VASP is found.
    monkeypatch.setattr(subprocess, "Popen", POPEN)
    assert run.resume().failures == ()
    [segment] = run.result.segments
    assert (segment.n_steps, segment.complete) == (24, True)
    assert read_record(directory).earlier == []


def test_interrupted_jobs_go_on_beside_unconverged_ones(
    campaign: Callable[[], Campaign],
) -> None:
    broken, whole = campaign(), campaign()
    unconverged, cut_off = relaxation(), relaxation(POTIM=0.4)
    unconverged.jobs[0].name, cut_off.jobs[0].name = "unconverged", "cut off"
    moving = dynamics(segment_steps=24)
    with broken.environment.context() as during:
        during.setenv("LIPONFLOW_VASP_FAULT", "walltime")
        during.setattr(makers, "batch_end", lambda *_: time.time() + WALLTIME_S)
        report = broken.start(Flow([unconverged, cut_off, moving], output=moving.output))
    assert len(report.failures) == 3
    [ended], [killed] = broken.directories("unconverged"), broken.directories("cut_off")
    outcar = (ended / "OUTCAR").read_text()
    (ended / "OUTCAR").write_text(outcar.replace("soft stop encountered!", ""))
    os.truncate(killed / "vasprun.xml", (killed / "vasprun.xml").stat().st_size - 100)
    report, new = broken.run_on()
    assert report.failures == ()
    assert [item.name for item in new.goes_on] == ["unconverged"]
    assert whole.start(dynamics(segment_steps=24)).failures == ()
    found, unbroken = broken.result, whole.result
    assert len(found.segments) > len(unbroken.segments) == 1
    np.testing.assert_allclose(found.total_energies, unbroken.total_energies, atol=PRINTED)
    steps = {
        directory.name.partition("-")[0]: read_record(directory).steps
        for directory in new.run_dir.glob("jobs/*-1")
        if read_record(directory) is not None
    }
    assert steps.pop("unconverged") == 0, "it begins with its last geometry"
    assert set(steps) == {"cut_off", "molecular_dynamics_1"}
    assert min(steps.values()) >= 1
    assert not list(report.run_dir.with_name(killed.parts[-3]).glob("jobs/*.attempt*"))


def test_command_survives_a_walltime_and_a_change_of_the_volume(
    campaign: Callable[[], Campaign],  # noqa: ARG001 - the cheap stand-in
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "VASP_FAULT": "walltime",
        "VASP_WALLTIME": str(WALLTIME_S),
        "VASP_CMD": "liponflow-vasp",
        "STORE": str(tmp_path / "results.db"),
        "RUNS_DIR": str(tmp_path / "runs"),
    }.items():
        monkeypatch.setenv(f"LIPONFLOW_{name}", value)
    monkeypatch.chdir(tmp_path)
    bcc_lithium(3.3).to_file("li.vasp", fmt="poscar")
    command = "run phonons --structure li.vasp --engine vasp --json --set supercell=[1,1,1]"
    answer = CliRunner().invoke(app, command.split())
    assert answer.exit_code == 0, answer.output
    [relaxed] = tmp_path.glob("runs/*/jobs/relax*-1")
    stopped, repeated = read_record(relaxed).earlier
    assert stopped.reason == "the walltime was near"
    assert "the volume changed by " in repeated.reason
    assert all(existing(relaxed.with_name(n.directory) / "OUTCAR") for n in (stopped, repeated))
    assert json.loads(answer.stdout)["converged"]
