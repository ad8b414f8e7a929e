import subprocess
import sys
from contextlib import redirect_stderr
from io import StringIO

import pytest
from pymatgen.core import Structure
from pymatgen.io.vasp import Outcar, Vasprun, Xdatcar

from liponflow.engines.standin.cli import main
from liponflow.engines.standin.faults import Kind
from liponflow.engines.standin.run import run

LONG = "IBRION = 0\nSMASS = -3\nPOTIM = 1\nTEBEG = 300\nNSW = 2000\nISIF = 0\n"

# pymatgen leaves the XDATCAR open.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize(
    ("species", "message"),
    [
        ("Li", "NSW is given twice"),
        ("Po", "Po is outside chgnet 0.3.0"),
    ],
)
def test_invalid_input_fails_with_one_line(
    vasp_directory, lithium: Structure, monkeypatch, species: str, message: str
) -> None:
    lithium.replace_species({"Li": species})
    directory = vasp_directory(lithium, "NSW = 0\n" + ("NSW = 1\n" if species == "Li" else ""))
    monkeypatch.chdir(directory)
    error = StringIO()
    with redirect_stderr(error):
        assert main([]) == 1
    assert message in error.getvalue()
    assert message in (directory / "OUTCAR").read_text()


def test_help_lists_layouts_and_faults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    words = capsys.readouterr().out.replace(",", " ").replace(".", " ").split()
    assert set(Kind) <= set(words)
    assert "LIPONFLOW_VASP_LAYOUT" in words


def test_threads_are_limited_before_numpy_is_imported() -> None:
    code = "import sys, liponflow.engines.standin.cli; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
