"""kill -9 at ten random steps: no finished step is lost, and the trajectory continues."""

import shutil
import signal
import time
from pathlib import Path

import cheap_vasp
import numpy as np
import pytest
from cheap_potential import CheapPotential
from cheap_vasp import LITHIUM
from forked import CONTEXT
from pymatgen.core import Structure
from pymatgen.io.vasp import Oszicar, Poscar, Vasprun, Xdatcar

from liponflow.engines.standin import run as standin

NVE = "IBRION = 0\nSMASS = -3\nPOTIM = 1\nTEBEG = 300\nISIF = 0\nRANDOM_SEED = 7 0 0\nNSW = {}\n"
KILLS = 10
POSITIONS = 1e-5
"""Å. Velocities have nine digits; the rounding grows about tenfold in the picosecond of a run."""

pytestmark = [
    pytest.mark.filterwarnings("ignore:XML is malformed"),
    # pymatgen leaves the XDATCAR open.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def run_and_kill(directory: Path, after: int) -> None:
    """Start the command and kill it after at least this number of steps."""
    xdatcar = directory / "XDATCAR"
    limit = time.monotonic() + 60
    process = CONTEXT.Process(target=cheap_vasp.compute, args=(directory,))
    process.start()
    try:
        while not xdatcar.is_file() or xdatcar.read_text().count("Direct") < after:
            assert time.monotonic() < limit
            assert process.exitcode is None
            time.sleep(0.001)
    finally:
        process.kill()
        process.join()
    assert process.exitcode == -signal.SIGKILL


def frames(directory: Path) -> np.ndarray:
    trajectory = Xdatcar(directory / "XDATCAR").structures
    return np.array([structure.frac_coords for structure in trajectory])


def largest_shift(first: np.ndarray, second: np.ndarray, cell: np.ndarray) -> float:
    shift = first - second
    return float(np.linalg.norm((shift - np.round(shift)) @ cell, axis=-1).max())


def test_ten_kills_do_not_change_the_trajectory(
    vasp_directory, lithium: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = lithium * (2, 2, 2)
    rng = np.random.default_rng(11)
    segments = []
    for number in range(KILLS):
        directory = vasp_directory(cell, NVE.format(100_000), name=f"segment{number}")
        if segments:
            shutil.copy(segments[-1] / "CONTCAR", directory / "POSCAR")
        run_and_kill(directory, int(rng.integers(2, 40)))
        segments.append(directory)

    whole = vasp_directory(cell, NVE.format(sum(len(frames(s)) for s in segments) + 2))
    monkeypatch.setattr(standin, "Potential", lambda **_: CheapPotential(LITHIUM))
    standin.run(whole)
    reference, lattice = frames(whole), cell.lattice.matrix
    unbroken = Vasprun(whole / "vasprun.xml", parse_potcar_file=False)
    start = 0
    for segment in segments:
        written = frames(segment)
        end = start + len(written)
        assert largest_shift(written, reference[start:end], lattice) < POSITIONS
        vasprun = Vasprun(
            segment / "vasprun.xml", parse_potcar_file=False, exception_on_bad_xml=False
        )
        # A kill may fall between the writing of two files.
        assert vasprun.nionic_steps in {len(written) - 1, len(written)}
        assert len(Oszicar(segment / "OSZICAR").ionic_steps) in {len(written) - 1, len(written)}
        totals = [step["total"] for step in vasprun.ionic_steps]
        expected = [step["total"] for step in unbroken.ionic_steps[start:end]]
        assert totals == pytest.approx(expected[: len(totals)], abs=1e-5)
        # CONTCAR is complete and holds the step after the last finished one.
        contcar = Poscar.from_file(segment / "CONTCAR", check_for_potcar=False)
        assert np.array(contcar.velocities).shape == (16, 3)
        [start] = [
            step
            for step in (end - 1, end)
            if largest_shift(contcar.structure.frac_coords, reference[step], lattice) < POSITIONS
        ]
    assert start > KILLS
    # The atoms did move.
    assert largest_shift(reference[0], reference[start], lattice) > 0.05
