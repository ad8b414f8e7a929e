"""Commands of a shell that this process runs, which saves the imports of each.

A script of the name of the command hands its directory and its arguments over, and gives the
status and the output back.
"""

import os
import subprocess
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Command = Callable[[Sequence[str]], tuple[int, str]]
"""Runs in the current directory with arguments; returns its status and what it printed."""

_SCRIPT = """#!/bin/bash
{{ printf '%s\\x1f' {name} "$PWD" "$@"; echo; }} > {asked}
read -r status < {answered}
cat {printed}
exit "$status"
"""


class Shell:
    """A shell in which some commands are functions of this process."""

    def __init__(self, folder: Path, commands: Mapping[str, Command]) -> None:
        self.commands = commands
        folder.mkdir()
        self.asked, self.answered = folder / "asked", folder / "answered"
        self.printed, self.folder = folder / "printed", folder
        for fifo in (self.asked, self.answered):
            os.mkfifo(fifo)
        for name in commands:
            script = folder / name
            script.write_text(
                _SCRIPT.format(
                    name=name, asked=self.asked, answered=self.answered, printed=self.printed
                )
            )
            script.chmod(0o755)

    def run(
        self, lines: str, directory: Path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run lines in a directory, and stop at the first that fails."""
        server = threading.Thread(target=self._serve)
        server.start()
        try:
            path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
            return subprocess.run(
                ["bash", "-ec", lines],
                cwd=directory,
                env=os.environ | {"PATH": path} | variables,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            self.asked.write_text("\n")
            server.join()

    def _serve(self) -> None:
        # Opened for both, so that neither end waits for the other, which may have been killed.
        with (
            os.fdopen(os.open(self.asked, os.O_RDWR)) as asked,
            os.fdopen(os.open(self.answered, os.O_RDWR), "wb", buffering=0) as answered,
        ):
            while request := asked.readline().removesuffix("\n"):
                name, directory, *arguments = request.removesuffix("\x1f").split("\x1f")
                home = Path.cwd()
                os.chdir(directory)
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")  # as in a process of its own
                        status, text = self.commands[name](arguments)
                except Exception as error:  # noqa: BLE001 - the shell waits for an answer
                    status, text = 70, f"{directory}: {error!r}\n"
                finally:
                    os.chdir(home)
                self.printed.write_text(text)
                answered.write(f"{status}\n".encode())
