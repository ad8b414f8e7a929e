"""The package as it is installed: what importing it costs, its version, its files, its pins."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import liponflow

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "pymatgen", "atomate2", "ase", "pandas", "matplotlib", "jobflow", "numpy"}

HELP = """
import json, sys
from typer.testing import CliRunner
from liponflow.cli import app
answer = CliRunner().invoke(app, ["--help"])
assert "run" in answer.output, answer.output
print(json.dumps(sorted(sys.modules)))
"""
IMPORT = """
import json, sys
before = set(sys.modules)
touched = []
def note(event, arguments):
    file = str(arguments[0]) if event == "open" else ""
    if event in {"socket.connect", "os.mkdir", "subprocess.Popen"} or (
        event == "open" and not file.endswith((".py", ".pyc"))
    ):
        touched.append([event, file])
sys.addaudithook(note)
import liponflow
print(json.dumps([sorted(set(sys.modules) - before), touched]))
"""


def python(code: str) -> str:
    command = [sys.executable, "-B", "-c", code]  # -B: writes no .pyc
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_help_imports_nothing_heavy() -> None:
    loaded = {name.partition(".")[0] for name in json.loads(python(HELP))}
    assert "typer" in loaded
    assert not HEAVY & loaded


def test_import_loads_and_touches_nothing_else() -> None:
    modules, touched = json.loads(python(IMPORT))
    assert modules == ["liponflow"]
    assert touched == []


def test_changelog_begins_with_this_version_or_the_next() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert newest
    assert newest[1] in {"Unreleased", liponflow.__version__}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel, built from a copy: setuptools writes beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-build-isolation", "-w", folder, copy], check=True)
    return set(zipfile.ZipFile(next(folder.glob("*.whl"))).namelist())


def test_wheel_holds_every_file_of_the_package(wheel: set[str]) -> None:
    sources = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "liponflow").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {"liponflow/py.typed", "liponflow/inputs/lithiation.yaml"} <= sources
    assert sources <= wheel


def test_wheel_holds_the_licence(wheel: set[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pinned}


def test_constraints_pin_torch_exactly() -> None:
    assert pins()["torch"] == "2.13.0"


def test_constraints_pin_every_installed_dependency() -> None:
    pinned = pins()
    needed = {canonicalize_name(name) for name in dependencies("liponflow", frozenset({"dev"}))}
    assert {"pymatgen", "monty", "pytest"} <= needed
    assert sorted(needed - set(pinned)) == []


def dependencies(name: str, extras: frozenset[str]) -> set[str]:
    """Names of the installed distributions that one needs, directly and through others."""
    found: set[str] = set()
    todo = [(name, extras)]
    while todo:
        current, wanted = todo.pop()
        for text in distribution(current).requires or []:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": e}) for e in {"", *wanted}):
                continue
            if canonicalize_name(requirement.name) not in found | {name}:
                found.add(canonicalize_name(requirement.name))
                todo.append((requirement.name, frozenset(requirement.extras)))
    return found
