"""Execute every command and Python example of the README and docs/, page by page.

Each page is followed from top to bottom in a separate folder.

Blocks marked ``console`` and ``python`` run as printed, with these exceptions only:

- ``make TARGET`` would run the tests within the tests: only the existence of the target is
  checked, by ``make --dry-run``.
- ``source .venv/bin/activate`` does nothing: the tests run there already.
- A block that begins with a comment naming a file (``# src/package/module.py``) is that file.
- ``pip install .`` installs the package of the page in the folder of the page.
- ``pip install`` of liponflow would change the environment of the tests: only its files and extras
  are checked. tests/test_packaging.py installs the package.
- ``liponflow run lithiation`` with a potential is killed (SIGKILL) once a calculation has
  finished, so that the following ``liponflow resume`` has work left, as the README says.
- ``liponflow run`` of the other campaigns takes minutes with a potential: it is only planned, with
  ``--dry-run``; tests/workflows runs small campaigns. With ``--entries`` or with the
  ``--engine emt`` of docs/extending.md it takes seconds and is run.
- ``liponflow run --engine vasp`` without ``--dry-run`` must be refused because VASP is missing,
  and for no other reason.
- The uuid printed in the README is replaced by that of the result computed here.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from importlib.metadata import metadata
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.eos import EquationOfState
from ase.units import GPa
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTENDING = ROOT / "docs" / "extending.md"
PAGES = sorted({*(ROOT / "docs").glob("*.md")} - {EXTENDING})
PLUGIN = ROOT / "tests" / "plugin"
BLOCK = re.compile(r"^```(console|python|toml|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./]+\.(?:py|toml|yaml))\n")
INSTALL = "python -m pip install --quiet --no-deps --no-build-isolation --no-index --target {} ."
QUICK = "--help|--entries|--engine emt"
"""Options of the commands that run as printed."""
UUID = re.compile(r"\bb7623429\b")
PRIVATE = ("LIPONFLOW_", "ATOMATE2_", "PMG_")
"""Prefixes of variables with settings of the user who runs the tests."""
PATIENCE = 300
"""Longest wait for a first calculation on a busy machine (s)."""


class Reader:
    """A user who follows a page in an empty folder, with the package on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found = ""
        tools = str(Path(sys.executable).parent)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(PRIVATE)}
        self.environment = clean | {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),  # the user who runs the tests may have settings there
            "MPLBACKEND": "Agg",
            "OMP_NUM_THREADS": "1",
            "COLUMNS": "100",
            "PYTHONPATH": f"{folder / 'installed'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        }

    def type(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run one line in a shell, as printed."""
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def follow(self, command: str) -> str:
        """Run one command by the rules of this module and return what it printed."""
        if command.startswith("make "):
            done = subprocess.run(
                ["make", "--dry-run", *command.split()[1:]],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
        elif command == "source .venv/bin/activate":
            return ""
        elif command == "pip install .":
            done = self.type(INSTALL.format(self.folder / "installed"))
        elif command.startswith("pip install "):
            return self.check_install(shlex.split(command)[2:])
        elif "--engine vasp" in command and "--dry-run" not in command:
            done = self.type(command)
            assert done.returncode == 2
            assert "VASP_CMD" in done.stderr, done.stderr
            return done.stderr
        elif command.startswith("liponflow run lithiation") and "--dry-run" not in command:
            return self.start_and_kill(command)
        elif command.startswith("liponflow run") and not re.search(QUICK, command):
            done = self.type(f"{command.removesuffix(' --dry-run')} --dry-run")
        else:
            done = self.type(UUID.sub(self.uuid, command))
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def check_install(self, arguments: list[str]) -> str:
        """Check that the constraints and extras of an installation from the checkout exist."""
        option, constraints, package = arguments
        assert option == "-c"
        assert (ROOT / constraints).is_file()
        requirement = Requirement(package.replace(".", "liponflow", 1))
        assert requirement.name == "liponflow"
        assert requirement.extras <= set(metadata("liponflow").get_all("Provides-Extra"))
        return ""

    def start_and_kill(self, command: str) -> str:
        """Start a campaign and kill it once a calculation has finished."""
        log = self.folder / "run.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.environment,
                stdout=file,
                stderr=file,
            )
        limit = time.monotonic() + PATIENCE
        try:
            while "finished relax" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < limit, log.read_text()
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return log.read_text()

    def read(self, page: str) -> dict[str, str]:
        """Follow a page from top to bottom and return the output of each step."""
        printed: dict[str, str] = {}
        for language, block in BLOCK.findall(page):
            if named := FILE.match(block):
                file = self.folder / named[1]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block, encoding="utf-8")
                continue
            if language == "python":
                (self.folder / "example.py").write_text(block, encoding="utf-8")
                done = self.type("python -W error::DeprecationWarning:__main__ example.py")
                assert done.returncode == 0, f"{block}\n{done.stderr}"
                printed[block] = done.stdout
                continue
            for line in block.replace("\\\n", "").splitlines():
                assert line.startswith("$ "), (
                    f"{line!r} is not a command, and pages show no output"
                )
                printed[line.removeprefix("$ ")] = self.follow(line.removeprefix("$ "))
        return printed

    def uuid(self, _: re.Match[str]) -> str:
        """Return the first characters of the uuid of the only result."""
        code = (
            "from liponflow.store.results import find_results, open_store;"
            "print(find_results(open_store('liponflow.db', read_only=True))[0].uuid[:8])"
        )
        self.found = self.found or self.type(f'python -c "{code}"').stdout.strip()
        return self.found


def test_every_block_of_the_readme_is_executed() -> None:
    fences = re.findall(r"^```(.*)$", README, re.MULTILINE)
    assert set(fences) == {"console", "python", ""}
    assert fences.count("") == len(BLOCK.findall(README))


def test_files_named_in_the_readme_exist() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert "docs/figures/moments.png" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Follow the README and return its folder and the output of each step."""
    reader = Reader(tmp_path_factory.mktemp("readme"))
    return reader.folder, reader.read(README)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_documentation_pages_run(page: Path, tmp_path: Path) -> None:
    """Every step of the page succeeds."""
    Reader(tmp_path).read(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [*PAGES, EXTENDING], ids=lambda page: page.stem)
def test_links_and_blocks_of_pages_are_valid(page: Path) -> None:
    """Linked files exist, the README links to the page, and every block is executed."""
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert f"docs/{page.name}" in README, "the README does not link to the page"
    assert len(re.findall(r"^```.+$", text, re.MULTILINE)) == len(BLOCK.findall(text))
    files = [block for language, block in BLOCK.findall(text) if language in {"toml", "yaml"}]
    assert all(map(FILE.match, files))


def test_plugin_files_are_those_shown_on_the_page() -> None:
    blocks = [block for _, block in BLOCK.findall(EXTENDING.read_text(encoding="utf-8"))]
    shown = {named[1]: block for block in blocks if (named := FILE.match(block))}
    kept = {
        path.relative_to(PLUGIN).as_posix(): path.read_text(encoding="utf-8")
        for suffix in ("py", "toml", "yaml")
        for path in PLUGIN.rglob(f"*.{suffix}")
    }
    assert shown == kept


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Follow the page about extensions and return its folder and the output of each step."""
    reader = Reader(tmp_path_factory.mktemp("extending"))
    return reader.folder, reader.read(EXTENDING.read_text(encoding="utf-8"))


def test_campaign_of_another_package_is_listed_in_the_help(
    extended: tuple[Path, dict[str, str]],
) -> None:
    assert "Fit the equation of state of a crystal." in output_of(extended, "liponflow run --help")
    shown = output_of(extended, "liponflow run eos --help")
    assert re.search(r"--strain +FRACTION +Largest linear strain", shown)


def test_campaign_of_another_package_is_estimated_and_run(
    extended: tuple[Path, dict[str, str]],
) -> None:
    estimate = output_of(extended, "liponflow run eos --engine emt --engine-set")
    assert re.search(r"^static +7 +4 ", estimate, re.MULTILINE)
    printed = output_of(extended, "liponflow run eos --engine emt --strain")
    assert "effective medium theory" in printed
    result = json.loads((extended[0] / "copper" / "eos.json").read_text(encoding="utf-8"))
    assert result["provenance"]["engine"]["name"] == "emt"
    assert result["provenance"]["parameters"]["strain"] == 0.02
    assert result["provenance"]["packages"]["liponflow-eos"] == "1.0"
    volume, modulus = copper_by_ase(strain=0.02)
    assert result["volume"] == pytest.approx(volume, rel=1e-4)
    assert result["bulk_modulus"] == pytest.approx(modulus, rel=1e-3)


def copper_by_ase(strain: float) -> tuple[float, float]:
    """Return volume (Å³/atom) and bulk modulus (GPa) of Cu in EMT, without liponflow."""
    volumes, energies = [], []
    for scale in np.linspace(1 - strain, 1 + strain, 7):
        atoms = bulk("Cu", "fcc", a=3.61 * scale)
        atoms.calc = EMT()
        volumes.append(atoms.get_volume())
        energies.append(atoms.get_potential_energy())
    volume, _, modulus = EquationOfState(volumes, energies, eos="birchmurnaghan").fit()
    return volume, modulus / GPa


def test_result_of_another_package_is_queried_exported_and_plotted(
    extended: tuple[Path, dict[str, str]],
) -> None:
    folder = extended[0]
    assert re.search(
        r"^\w{8} +eos +Cu +emt ", output_of(extended, "liponflow results list"), re.MULTILINE
    )
    assert "bulk modulus, GPa" in output_of(extended, "liponflow results show")
    header, *rows = (folder / "points.csv").read_text(encoding="utf-8").splitlines()
    assert header == "volume (Å³/atom),energy (eV/atom)"
    assert len(rows) == 7
    for name in ("copper/energy.png", "figures/energy.png"):
        assert (folder / name).stat().st_size > 1000


def output_of(session: tuple[Path, dict[str, str]], beginning: str) -> str:
    """Return the output of the only step that begins with this command."""
    (found,) = [text for step, text in session[1].items() if step.startswith(beginning)]
    return found


def test_resume_finishes_the_killed_run(session: tuple[Path, dict[str, str]]) -> None:
    before = output_of(session, "liponflow run lithiation --structure")
    after = output_of(session, "liponflow resume")
    finished = re.findall(r"finished (relax .+)", before)
    assert finished
    started = re.findall(r"started (.+)", after)
    assert started
    assert not set(finished) & set(started)
    assert "lithiation of LiCoO2" in after


def test_commands_write_the_files_named_on_the_page(session: tuple[Path, dict[str, str]]) -> None:
    folder = session[0]
    names = {"lco/lithiation.json", "lco/voltage.png", "states.csv", "POSCAR", "figures/hull.svg"}
    assert [name for name in names if not (folder / name).is_file()] == []
    assert (folder / "states.csv").read_text().startswith("x,")


def test_queries_of_the_readme_find_the_campaign(session: tuple[Path, dict[str, str]]) -> None:
    assert "LiCoO2" in output_of(session, "liponflow results list")
    assert "voltages" in output_of(session, "liponflow results show")
    assert "LiCoO2" in output_of(session, "from liponflow.store.frames")


def test_settings_table_is_complete() -> None:
    from liponflow.settings import Settings

    table = README.split("## Settings")[1].split("##")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(Settings.model_fields)


def test_readme_lists_every_extra() -> None:
    table = README.split("## Installation")[1].split("## ")[0]
    extras = metadata("liponflow").get_all("Provides-Extra")
    assert sorted(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == sorted(extras or [])
