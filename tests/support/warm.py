"""Python that starts at once: processes forked from a server with the heavy packages imported.

``warm.py SOCKET`` is the server. ``warm.py SOCKET MODULE ARGUMENTS`` is a process that runs a
module as ``python -m`` would, and ``warm.py SOCKET -c CODE ARGUMENTS`` code, in a fork of the
server that has its directory, variables and streams. The fork is killed with the process, and the
process ends as the fork: with its status, or by its signal.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

IMPORTED = (
    "chgnet.model",
    "custodian.vasp.jobs",
    "emmet.core.neb",
    "jobflow",
    "pandas",
    "phonopy",
    "pymatgen.alchemy.materials",
    "rich.progress",
    "typer",
)
"""Packages of others. Ours, and atomate2 with its settings, are imported by each process."""

STREAMS = (0, 1, 2)
READY = b"ready\n"
PRIVATE = ("LIPONFLOW_", "ATOMATE2_", "JOBFLOW_", "PMG_")
"""Prefixes of variables with settings of the user who runs the tests."""


@contextmanager
def server() -> Iterator[list[str]]:
    """Start a server, and yield the beginning of the command of a process."""
    import subprocess
    from tempfile import TemporaryDirectory

    variables = {key: value for key, value in os.environ.items() if not key.startswith(PRIVATE)}
    with TemporaryDirectory() as home:
        address = f"{home}/socket"
        with subprocess.Popen(
            [sys.executable, __file__, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=variables | {"HOME": home},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == READY
            yield [sys.executable, "-IS", __file__, address]
            process.stdin.close()


def ask(address: str, arguments: list[str]) -> None:
    """Let the server run a module, and end as it ends."""
    # Without pathlib, whose import takes longer than all the rest.
    request = json.dumps([arguments, os.getcwd(), dict(os.environ)])  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(address)
        socket.send_fds(asked, [b"\n"], STREAMS)
        asked.sendall(request.encode() + b"\n")
        answer = asked.recv(16)
    if not answer:
        sys.exit(f"{address}: the server ended before this process")
    status = int(answer)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


def serve(address: str) -> None:
    """Serve until standard input closes, which whoever started the server holds open."""
    import importlib
    import socketserver
    import threading

    for name in IMPORTED:
        importlib.import_module(name)

    class Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
        max_children = 1000

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _answer(self.request)

    with Server(address, Handler) as opened:
        os.write(1, READY)
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        sys.stdin.read()


def _answer(client: socket.socket) -> None:
    """Start the process that a client asks for, and tell it the status."""
    import select

    _, streams, _, _ = socket.recv_fds(client, 1, len(STREAMS))
    with client.makefile("r") as lines:
        request = json.loads(lines.readline())
    pid = os.fork()
    if not pid:
        for ours, theirs in zip(STREAMS, streams, strict=True):
            os.dup2(theirs, ours)
            os.close(theirs)
        client.close()
        _become(*request)
    for stream in streams:
        os.close(stream)
    ready, _, _ = select.select([os.pidfd_open(pid), client], [], [])
    if client in ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if client not in ready:
        client.send(b"%d" % os.waitstatus_to_exitcode(status))


def _become(arguments: list[str], directory: str, variables: dict[str, str]) -> None:
    """Run as the process of a client."""
    import runpy
    import traceback

    import numpy as np
    from pymatgen import core

    os.setsid()
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[1:1] = filter(None, variables.get("PYTHONPATH", "").split(os.pathsep))
    core.SETTINGS.clear()
    core.SETTINGS.update(core._load_pmg_settings())
    np.random.seed()  # noqa: NPY002 - else every fork would draw the same numbers
    status: object = None
    try:
        if arguments[0] == "-c":
            sys.argv = ["-c", *arguments[2:]]
            exec(arguments[1], {"__name__": "__main__"})  # noqa: S102
        else:
            sys.argv = arguments
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 - as Python does at its end
        traceback.print_exc()
        status = 1
    if isinstance(status, str):
        sys.stderr.write(f"{status}\n")
        status = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        ask(sys.argv[1], sys.argv[2:])
    serve(sys.argv[1])
