"""Project files: citation, issue forms, hooks and the CI workflow."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import networkx as nx
import pytest
import yaml

import liponflow

ROOT = Path(__file__).parents[1]
SITECONFIG = "src/liponflow/engines/gpaw/siteconfig.txt"


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def commands_of(target: str) -> set[str]:
    """Return the commands of a make target, without those that set up the environment."""
    done = subprocess.run(
        # As if all were installed but GPAW.
        ["make", "--dry-run", "--old-file=.venv/.installed", f"--what-if={SITECONFIG}", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {line for line in done.stdout.splitlines() if line.startswith(".venv/bin/")}


def test_citation_has_the_required_fields() -> None:
    citation = load("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["authors"] == [{"name": "The liponflow developers"}]
    assert citation["license"] == "BSD-3-Clause"
    assert citation["version"] == liponflow.__version__


def test_citation_and_readme_cite_the_same_works() -> None:
    """Compare first author, volume, first page and year, and the title of the dissertation."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    text = " ".join(readme.split("## Citing")[1].split("##")[0].split())
    works = load("CITATION.cff")["references"]
    wanted = [
        [str(work[key]) for key in ("volume", "start", "year") if key in work]
        + [f"{work['authors'][0]['given-names']} {work['authors'][0]['family-names']}"]
        for work in works
    ]
    assert [name for names in wanted for name in names if name not in text] == []
    assert len(works) == len(re.findall(r"\b(?:19|20)\d\d\)", text))
    assert works[0]["title"] in text


@pytest.mark.parametrize("name", ["bug", "feature"])
def test_issue_forms_have_required_fields(name: str) -> None:
    form = load(f".github/ISSUE_TEMPLATE/{name}.yml")
    assert {"name", "description", "body"} <= form.keys()
    identifiers = [field["id"] for field in form["body"]]
    assert len(set(identifiers)) == len(identifiers)
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_bug_form_requires_version_engine_command_and_output() -> None:
    form = load(".github/ISSUE_TEMPLATE/bug.yml")
    required = {f["id"] for f in form["body"] if f.get("validations", {}).get("required")}
    assert required == {"version", "engine", "command", "output"}


OF_THE_SYSTEM = {
    "slurm": "Slurm", "gridengine": "Grid Engine", "sshd": "sshd", "chromium": "Chromium",
}  # fmt: skip
"""Targets of make that install packages of the system, and what they install."""


def test_pre_commit_hooks_are_the_commands_of_make_lint() -> None:
    (repository,) = load(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    hooks = repository["hooks"]
    assert {hook["entry"] for hook in hooks} == commands_of("lint")
    assert {hook["language"] for hook in hooks} == {"system"}
    assert not any(hook["pass_filenames"] for hook in hooks)


def test_ci_installs_what_some_tests_need_and_runs_the_checks() -> None:
    job = load(".github/workflows/ci.yml")["jobs"]["check"]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    targets = [line.split(" ||")[0] for line in script.splitlines() if line.startswith("make ")]
    steps = [step["run"].removeprefix("sudo ") for step in job["steps"] if "run" in step]
    assert steps == targets
    names = [line.removeprefix("make ") for line in targets]
    assert names == ["gpaw", *OF_THE_SYSTEM, "lint", "docs", "test"]
    # Those of the system have no command in the environment.
    assert all(commands_of(name) for name in names if name not in OF_THE_SYSTEM)


@pytest.mark.parametrize("failing", ["none", "gpaw", *OF_THE_SYSTEM])
def test_ci_goes_on_without_what_some_tests_need(tmp_path: Path, failing: str) -> None:
    """The script of CI with a make of which one target fails."""
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$1"\n[ "$1" != {failing} ]\n')
    make.chmod(0o755)
    done = subprocess.run(
        [ROOT / ".ci" / "run"],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["gpaw", *OF_THE_SYSTEM, "lint", "docs", "test"]
    for target, name in {"gpaw": "GPAW", **OF_THE_SYSTEM}.items():
        assert (f"{name} is not installed" in done.stderr) is (failing == target)


def test_make_gpaw_names_the_command_where_it_cannot_install_a_compiler(tmp_path: Path) -> None:
    """A machine with a shell and the tools of make, but no gcc and no apt-get."""
    for name in ("sh", "rm", "id", "touch"):
        (tmp_path / name).symlink_to(Path(shutil.which(name) or name))
    done = subprocess.run(
        [
            shutil.which("make") or "make",
            "--old-file=.venv/.installed",
            f"VENV={tmp_path}/venv",
            f"READY={tmp_path}",
            "gpaw",
        ],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode
    assert "GPAW needs gcc; on Debian: sudo apt-get install" in done.stderr


def test_every_command_of_ci_exists() -> None:
    workflow = load(".github/workflows/ci.yml")
    # YAML 1.1 reads the key `on` as true.
    assert set(workflow) == {"name", True, "permissions", "concurrency", "jobs"}
    assert set(workflow[True]) == {"push", "pull_request"}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert len(step.keys() & {"uses", "run"}) == 1
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
        setup = next(step["with"] for step in job["steps"] if "with" in step)
        for name in setup["cache-dependency-path"].split():
            assert (ROOT / name).is_file()
    commands = set().union(*(commands_of(target) for target in ("lint", "test", "benchmark")))
    # `make` names the programs of .venv by their path; here they lie beside the interpreter.
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in commands:
        program, *arguments = shlex.split(command.partition("#")[0])
        assert shutil.which(Path(program).name, path=search), program
        for name in arguments:
            assert not name.endswith(".py") or (ROOT / name).is_file(), name
    (tests,) = commands_of("test")
    assert " -n " in tests
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    developed = " ".join(project["optional-dependencies"]["dev"])
    for package in ("ruff", "mypy", "import-linter", "pytest", "pytest-xdist"):
        assert package in developed


def test_ci_covers_every_supported_python_version() -> None:
    versions = load(".github/workflows/ci.yml")["jobs"]["check"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13"]
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={versions[0]}"' in metadata
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", metadata)
    assert set(named) <= set(versions)


def test_contributing_lists_packages_as_in_the_import_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = contributing.split("## Packages")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    listed = [re.findall(r"`(\w+)`", row) for row in rows]
    assert listed == [layer.split(" | ") for layer in layers]


def test_no_modules_import_each_other() -> None:
    graph = grimp.build_graph("liponflow", cache_dir=None)
    imports = nx.DiGraph(
        (module, imported)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    )
    assert len(imports) > 100
    circles = [sorted(c) for c in nx.strongly_connected_components(imports) if len(c) > 1]
    assert circles == []


def test_formulas_are_reduced_in_one_module() -> None:
    reduced = re.compile(r"(?:omposition|\))\.reduced_formula\b")
    sources = sorted((ROOT / "src").rglob("*.py"))
    found = [
        f"{path.name}: {line.strip()}"
        for path in sources
        for line in path.read_text().splitlines()
        if reduced.search(line) and ">>>" not in line and path.name != "formulas.py"
    ]
    assert len(sources) > 100
    assert found == [], "use liponflow.formulas.reduced_formula"
