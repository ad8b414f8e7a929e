"""A worker process: runs one job after another for the runner that started it.

Requests come as JSON lines on standard input, the first with the set-up; one reply per job goes
out on standard output. A worker ends with its runner, however that ends, together with the
programs that its job started.
"""

import json
import os
import queue
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

import psutil  # type: ignore[import-untyped]


def main() -> None:
    """Serve requests until the runner closes its end of the pipe."""
    requests, replies = _take_over_pipes()
    incoming: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, incoming), daemon=True).start()
    setup = json.loads(incoming.get())
    sys.path[:] = setup["sys_path"]
    # Imported late, so that the runner can send a large job without waiting for the import.
    from liponflow.runners.documents import loads
    from liponflow.runners.execution import serve

    while True:
        reply = serve(loads(incoming.get()), setup["trusted"], setup["stores"])
        replies.write(json.dumps(reply).encode() + b"\n")


def kill_tree(pid: int) -> None:
    """Kill a process and all its descendants (custodian starts VASP in its own session).

    Parameters
    ----------
    pid
        This process, or a child that has not been waited for.
    """
    process = psutil.Process(pid)
    descendants = process.children(recursive=True)
    # The parent first, so that it starts nothing new; this process can only be the last.
    family = [*descendants, process] if pid == os.getpid() else [process, *descendants]
    for member in family:
        with suppress(psutil.Error):  # it may have ended on its own
            member.kill()


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes to the runner, out of reach of jobs and the programs that they start."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return requests, replies


def _receive(requests: BinaryIO, incoming: queue.SimpleQueue[bytes]) -> None:
    try:
        for line in requests:
            incoming.put(line)
        kill_tree(os.getpid())
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
