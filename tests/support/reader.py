"""Follow the README or a page of ``docs``, command by command.

Each page is followed from top to bottom in a separate folder.

Blocks marked ``console`` and ``python`` run as printed, with these exceptions only:

- ``liponflow`` runs in a process that has the packages of others imported, except where it is
  killed (tests/support/warm.py).
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

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from importlib.metadata import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTENDING = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"^```(console|python|toml|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./]+\.(?:py|toml|yaml))\n")
INSTALL = "python -m pip install --quiet --no-deps --no-build-isolation --no-index --target {} ."
QUICK = "--help|--entries|--engine emt"
"""Options of the commands that run as printed."""
UUID = re.compile(r"\bb7623429\b")
PRIVATE = ("LIPONFLOW_", "ATOMATE2_", "PMG_")
"""Prefixes of variables with settings of the user who runs the tests."""
TOOLS = Path(sys.executable).parent
PATIENCE = 300
"""Longest wait for a first calculation on a busy machine (s)."""


class Session(NamedTuple):
    """A page that has been followed: its folder, and the output of each step."""

    folder: Path
    printed: dict[str, str]

    def output_of(self, beginning: str) -> str:
        """Return the output of the only step that begins with this command."""
        (found,) = [text for step, text in self.printed.items() if step.startswith(beginning)]
        return found


class Reader:
    """A user who follows a page in an empty folder, with the package on the PATH.

    Parameters
    ----------
    folder
        The empty folder.
    programs
        Folder of the programs that stand in for those of the package.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.found = ""
        tools = f"{programs}{os.pathsep}{TOOLS}"
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
            assert done.returncode == 2, done.stderr
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
                ["bash", "-c", f"exec {TOOLS}/{command}"],
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

    def read(self, page: str) -> Session:
        """Follow a page from top to bottom."""
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
        return Session(self.folder, printed)

    def uuid(self, _: re.Match[str]) -> str:
        """Return the first characters of the uuid of the only result."""
        code = (
            "from liponflow.store.results import find_results, open_store;"
            "print(find_results(open_store('liponflow.db', read_only=True))[0].uuid[:8])"
        )
        self.found = self.found or self.type(f'python -c "{code}"').stdout.strip()
        return self.found
