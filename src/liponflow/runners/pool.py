"""Pool of worker processes, as the runner sees them."""

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from liponflow.runners.documents import dumps
from liponflow.runners.worker import kill_tree

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""Thread limits of the workers: more threads than cores slow all of them down."""

COMMAND = [sys.executable, "-P", "-u", "-m", "liponflow.runners.worker"]
"""How a worker is started."""

Task = TypeVar("Task")


@dataclass
class _Worker(Generic[Task]):
    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    replies: IO[bytes]
    task: Task | None = None


class WorkerPool(Generic[Task]):
    """Pool of up to `size` worker processes, started on demand.

    Parameters
    ----------
    size
        Largest number of processes.
    trusted
        Packages, and classes as ``module:name``, that documents may name beside the usual ones.
    stores
        Names of the additional stores.
    log_file
        File for what workers print outside jobs.
    environment
        Environment variables of the workers, in addition to those of this process.
    """

    def __init__(
        self,
        size: int,
        *,
        trusted: Iterable[str],
        stores: Iterable[str],
        log_file: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.size = size
        self._environment = dict(environment)
        self._log_file = log_file
        # Relative entries of sys.path would mean something else in a job's directory.
        paths = [str(Path(path).resolve()) for path in sys.path]
        self._setup = {"sys_path": paths, "trusted": list(trusted), "stores": list(stores)}
        self._workers: list[_Worker[Task]] = []

    @property
    def tasks(self) -> list[Task]:
        """Tasks that the workers are running."""
        return [worker.task for worker in self._workers if worker.task is not None]

    @property
    def full(self) -> bool:
        """Whether every worker is busy."""
        return len(self.tasks) >= self.size

    def submit(self, task: Task, request: dict[str, Any]) -> None:
        """Submit a task to a worker; :meth:`wait` reports a dead worker."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        worker = idle or self._start()
        worker.task = task
        _send(worker, dumps(request))

    def wait(self, timeout: float) -> list[tuple[Task, dict[str, Any]]]:
        """Return the replies of the workers.

        Parameters
        ----------
        timeout
            Longest wait in seconds.

        Returns
        -------
        list of (task, reply)
            The reply of a worker that died is ``{"state": "died", "cause": ...}``.
        """
        busy = [(worker, worker.task) for worker in self._workers if worker.task is not None]
        with selectors.DefaultSelector() as selector:
            for worker, _ in busy:
                selector.register(worker.replies, selectors.EVENT_READ, worker)
            readable = [key.data for key, _ in selector.select(timeout)]
        answered = []
        for worker, task in busy:
            line = worker.replies.readline() if worker in readable else b""
            if line.endswith(b"\n"):
                answered.append((task, json.loads(line)))
                worker.task = None
            # A forked child may keep the pipe of a dead worker open: check its exit status too.
            elif worker in readable or worker.process.poll() is not None:
                self._workers.remove(worker)
                cause = f"worker {_end(self._bury(worker))}"
                answered.append((task, {"state": "died", "cause": cause}))
        return answered

    def close(self) -> None:
        """Kill the workers and everything that their jobs started."""
        for worker in self._workers:
            if worker.process.poll() is None:
                kill_tree(worker.process.pid)
        for worker in self._workers:
            self._bury(worker)
        self._workers.clear()

    def _start(self) -> _Worker[Task]:
        with self._log_file.open("ab") as log:
            process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._log_file.parent,
                env=os.environ | ONE_THREAD | self._environment,
                start_new_session=True,  # a Ctrl-C in the terminal reaches only the runner
            )
        assert process.stdin is not None  # noqa: S101  both are pipes
        assert process.stdout is not None  # noqa: S101
        worker: _Worker[Task] = _Worker(process, process.stdin, process.stdout)
        self._workers.append(worker)
        _send(worker, json.dumps(self._setup))
        return worker

    def _bury(self, worker: _Worker[Task]) -> int:
        try:
            status = worker.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it closed its pipe, but lives
            kill_tree(worker.process.pid)
            status = worker.process.wait()
        worker.replies.close()
        with suppress(BrokenPipeError):  # unsent data may still be in the buffer
            worker.requests.close()
        return status


def _send(worker: _Worker[Any], line: str) -> None:
    with suppress(BrokenPipeError):  # the worker is dead; wait() reports it
        worker.requests.write(line.encode() + b"\n")
        worker.requests.flush()


def _end(returncode: int) -> str:
    if returncode < 0:
        return f"killed by signal {-returncode} ({signal.Signals(-returncode).name})"
    return f"exited with status {returncode}"
