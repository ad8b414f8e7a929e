"""Runs of which an OUTCAR is left."""

from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure
from vasp_files import Run

from liponflow.engines.vasp.reading.files import IngestError, RunFiles, find_runs
from liponflow.engines.vasp.reading.outcar_run import OutcarRun, read_outcar_run

SALT = Structure(Lattice.cubic(4.1), ["Li", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
FORCES = """ POSITION                                       TOTAL-FORCE (eV/Angst)
 -----------------------------------------------------------------------------------
     0.00000      0.00000      0.00000        0.000000      0.000000     {force}
     2.05000      2.05000      2.05000        0.000000      0.000000      0.000000
 -----------------------------------------------------------------------------------
"""


def write(folder: Path, force: float = 0.01, **incar: object) -> Path:
    tags = {"ENCUT": 520, "GGA": "Pe", "IBRION": 2, "NSW": 9, "EDIFFG": -0.02, **incar}
    run = Run([SALT] * 3, [-9.0, -9.5, -9.75], tags, moments=[0.5, -1.5])
    run.write(folder)
    (folder / "vasprun.xml").unlink()
    outcar = folder / "OUTCAR"
    head, end, tail = outcar.read_text().partition(" E-fermi")
    outcar.write_text(head + FORCES.format(force=f"{force:.6f}") + end + tail)
    return folder


def read(folder: Path) -> OutcarRun:
    [files] = find_runs([folder])
    assert isinstance(files, RunFiles)
    return read_outcar_run(files)


def test_relaxation_is_read_from_its_outcar(tmp_path: Path) -> None:
    run = read(write(tmp_path))
    found = run.calculation()
    assert run.task == "relaxation"
    assert found.energy == pytest.approx(-9.75)
    assert found.ionic_steps == 3
    assert found.converged
    assert (found.max_force, found.force_limit) == (pytest.approx(0.01), 0.02)
    assert found.magmoms == [0.5, -1.5]
    assert found.engine.label == "vasp 6.4.2"
    assert found.recorded_method is not None
    assert found.recorded_method.cutoff == 520
    assert "read from its OUTCAR" in run.notes[0]


def test_charge_and_missing_criterion_are_said(tmp_path: Path) -> None:
    folder = write(tmp_path, EDIFFG=0, NELECT=6)
    outcar = folder / "OUTCAR"
    first, rest = outcar.read_text().split("\n", maxsplit=1)
    titles = [f"   TITEL  = PAW_PBE {symbol} 08Apr2002" for symbol in ("Li", "O")]
    outcar.write_text("\n".join([first, *titles, rest]))
    run = read(folder)
    assert run.method.charge == pytest.approx(1)
    [criterion, charge] = run.notes[1:]
    assert "EDIFFG = 0 ends a relaxation by no criterion" in criterion
    assert "the cell has a charge of +1 e" in charge


@pytest.mark.parametrize(
    ("force", "incar"), [(0.05, {}), (0.01, {"NSW": 3}), (0.01, {"EDIFFG": 0})]
)
def test_relaxation_that_missed_its_criterion_is_not_converged(
    tmp_path: Path, force: float, incar: dict[str, object]
) -> None:
    assert not read(write(tmp_path, force, **incar)).calculation().converged


def test_static_calculation_is_read_from_its_outcar(tmp_path: Path) -> None:
    run = read(write(tmp_path, 0.5, IBRION=-1, NSW=0))
    assert run.task == "static"
    assert run.calculation().converged


def test_last_of_two_runs_in_one_outcar_counts(tmp_path: Path) -> None:
    outcar = write(tmp_path) / "OUTCAR"
    text = outcar.read_text()
    first = text.replace("-9.75000000", "-8.00000000").partition(" General timing")[0]
    outcar.write_text(first + text)
    run = read(tmp_path)
    assert run.last_energy == pytest.approx(-9.75)
    assert run.calculation().ionic_steps == 3
    assert run.notes[1].endswith("2 runs one after the other, of which the last counts")


def test_last_part_of_a_relaxation_is_read(tmp_path: Path) -> None:
    for ending, force in ((".relax1", 0.5), (".relax2", 0.01)):
        folder = write(tmp_path / ending, force)
        for path in folder.iterdir():
            path.rename(tmp_path / f"{path.name}{ending}")
        folder.rmdir()
    [files] = find_runs([tmp_path])
    assert isinstance(files, RunFiles)
    assert [path.name for path in files.passed_over] == ["OUTCAR.relax1"]
    assert read_outcar_run(files).converged
    [earlier] = find_runs([tmp_path / "OUTCAR.relax1"])
    assert isinstance(earlier, RunFiles)
    assert not read_outcar_run(earlier).converged


@pytest.mark.parametrize(
    ("gone", "incar", "complaint"),
    [
        ("INCAR", {}, "no vasprun.xml, and no INCAR to do without"),
        ("CONTCAR", {}, "no vasprun.xml, and no CONTCAR to do without"),
        (None, {"IBRION": 0}, "OUTCAR alone does for relaxations and static"),
        (None, {"ML_LMLFF": True}, "OUTCAR alone does for relaxations and static"),
    ],
)
def test_what_an_outcar_does_not_tell_is_refused(
    tmp_path: Path, gone: str | None, incar: dict[str, object], complaint: str
) -> None:
    write(tmp_path, **incar)
    if gone is not None:
        (tmp_path / gone).unlink()
    with pytest.raises(IngestError, match=complaint):
        read(tmp_path)
