"""The installed package: import cost, version, files and pinned dependencies."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
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
for command in (["--help"], ["run", "--help"]):
    answer = CliRunner().invoke(app, command)
    assert "campaign" in answer.output, answer.output
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


def test_help_imports_no_heavy_package() -> None:
    loaded = {name.partition(".")[0] for name in json.loads(python(HELP))}
    assert "typer" in loaded
    assert not HEAVY & loaded


def test_import_has_no_side_effects() -> None:
    modules, touched = json.loads(python(IMPORT))
    assert modules == ["liponflow"]
    assert touched == []


def test_changelog_begins_with_the_current_or_next_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert newest
    assert newest[1] in {"Unreleased", liponflow.__version__}


ENVIRONMENT = """
import json
from importlib.metadata import distribution, entry_points
from liponflow import __file__, __version__, registry
groups = (
    registry.CAMPAIGNS, registry.ENGINES, registry.RESULTS, registry.MEASUREMENTS, registry.MODELS
)
for group in groups:
    for name in registry.names(group):
        registry.load(group, name)
files = [str(path) for path in distribution("liponflow").files]
print(json.dumps({
    "file": __file__,
    "version": __version__,
    "files": files,
    "entry points": {group: registry.names(group) for group in groups},
}))
"""
"""Imports every registered object and describes the installed package."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the packaged files, as setuptools writes next to the sources."""
    copy = tmp_path_factory.mktemp("checkout") / "source"
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("src", "tests", "docs", "benchmarks"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignore)
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, copy)
    return copy


def build_wheel(source: Path, folder: Path) -> Path:
    """Build a wheel of a directory or sdist, offline and with this environment's setuptools."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-build-isolation", "-w", folder, source], check=True)
    (built,) = folder.glob("*.whl")
    return built


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(checkout, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    code = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, check=True, cwd=checkout, capture_output=True)
    (built,) = folder.glob("*.tar.gz")
    return built


def test_wheel_contains_every_file_of_the_package(wheel: Path) -> None:
    sources = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "liponflow").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {"liponflow/py.typed", "liponflow/inputs/lithiation.yaml"} <= sources
    assert sources <= names_in(wheel)


def test_wheel_contains_the_licence(wheel: Path) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in names_in(wheel))


def test_wheel_contains_only_the_package(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in names_in(wheel)}
    assert tops == {"liponflow", f"liponflow-{liponflow.__version__}.dist-info"}


def test_sdist_contains_tests_and_documentation(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"CHANGELOG.md", "CITATION.cff", "Makefile", "constraints.txt"} <= names
    assert {"docs/vasp.md", "tests/conftest.py", "tests/test_packaging.py"} <= names
    assert not [name for name in names if name.endswith(".pyc")]


def test_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    assert names_in(build_wheel(sdist, tmp_path)) == names_in(wheel)


class Installed:
    """The wheel in a separate environment that borrows the dependencies of this one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        self.environment = folder / "environment"
        venv.create(self.environment, symlinks=True)
        self.python = self.environment / "bin" / "python"
        install = [sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet"]
        subprocess.run([*install, "--no-deps", "--no-index", wheel], check=True)
        # .pth files in the borrowed folders, which would add the checkout, are not read.
        (site,) = (self.environment / "lib").glob("python*/site-packages")
        borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (site / "borrowed.pth").write_text("\n".join(sorted(borrowed)), encoding="utf-8")

    def run(self, *command: str) -> str:
        """Run a program of the environment in an empty folder and return what it printed."""
        program = str(self.environment / "bin" / command[0])
        private = ("LIPONFLOW_", "PYTHON")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(private)}
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self.folder,
            env=clean | {"HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_installed_wheel_imports_every_entry_point(installed: Installed) -> None:
    """A module or an entry point that is missing in the wheel fails."""
    found = json.loads(installed.run("python", "-c", ENVIRONMENT))
    assert Path(found["file"]).is_relative_to(installed.environment)
    assert found["version"] == liponflow.__version__
    assert "liponflow/inputs/lithiation.yaml" in found["files"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    registered = {group: sorted(names) for group, names in project["entry-points"].items()}
    assert {group: names for group, names in found["entry points"].items() if names} == registered


def test_wheel_runs_its_commands(installed: Installed) -> None:
    assert "lithiation" in installed.run("liponflow", "run", "--help")
    assert "Stand-in for VASP" in " ".join(installed.run("liponflow-vasp", "--help").split())


def test_wheel_writes_input_directories(installed: Installed) -> None:
    """Run a command that reads presets and input sets of the package."""
    installed.run("liponflow", "inputs", "migration", "--set", "dopant=N", "--out", "inputs")
    incars = list((installed.folder / "inputs").rglob("INCAR"))
    assert len(incars) > 1


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
    """Return the names of the direct and indirect dependencies that are installed."""
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
