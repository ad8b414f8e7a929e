"""Which CONTCARs a run continues from, and with what inputs."""

import os
import shutil
from pathlib import Path

import pytest
from cheap_potential import CheapPotential
from cheap_vasp import LITHIUM
from pymatgen.io.vasp import Incar, Kpoints, Poscar

from liponflow.engines.standin import run as standin
from liponflow.engines.vasp.reading.parts import Record, write_record
from liponflow.engines.vasp.restarts import (
    SEED_STEP,
    bring_wavecar,
    brought,
    drop_broken_wavecar,
    steps_before,
    to_go_on_from,
    write_inputs,
)
from liponflow.structures.lithium import bcc_lithium

STEPS = 5
INCAR = (
    f"IBRION = 0\nSMASS = 0\nMDALGO = 2\nPOTIM = 1\nTEBEG = 300\nTEEND = 400\nNSW = {STEPS}\n"
    "RANDOM_SEED = 7 0 0\nISIF = 2\n"
)


@pytest.fixture
def dynamics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of a run of dynamics with Nosé's thermostat."""
    directory = tmp_path / "md"
    directory.mkdir()
    (directory / "INCAR").write_text(INCAR)
    Poscar(bcc_lithium(3.4)).write_file(directory / "POSCAR")
    (directory / "POTCAR.spec").write_text("Li")
    Kpoints.gamma_automatic((1, 1, 1)).write_file(directory / "KPOINTS")
    monkeypatch.setattr(standin, "Potential", lambda **_: CheapPotential(LITHIUM))
    standin.run(directory)
    return directory


def test_contcar_that_is_written_in_part_is_refused(dynamics: Path) -> None:
    assert steps_before(dynamics) == STEPS
    whole = (dynamics / "CONTCAR").read_text()
    velocities = whole.index("\n\n", whole.index("Direct")) + 2
    after = whole.index("\n\n", velocities)
    for end in range(0, len(whole) - 1, 7):
        (dynamics / "CONTCAR").write_text(whole[:end])
        # Cut behind the velocities, it is that of a run without a thermostat.
        assert steps_before(dynamics) is None or end == after + 1, whole[:end]
    (dynamics / "CONTCAR").write_text(whole.replace("Li", "Na"))
    assert steps_before(dynamics) is None
    (dynamics / "CONTCAR").unlink()
    assert steps_before(dynamics) is None


def test_steps_that_vasprun_lacks_are_not_passed_over(dynamics: Path) -> None:
    text = (dynamics / "vasprun.xml").read_text()
    starts = [place for place in range(len(text)) if text.startswith("<calculation>", place)]
    (dynamics / "vasprun.xml").write_text(text[: starts[-1]])
    assert steps_before(dynamics) is None


def test_configuration_of_the_last_step_is_not_counted_twice(dynamics: Path) -> None:
    last = standin_positions(dynamics)
    lines = (dynamics / "CONTCAR").read_text().splitlines()
    begin = lines.index("Direct") + 1
    lines[begin : begin + 2] = ["".join(f"{x:20.16f}" for x in row) for row in last]
    (dynamics / "CONTCAR").write_text("\n".join(lines) + "\n")
    assert steps_before(dynamics) == STEPS - 1


def standin_positions(directory: Path) -> list[list[float]]:
    rows = (directory / "XDATCAR").read_text().splitlines()[-2:]
    return [[float(word) for word in row.split()] for row in rows]


def test_the_rest_has_the_steps_ramp_and_seed_left(dynamics: Path, tmp_path: Path) -> None:
    to = tmp_path / "again"
    to.mkdir()
    write_inputs(dynamics, 2, to)
    incar = Incar.from_file(to / "INCAR")
    assert incar["NSW"] == STEPS - 2
    assert incar["TEBEG"] == pytest.approx(300 + 100 * 2 / STEPS)
    assert incar["TEEND"] == 400
    assert incar["RANDOM_SEED"] == [7 + SEED_STEP, 0, 0]
    assert (to / "POSCAR").read_text() == (dynamics / "CONTCAR").read_text()


def test_a_kill_while_a_complete_run_is_brought_leaves_no_steps_of_other_inputs(
    dynamics: Path, tmp_path: Path
) -> None:
    """Beside the inputs of the start, with more steps, the outputs would seem to lack the rest."""
    to, inputs = tmp_path / "again", tmp_path / "inputs"
    to.mkdir()
    inputs.mkdir()
    (to / "INCAR").write_text(INCAR.replace(f"NSW = {STEPS}", f"NSW = {3 * STEPS}"))
    for name in ("POSCAR", "KPOINTS", "POTCAR.spec"):
        shutil.copy(dynamics / name, to / name)
    files = brought(dynamics, inputs)
    assert {"vasprun.xml", "OUTCAR", "XDATCAR", "CONTCAR"} < set(files.values())
    for count, (file, place) in enumerate(files.items(), 1):
        assert steps_before(to) is None
        shutil.copyfile(file, to / place)
        assert (steps_before(to) is None) is (count < len(files))
    assert steps_before(to) == STEPS
    assert Incar.from_file(to / "INCAR")["NSW"] == STEPS


def with_wavecars(folders: list[Path], age: int) -> None:
    """Write WAVECARs that are so much older than the OUTCARs (s)."""
    for folder in folders:
        written = (folder / "OUTCAR").stat().st_mtime - age
        (folder / "WAVECAR").write_text(folder.name)
        os.utime(folder / "WAVECAR", (written, written))


def test_wavecar_moves_on_and_is_read(dynamics: Path, tmp_path: Path) -> None:
    attempt = dynamics.rename(tmp_path / "again.attempt1")
    write_record(attempt, Record(job="a"))
    with_wavecars([attempt], age=1)
    again = tmp_path / "again"
    again.mkdir()
    bring_wavecar(again, "another")
    assert not (again / "WAVECAR").exists()
    bring_wavecar(again, "a")
    assert (again / "WAVECAR").read_text() == "again.attempt1"
    found = to_go_on_from(again, "a")
    assert found is not None
    write_inputs(found[0], 2, again)
    # VASP's default of ISTART is 1 where there is a WAVECAR, of ICHARG then 0.
    assert not {"ISTART", "ICHARG"} & set(Incar.from_file(again / "INCAR"))


def test_wavecars_of_a_band_move_on(tmp_path: Path) -> None:
    attempt, again = tmp_path / "band.attempt1", tmp_path / "band"
    again.mkdir()
    images = [attempt / f"{number:02d}" for number in range(4)]
    for image in images:
        image.mkdir(parents=True)
        (image / "OUTCAR").touch()
    write_record(attempt, Record(job="a"))
    with_wavecars(images[1:3], age=1)
    with_wavecars(images[2:3], age=-1)
    bring_wavecar(again, "a")
    assert [file.relative_to(again) for file in again.rglob("WAVECAR")] == [Path("01", "WAVECAR")]


@pytest.mark.parametrize(("age", "left"), [(1, 1), (-1, 0)])
def test_wavecar_that_was_being_written_is_dropped(dynamics: Path, age: int, left: int) -> None:
    with_wavecars([dynamics], age)
    drop_broken_wavecar(dynamics)
    assert len(list(dynamics.glob("WAVECAR"))) == left
