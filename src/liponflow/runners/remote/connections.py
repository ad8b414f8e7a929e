"""Connections to workers, and in words for the user why there is none."""

import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Any

from liponflow.redaction import without_secrets
from liponflow.runners.remote.errors import WorkerError

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project, WorkerBase
    from jobflow_remote.remote.host import BaseHost
    from jobflow_remote.utils.remote import SharedHosts

SSH_PORT = 22

FAULTS = {
    r"PasswordRequired|encrypted": "its key needs a passphrase: load the key into ssh-agent",
    r"AuthenticationException|BadAuthenticationType": "it refuses the key of this user",
    r"private key file": "the private key cannot be read",
    r"gaierror|CouldNotCanonicalize": "the name of the host is not known",
    r"NoValidConnections|ConnectionRefused": "nothing listens at this port",
    r"protocol banner": "what answers at this port is no SSH server",
    r"TimeoutError|CommandTimedOut|timed out|No route|unreachable": "it does not answer in time",
    r"EOFError|ConnectionReset|BrokenPipe|dropped|Socket is closed|not active|Not connected"
    r"|SSHException": "the connection was lost",
}
"""What the errors of paramiko, fabric and sockets mean, the first that fits."""


@contextmanager
def connected(name: str, worker: "WorkerBase") -> Iterator["BaseHost"]:
    """Connect to the host of a worker.

    Parameters
    ----------
    name, worker
        The worker.

    Raises
    ------
    WorkerError
        If it cannot be reached, does not run commands, or is lost within the block.
    """
    with _quiet(), _worker_errors(name, worker):
        host = worker.get_host()
        try:
            host.connect()
            if error := host.test():
                raise OSError(str(error).strip().splitlines()[-1])
            yield host
        finally:
            host.close()


@contextmanager
def connections(project: "Project", names: Iterable[str]) -> Iterator["SharedHosts"]:
    """Connect to the hosts of workers, for all that jobflow-remote does there within the block.

    Parameters
    ----------
    project
        The project.
    names
        Its workers that must be reached.

    Raises
    ------
    WorkerError
        If one cannot be reached.
    """
    from jobflow_remote.utils.remote import SharedHosts

    with _quiet(), SharedHosts(project) as hosts:
        for name in names:
            with _worker_errors(name, project.workers[name]):
                hosts.get_host(name)
        yield hosts


@contextmanager
def _worker_errors(name: str, worker: "WorkerBase") -> Iterator[None]:
    from invoke.exceptions import CommandTimedOut
    from paramiko.ssh_exception import SSHException

    try:
        yield
    except (OSError, EOFError, SSHException, CommandTimedOut, TimeoutExpired) as error:
        line = f"{type(error).__name__}: {error}"
        reason = connection_fault(name, worker, line) or f"worker {name}: {line}"
        raise WorkerError(reason) from error


def connection_fault(name: str, worker: "WorkerBase", error: str) -> str | None:
    """Say why a host cannot be reached, and what to try.

    Parameters
    ----------
    name, worker
        The worker.
    error
        The error, in a line.

    Returns
    -------
    str or None
        None if it is not an error of a connection, or the worker is on this machine.
    """
    if worker.is_local:
        return None
    meanings = [words for sign, words in FAULTS.items() if re.search(sign, error)]
    keys = _keys(worker)
    absent = [str(key) for key in keys if not key.is_file()]
    if absent and (meanings or "FileNotFoundError" in error):
        meanings = [f"there is no key {', '.join(absent)}"]
    if not meanings:
        return None
    user, host, port = _address(worker)
    command = ["ssh", f"-p {port}", *(f"-i {key}" for key in keys), f"{user}@{host}", "true"]
    return (
        f"worker {name} cannot be reached as {user}@{host}, port {port}: {meanings[0]} "
        f"({without_secrets(error)}); `{' '.join(command)}` must work first, without a question; "
        "host, user, port and key_filename are in the project file"
    )


def host_key_fault(host: "BaseHost", worker: "WorkerBase") -> tuple[bool, str] | None:
    """Compare the key by which a host identifies itself with the one that is known here.

    jobflow-remote accepts any key.

    Returns
    -------
    tuple of bool and str, or None
        Whether the host is an impostor for all that is known, and what is wrong; None if the key
        is the known one, or the worker is on this machine.
    """
    from paramiko.hostkeys import HostKeys

    connection: Any = getattr(host, "connection", None)
    if connection is None:
        return None
    _, name, port = _address(worker)
    entry = name if port == SSH_PORT else f"[{name}]:{port}"
    shown = connection.transport.get_remote_server_key()
    words = f"its host key is {shown.get_name()} {shown.fingerprint}"
    known = HostKeys()
    for file in (Path("~/.ssh/known_hosts").expanduser(), Path("/etc/ssh/ssh_known_hosts")):
        with suppress(OSError):
            known.load(str(file))
    if known.check(entry, shown):
        return None
    if same_kind := (known.lookup(entry) or {}).get(shown.get_name()):
        return True, f"{words}, but {same_kind.fingerprint} is in known_hosts"
    return False, f"{words}, which is not in known_hosts, and jobflow-remote does not ask"


def _address(worker: Any) -> tuple[str, str, int]:
    """Return user, host and port, those of ``~/.ssh/config`` where the project has none."""
    connection = getattr(worker.get_host(), "connection", None)
    if connection is None:
        return worker.user or "", worker.host, worker.port or SSH_PORT
    return connection.user, connection.host, connection.port


def _keys(worker: Any) -> list[Path]:
    keys = worker.key_filename or []
    return [Path(key) for key in ([keys] if isinstance(keys, str) else keys)]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries off the terminal.

    They log tracebacks of what they raise, and fabric sends what is typed, or the rest of a
    script, to the commands on the host.
    """
    loggers = [logging.getLogger(name) for name in ("paramiko", "jobflow_remote.remote")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    typed = sys.stdin
    try:
        with Path(os.devnull).open(encoding="utf-8") as sys.stdin:
            yield
    finally:
        sys.stdin = typed
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
