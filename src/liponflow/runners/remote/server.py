"""A queue for one user without a database server: SecantusDB, started as a process of its own.

SecantusDB speaks MongoDB's protocol and keeps its data in WiredTiger files. It is a beta under the
GPL-2, so nothing of it is imported here; the extra ``queue`` installs it. It writes each commit to
the disk (``--sync-on-commit``): without that, a kill loses what it has acknowledged.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil  # type: ignore[import-untyped]

from liponflow import durable
from liponflow.runners.remote.certificate import write_certificate
from liponflow.runners.remote.errors import QueueError

PROGRAM = "secantusd-py"
INSTALL = "pip install -c constraints.txt '.[queue]', in the checkout of liponflow"
HOST = "127.0.0.1"
USER = "liponflow"
DATABASE = "liponflow_queue"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700

START_S, STOP_S = 60.0, 10.0
"""How long the server may take to answer, and to end (s)."""


@dataclass(frozen=True)
class Address:
    """Where a queue server answers, and to whom.

    Attributes
    ----------
    port
        Port on this machine.
    password
        Password of :data:`USER`; other users of the machine reach the port, too.
    """

    port: int
    password: str = field(repr=False)

    def store(self) -> dict[str, Any]:
        """Return the specification of a maggma store on the server."""
        return {
            "type": "MongoStore",
            "host": HOST,
            "port": self.port,
            "database": DATABASE,
            "username": USER,
            "password": self.password,
            "auth_source": "admin",
            "collection_name": "jobs",
            "mongoclient_kwargs": {"serverSelectionTimeoutMS": 10_000},
        }


class QueueServer:
    """The queue server whose data are in a folder.

    Parameters
    ----------
    folder
        Folder of the server; made when it starts for the first time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pid(self) -> int | None:
        """Process of the server; None if it does not run."""
        try:
            record = json.loads(self._pid_file.read_text(encoding="utf-8"))
            process = psutil.Process(record["pid"])
            running = str(self._data) in process.cmdline()
        except (OSError, ValueError, KeyError, psutil.Error):
            return None
        return int(record["pid"]) if running else None

    @property
    def is_there(self) -> bool:
        """Whether it was ever started in this folder."""
        return self._address_file.is_file()

    @property
    def address(self) -> Address:
        """Where it answers.

        Raises
        ------
        QueueError
            If it was never started in this folder.
        """
        try:
            return Address(**json.loads(self._address_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise QueueError(
                f"there is no queue server in {self.folder}: `liponflow setup hpc --local-queue` "
                "makes one"
            ) from error

    def start(self, port: int | None = None) -> Address:
        """Start the server unless it runs, and wait until it answers.

        Parameters
        ----------
        port
            Port of a new server; a free one if None. It keeps its port.

        Raises
        ------
        QueueError
            If SecantusDB is not installed, the server does not start (its log is named), or it
            has another port.
        """
        self._make_folder()
        with self._starting():
            if self.pid is None and not self.is_there:
                self._introduce(Address(port or _free_port(), secrets.token_urlsafe(24)))
            address = self.address
            if port not in {None, address.port}:
                raise QueueError(
                    f"the queue server in {self.folder} keeps its port, {address.port}: leave out "
                    f"--port {port}"
                )
            if self.pid is None:
                self._launch(address.port, "--auth")
        return address

    def stop(self) -> bool:
        """End the server; return whether it ran.

        One that does not end by itself, as it waits for its clients, is killed: what it has
        acknowledged is on the disk.
        """
        pid = self.pid
        if pid is None:
            return False
        with suppress(psutil.NoSuchProcess):  # it has just ended
            process = psutil.Process(pid)
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait()
        self._pid_file.unlink(missing_ok=True)
        return True

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
            self.folder.chmod(PRIVATE_FOLDER)
        except OSError as error:
            raise QueueError(
                f"cannot make {self.folder}: {error.strerror}; name another folder"
            ) from error

    def _introduce(self, address: Address) -> None:
        """Make the user of a new server, or give the one that is there a new password.

        SecantusDB lets anyone in until it has a user and ``--auth``. It is therefore started for
        this with a certificate, which every client must have, too.
        """
        from pymongo import MongoClient

        pem = self.folder / "first_start.pem"
        write_certificate(pem, HOST)
        try:
            self._launch(
                port := _free_port(), "--tls-cert-file", str(pem), "--tls-key-file", str(pem),
                "--tls-ca-file", str(pem), "--tls-require-client-cert",
            )  # fmt: skip
            with MongoClient[dict[str, Any]](
                HOST, port, tls=True, tlsCAFile=str(pem), tlsCertificateKeyFile=str(pem),
                serverSelectionTimeoutMS=1000 * START_S,
            ) as client:  # fmt: skip
                # There is one already if a first start was killed, or the address file is lost.
                known = client.admin.command("usersInfo", USER)["users"]
                client.admin.command(
                    "updateUser" if known else "createUser", USER, pwd=address.password,
                    roles=[{"role": "root", "db": "admin"}],
                )  # fmt: skip
        finally:
            self.stop()
            pem.unlink()
        durable.write(self._address_file, json.dumps(asdict(address)), mode=PRIVATE_FILE)

    def _launch(self, port: int, *options: str) -> None:
        config = self.folder / "secantusd.toml"
        config.touch()  # none of the user's own
        command = [
            _program(), "--config", str(config), "--host", HOST, "--port", str(port),
            "--storage-path", str(self._data), "--sync-on-commit", "--log-level", "WARNING",
            *options,
        ]  # fmt: skip
        pid = _spawn(command, self._log)
        record = {"pid": pid, "started": datetime.now(UTC).isoformat(timespec="seconds")}
        durable.write(self._pid_file, json.dumps(record), mode=PRIVATE_FILE)
        end = monotonic() + START_S
        while not _listens(pid, port):
            if os.waitpid(pid, os.WNOHANG) != (0, 0) or monotonic() > end:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                raise QueueError(
                    f"the queue server does not start on port {port} of {HOST}: see {self._log}; "
                    "is the port in use, the disk full?"
                )
            sleep(0.1)

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """Let one process at a time start the server."""
        import fcntl

        with (self.folder / "start.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @property
    def _data(self) -> Path:
        return self.folder.resolve() / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / "server.pid"

    @property
    def _address_file(self) -> Path:
        return self.folder / "address.json"


def _program() -> str:
    """Return the path of the server's program, beside this Python or on the PATH."""
    beside = Path(sys.executable).parent / PROGRAM
    found = str(beside) if beside.is_file() else shutil.which(PROGRAM)
    if found is None:
        raise QueueError(f"SecantusDB, the queue server, is not installed: {INSTALL}")
    return found


def _spawn(command: list[str], log: Path) -> int:
    """Start a process that outlives this one, and return its pid."""
    read, append = os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, read, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, PRIVATE_FILE),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def is_installed() -> bool:
    """Return whether the program of the server is there."""
    try:
        _program()
    except QueueError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _listens(pid: int, port: int) -> bool:
    """Return whether a process answers at a port: another program may have taken that."""
    try:
        connections = psutil.Process(pid).net_connections("tcp4")
    except psutil.Error:  # it has ended
        return False
    listening = {item.laddr.port for item in connections if item.status == psutil.CONN_LISTEN}
    return port in listening
