"""Faults of the stand-in under custodian, which corrects some and reports the others."""

import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from custodian import Custodian
from custodian.custodian import CustodianError, ErrorHandler, ValidationError
from custodian.vasp.handlers import (
    NonConvergingErrorHandler,
    StdErrHandler,
    UnconvergedErrorHandler,
    VaspErrorHandler,
    WalltimeHandler,
)
from custodian.vasp.jobs import VaspJob
from custodian.vasp.validators import VaspFilesValidator, VasprunXMLValidator
from pymatgen.core import Structure
from pymatgen.io.vasp import Incar, Outcar, Poscar, Vasprun

from liponflow.engines.standin import faults
from liponflow.engines.standin.errors import InputError, VaspStopped
from liponflow.engines.standin.faults import Fault, Kind, parse_fault

FORCES = 0.01
"""eV/Å."""
RELAXATION = (
    f"IBRION = 2\nNSW = 60\nISIF = 2\nEDIFFG = -{FORCES}\nEDIFF = 1E-5\nNELM = 7\nALGO = Normal\n"
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*unconverged VASP run"),
    pytest.mark.filterwarnings("ignore:No POTCAR file:UserWarning"),
    pytest.mark.filterwarnings("ignore:XML is malformed"),
    # custodian leaves processes and files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Rehearse = Callable[..., list[dict]]


@pytest.fixture
def directory(vasp_directory, lithium: Structure) -> Path:
    lithium.translate_sites([0], [0.05, -0.02, 0.03])
    written: Path = vasp_directory(lithium, RELAXATION)
    return written


@pytest.fixture
def rehearse(directory: Path, cheap_vasp: str, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    monkeypatch.chdir(directory)
    monkeypatch.delenv("CUSTODIAN_WALLTIME_START", raising=False)

    def run(
        fault: str, *handlers: ErrorHandler, watched: bool = False, **options: bool
    ) -> list[dict]:
        monkeypatch.setenv("LIPONFLOW_VASP_FAULT", fault)
        custodian = Custodian(
            handlers or [VaspErrorHandler(), UnconvergedErrorHandler(), StdErrHandler()],
            [VaspJob(shlex.split(cheap_vasp), auto_gamma=False, **options)],
            validators=[VasprunXMLValidator(), VaspFilesValidator()],
            max_errors=3,
            polling_time_step=0.5,
            # While it starts, the files of the previous run still exist.
            monitor_freq=1 if watched else 1000,
        )
        corrections: list[dict] = custodian.run()[0]["corrections"]
        return corrections

    return run


def finished(directory: Path) -> Vasprun:
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert Outcar(directory / "OUTCAR").run_stats["Elapsed time (sec)"] > 0
    return vasprun


def test_unconverged_electrons_are_corrected_by_another_algorithm(
    rehearse: Rehearse, directory: Path
) -> None:
    [correction] = rehearse("unconverged-scf")
    assert correction["errors"] == ["Unconverged"]
    assert {"ALGO": "All", "ISEARCH": 1} in [
        action["action"]["_set"] for action in correction["actions"]
    ]
    assert finished(directory).converged


def test_unconverged_electrons_show_in_every_file(rehearse: Rehearse, directory: Path) -> None:
    # NonConvergingErrorHandler reads the OSZICAR.
    corrections = rehearse("unconverged-scf", NonConvergingErrorHandler(nionic_steps=2))
    assert [correction["errors"] for correction in corrections] == [["Non-converging job"]]
    assert finished(directory).converged


def test_failed_line_search_is_corrected_by_a_tighter_criterion(
    rehearse: Rehearse, directory: Path
) -> None:
    start = Poscar.from_file(directory / "POSCAR", check_for_potcar=False).structure
    [correction] = rehearse("zbrent")
    assert correction["errors"] == ["zbrent"]
    incar = Incar.from_file(directory / "INCAR")
    assert incar["EDIFF"] == pytest.approx(1e-6)
    assert incar["NELMIN"] == 8
    # It continued from the CONTCAR.
    restart = Poscar.from_file(directory / "POSCAR", check_for_potcar=False).structure
    assert abs(restart.frac_coords - start.frac_coords).max() > 1e-4
    assert finished(directory).converged


@pytest.mark.parametrize("kind", [Kind.BRMIX, Kind.PRICEL, Kind.EDDDAV])
def test_messages_of_vasp_are_those_that_custodian_knows(kind: Kind, directory: Path) -> None:
    steps = Fault(kind).strike(iter([(), ()]), directory)
    with pytest.raises(VaspStopped) as stopped:
        list(steps)
    (directory / "vasp.out").write_text(str(stopped.value))
    handler = VaspErrorHandler()
    assert handler.check(str(directory))
    assert handler.errors == {str(kind)}


def test_lack_of_memory_is_what_custodian_knows(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    killed: list[bool] = []
    monkeypatch.setattr(faults, "_die", lambda: killed.append(True))
    next(steps := parse_fault("out-of-memory").strike(iter([(), ()]), directory))
    assert not killed
    next(steps)
    assert killed == [True]
    (directory / "std_err.txt").write_text(capsys.readouterr().err)
    handler = StdErrHandler()
    assert handler.check(str(directory))
    assert handler.errors == {"out_of_memory"}


def test_frozen_run_writes_nothing_until_it_is_killed(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(faults.time, "sleep", waited.append)
    monkeypatch.setattr(faults, "_die", lambda: waited.append(-1.0))
    steps = parse_fault("frozen").strike(iter([(), ()]), directory)
    assert next(steps) == ()
    next(steps)
    assert waited == [faults.QUEUE_PATIENCE, -1.0]


def test_walltime_stops_the_run_in_order(rehearse: Rehearse, directory: Path) -> None:
    handler = WalltimeHandler(wall_time=1, buffer_time=1)
    [correction, *_] = rehearse("walltime", handler, watched=True, auto_continue=True)
    assert correction["errors"] == ["Walltime reached"]
    stopped = finished(directory)
    # The fault waits in the second step; on a busy machine the time runs out earlier.
    assert stopped.nionic_steps in {1, 2}
    assert np.linalg.norm(stopped.ionic_steps[-1]["forces"], axis=1).max() > FORCES
    assert Outcar(directory / "OUTCAR").is_stopped
    (directory / "STOPCAR").unlink(missing_ok=True)
    # The job of the next walltime continues from the CONTCAR.
    assert rehearse("walltime", auto_continue=True) == []
    continued = finished(directory)
    assert continued.converged
    assert continued.initial_structure.matches(stopped.final_structure)
    assert continued.ionic_steps[0]["e_0_energy"] == pytest.approx(
        stopped.ionic_steps[-1]["e_0_energy"], abs=1e-6
    )


def test_run_that_ignores_the_walltime_is_killed(rehearse: Rehearse, directory: Path) -> None:
    with pytest.raises(ValidationError, match="VasprunXMLValidator"):
        rehearse("walltime:1")
    assert (directory / "OSZICAR").read_text().count("E0=") == 1


@pytest.mark.parametrize(
    ("fault", "steps_left"), [("crash:3", 2), ("full-disk", 1), ("truncated-vasprun", None)]
)
def test_custodian_reports_faults_that_it_cannot_correct(
    rehearse: Rehearse, directory: Path, fault: str, steps_left: int | None
) -> None:
    with pytest.raises(CustodianError, match="Validation failed: VasprunXMLValidator"):
        rehearse(fault)
    vasprun = Vasprun(
        directory / "vasprun.xml", parse_potcar_file=False, exception_on_bad_xml=False
    )
    if steps_left is None:
        # All files but the vasprun.xml are complete.
        assert "General timing and accounting" in (directory / "OUTCAR").read_text()
    else:
        assert vasprun.nionic_steps == steps_left
        assert "General timing and accounting" not in (directory / "OUTCAR").read_text()
    if fault == "full-disk":
        assert "No space left on device" in (directory / "std_err.txt").read_text()
    # Run the same inputs again without the fault.
    assert rehearse(fault) == []
    assert finished(directory).converged


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("crsh", "LIPONFLOW_VASP_FAULT = crsh: unknown fault 'crsh' .known: unconverged-scf, "),
        ("crash", "write crash:N"),
        ("crash:0", "write crash:N"),
        ("walltime:soon", "seconds until the queue kills"),
        ("zbrent:2", "zbrent takes no number"),
    ],
)
def test_invalid_faults_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_fault(text)
