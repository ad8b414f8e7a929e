"""MongoDB servers of the tests: SecantusDB in a process of its own, or one that the user names."""

import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

PROGRAM = Path(sys.executable).with_name("secantusd-py")
START_S = 30
"""Longest time until a server answers (s)."""


class MongoServer:
    """SecantusDB on a port of 127.0.0.1.

    Parameters
    ----------
    folder
        Folder of its files; a server that is started again there continues with them.
    *options
        Further options of the program, such as ``--auth``.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        if not PROGRAM.exists():
            pytest.skip("the extra `queue` is not installed")
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.uri = f"mongodb://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    PROGRAM, "--host", "127.0.0.1", "--port", str(self.port),
                    "--storage-path", self.folder / "data", "--cache-size", "64M",
                    "--sync-on-commit", *self.options,
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + START_S
        while not answers(self.uri):
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < end, f"no answer within {START_S} s"

    def kill(self) -> None:
        """End the server with SIGKILL, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End the server."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(uri: str) -> bool:
    """Return whether a server answers within half a second."""
    with MongoClient(uri, serverSelectionTimeoutMS=500) as client:
        try:
            client.admin.command("ping")
        except ConnectionFailure:
            return False
        return True


@dataclass(frozen=True)
class MongoDatabase:
    """An empty database on a server."""

    uri: str
    name: str

    def specification(self, data: str = "MongoStore") -> dict[str, Any]:
        """Return the specification of a JobStore, with its data in a store of some type."""
        place = {"uri": self.uri, "database": self.name}
        return {
            "docs_store": {"type": "MongoStore", "collection_name": "outputs", **place},
            "additional_stores": {"data": {"type": data, "collection_name": "data", **place}},
        }
