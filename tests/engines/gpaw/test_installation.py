"""What is there of GPAW on a machine, with Pythons that stand in for one that has it."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from liponflow.diagnosis import Finding, State, missing
from liponflow.engines.gpaw import installation
from liponflow.engines.gpaw.installation import PACKAGES, SITECONFIG, TESTED, diagnose

ROOT = Path(__file__).parents[3]
WHOLE = {
    "gpaw": f"{TESTED}.3",
    "data": "1.2.1",
    "python": "/opt/gpaw/bin/python",
    "libxc": "7.0.0",
    "blas": True,
    "fftw": True,
    "mpi": True,
    "ranks": 4,
    "setup_paths": ["/opt/gpaw/setups"],
    "data_of": "PBE",
    "unknown": None,
    "elements": {"H": 1.0, "Li": 1.0, "N": 5.0},
}
"""Answer of an installation that lacks nothing."""


@pytest.fixture(autouse=True)
def _ask_again() -> None:
    installation.probe.cache_clear()


def python(folder: Path, *lines: str, status: int = 0) -> list[str]:
    """Return the command of a program that prints lines instead of running the probe."""
    program = folder / "python"
    text = "\n".join(lines)
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {status}\n")
    program.chmod(0o755)
    return [str(program)]


def found(folder: Path, **changes: Any) -> dict[str, Finding]:
    answer = json.dumps(WHOLE | changes)
    return {finding.part: finding for finding in diagnose(python(folder, "warning: x", answer))}


def test_whole_installation_lacks_nothing(tmp_path: Path) -> None:
    parts = found(tmp_path)
    assert {finding.state for finding in parts.values()} == {State.OK}
    assert parts["GPAW"].found == f"{TESTED}.3 in /opt/gpaw/bin/python"
    assert parts["PAW data sets"].found == "gpaw-data 1.2.1, 3 elements in /opt/gpaw/setups"
    assert parts["MPI"].found.startswith("4 ranks")


@pytest.mark.parametrize(
    ("changes", "part", "state", "words"),
    [
        ({"gpaw": "25.1.0"}, "GPAW", State.NOTE, f"tested with {TESTED}"),
        ({"libxc": None}, "LibXC", State.NOTE, "only LDA, PBE, revPBE and RPBE"),
        ({"elements": {}}, "PAW data sets", State.MISSING, "-m pip install gpaw-data=="),
        ({"elements": {}, "setup_paths": []}, "PAW data sets", State.MISSING, "GPAW_SETUP_PATH"),
        ({"fftw": False}, "FFTW", State.OK, "NumPy"),
    ],
)
def test_restrictions_are_found_with_a_remedy(
    tmp_path: Path, changes: dict[str, Any], part: str, state: State, words: str
) -> None:
    finding = found(tmp_path, **changes)[part]
    assert finding.state is state
    assert words in finding.line


def test_launcher_of_another_mpi_is_found(tmp_path: Path) -> None:
    """It starts copies that each take themselves for the only rank."""
    answer = json.dumps(WHOLE | {"mpi": False, "ranks": 1})
    (line,) = missing(diagnose(python(tmp_path, answer, answer)))
    assert "starts 2 copies" in line
    assert "gpaw_cmd" in line


@pytest.mark.parametrize(
    ("lines", "status", "words"),
    [
        (["no answer"], 0, "it printed no answer"),
        ([], 1, "cannot import GPAW"),
    ],
)
def test_command_without_gpaw_is_refused(
    tmp_path: Path, lines: list[str], status: int, words: str
) -> None:
    (line,) = missing(diagnose(python(tmp_path, *lines, status=status)))
    assert words in line
    assert "correct the setting gpaw_cmd" in line
    assert "conda create" in line


def test_command_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (line,) = missing(diagnose([str(tmp_path / "nowhere")]))
    assert "nowhere cannot be run: No such file" in line


def test_missing_gpaw_names_what_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    gpaw, compiler, *_ = diagnose()
    assert gpaw.found == f"GPAW is not installed in {sys.executable}"
    assert gpaw.remedy.startswith(f"GPAW_CONFIG={SITECONFIG} {sys.executable} -m pip install gpaw")
    assert SITECONFIG.is_file()
    assert (compiler.state, compiler.found) == (State.MISSING, "no gcc")
    assert "gcc libc6-dev" in compiler.remedy


def test_this_python_is_asked_itself() -> None:
    pytest.importorskip("gpaw", reason="GPAW is not installed; install it with: make gpaw")
    gpaw = installation.probe(())
    assert gpaw.version == PACKAGES[0].partition("==")[2]
    assert gpaw.python == sys.executable
    assert (gpaw.ranks, gpaw.copies) == (1, 1)
    electrons = {"Li": 1, "P": 5, "N": 5, "O": 6, "Mn": 15, "Ni": 16}
    assert {symbol: gpaw.electrons[symbol] for symbol in electrons} == electrons
    assert not {"U", "Tc"} & set(gpaw.electrons)
    assert installation.probe((), "SCAN").data_of in ("PBE", None)  # None without LibXC
    assert installation.probe((), "PBEsol").electrons == {}
    assert installation.probe((), "PBEsole").unknown is not None
    assert missing(diagnose()) == []


def test_versions_are_those_of_the_constraints_and_the_extra() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert set(PACKAGES) <= set(pins)
    assert PACKAGES[0].startswith(f"gpaw=={TESTED}.")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bounds = re.findall(r'"(gpaw(?:-data)?)>=([\d.]+)"', project)
    assert bounds == [("gpaw", TESTED), ("gpaw-data", PACKAGES[1].partition("==")[2][:3])]
