"""The process in which GPAW runs: its start, the conversation with it, and its end."""

import json
import os
import shlex
import subprocess
import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ase.calculators.calculator import CalculationFailed

WORKER = Path(__file__).with_name("worker.py")
"""Script that the process runs."""

PATIENCE_S = 10.0
"""Time that a process is given to end after its input has been closed (s)."""

_TAIL = 15
"""Lines of the output of a process that an error quotes."""


class GpawError(CalculationFailed):
    """A calculation that GPAW could not do, or a process that has failed."""


class GpawProcess:
    """A running worker.

    Parameters
    ----------
    command
        Command that runs a Python with GPAW, such as ``["mpiexec", "-n", "8", "gpaw", "python"]``;
        this Python by default. It is never passed to a shell.
    directory
        Working directory of the process, an existing folder.

    Attributes
    ----------
    directory
        Working directory.
    output
        File of everything that the process prints.
    ready
        First message of the process: ``versions`` of packages, ``ranks`` and ``setup_paths``.

    Raises
    ------
    GpawError
        If the command cannot be run, or ends before GPAW has been imported.
    """

    def __init__(self, command: Sequence[str] | None, directory: Path) -> None:
        self.directory = directory
        self._command = [*(command or [sys.executable]), str(WORKER)]
        self.output = unused(directory / "gpaw-worker.log")
        with self.output.open("wb") as output:
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=output,
                    cwd=directory,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                raise GpawError(
                    f"the command of GPAW cannot be run: {shlex.join(self._command)}: "
                    f"{error.strerror or error}; correct the setting gpaw_cmd"
                ) from error
        self._finalizer = weakref.finalize(self, _end, self._process)
        self.ready = self._receive("ready")

    def send(self, document: dict[str, Any]) -> None:
        """Send a message that is not answered."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        try:
            self._process.stdin.write(json.dumps(document) + "\n")
            self._process.stdin.flush()
        except OSError as error:  # a broken pipe
            raise self._died() from error

    def ask(self, document: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return its answer, an evaluation or an error.

        Raises
        ------
        GpawError
            If the process ends before it answers.
        """
        self.send(document)
        return self._receive("evaluation", "error")

    def close(self) -> None:
        """End the process."""
        self._finalizer()

    def tail(self) -> str:
        """Return the last lines of what the process printed, indented."""
        with self.output.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_TAIL:]) or "  (nothing)"

    def _receive(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of these kinds; launchers print lines of their own."""
        stream: IO[str] | None = self._process.stdout
        assert stream is not None  # noqa: S101 - a pipe
        for line in stream:
            try:
                document = json.loads(line)
            except ValueError:
                document = None
            if isinstance(document, dict) and document.get("answer") in kinds:
                return document
            with self.output.open("a", encoding="utf-8") as output:
                output.write(line)
        raise self._died()

    def _died(self) -> GpawError:
        _end(self._process)
        code = self._process.returncode
        ended = f"by signal {-code}" if code < 0 else f"with status {code}"
        memory = "; signal 9 is often the lack of memory" if code == -9 else ""  # noqa: PLR2004
        return GpawError(
            f"the process of GPAW ended {ended}{memory} (command {shlex.join(self._command)}, "
            f"directory {self.directory}). The end of {self.output.name}:\n{self.tail()}"
        )


def unused(path: Path) -> Path:
    """Return a path, with a number before its suffix if the file exists.

    Examples
    --------
    >>> unused(Path("/nowhere/gpaw.txt")).name
    'gpaw.txt'
    """
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found


def _end(process: "subprocess.Popen[str]") -> None:
    """Close the input of a process, at which it ends, and kill it if it does not."""
    if process.stdin is not None:
        with suppress(OSError):  # it has ended with a request unread
            process.stdin.close()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
