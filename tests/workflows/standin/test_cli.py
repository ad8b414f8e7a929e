import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import pytest
from pymatgen.core import Structure
from pymatgen.io.vasp import Outcar, Vasprun, Xdatcar

from liponflow.workflows.standin.cli import main
from liponflow.workflows.standin.run import run

COMMAND = [sys.executable, "-m", "liponflow.workflows.standin.cli"]
LONG = "IBRION = 0\nSMASS = -3\nPOTIM = 1\nTEBEG = 300\nNSW = 2000\nISIF = 0\n"

# pymatgen leaves the XDATCAR open.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize(
    ("species", "message"),
    [
        ("Li", "unknown tag ENCUTT"),
        ("Po", "Po is outside chgnet 0.3.0"),
    ],
)
def test_bad_input_fails_with_a_line(
    vasp_directory, lithium: Structure, monkeypatch, species: str, message: str
) -> None:
    lithium.replace_species({"Li": species})
    directory = vasp_directory(
        lithium, "NSW = 0\n" + ("ENCUTT = 520\n" if species == "Li" else "")
    )
    monkeypatch.chdir(directory)
    error = StringIO()
    with redirect_stderr(error):
        assert main([]) == 1
    assert message in error.getvalue()
    assert message in (directory / "OUTCAR").read_text()


@pytest.mark.parametrize(("tag", "kind"), [("LSTOP", "soft"), ("LABORT", "hard")])
def test_stopcar_ends_the_run_in_order(
    vasp_directory, lithium: Structure, tag: str, kind: str
) -> None:
    directory = vasp_directory(lithium, LONG)
    (directory / "STOPCAR").write_text(f"{tag} = .TRUE.\n")
    run(directory)
    assert f"{kind} stop encountered!" in (directory / "OUTCAR").read_text()
    assert len(Xdatcar(directory / "XDATCAR").structures) == 1
    assert not (directory / "STOPCAR").exists()
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert not vasprun.converged_ionic
    assert Outcar(directory / "OUTCAR").is_stopped == (kind == "soft")


def test_killed_run_leaves_its_finished_steps(vasp_directory, lithium: Structure) -> None:
    directory: Path = vasp_directory(lithium, LONG)
    process = subprocess.Popen(COMMAND, cwd=directory, stdout=subprocess.DEVNULL)
    xdatcar = directory / "XDATCAR"
    limit = time.monotonic() + 60
    while not xdatcar.is_file() or xdatcar.read_text().count("Direct") < 5:
        assert time.monotonic() < limit
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.warns(UserWarning, match="malformed"):
        vasprun = Vasprun(
            directory / "vasprun.xml", parse_potcar_file=False, exception_on_bad_xml=False
        )
    finished = vasprun.nionic_steps
    assert finished >= 4
    # A kill may come between two files.
    assert abs(len(Xdatcar(xdatcar).structures) - finished) <= 1
    # CONTCAR is whole, and a run from it goes on.
    (directory / "POSCAR").write_bytes((directory / "CONTCAR").read_bytes())
    (directory / "INCAR").write_text(LONG.replace("2000", "2"))
    run(directory)
    assert Vasprun(directory / "vasprun.xml", parse_potcar_file=False).nionic_steps == 2
