"""The runner's side of its worker processes."""

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
"""Two threads of torch are slower than one when every core already has a worker."""

Task = TypeVar("Task")


@dataclass
class _Worker(Generic[Task]):
    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    replies: IO[bytes]
    task: Task | None = None


class WorkerPool(Generic[Task]):
    """Up to `size` worker processes, started when there is work for them.

    Parameters
    ----------
    size
        Largest number of processes.
    trusted
        Top-level packages whose classes a document may name, beside the usual ones.
    stores
        Names of the additional stores.
    log_file
        Where workers print outside jobs.
    environment
        Variables that the workers have beside those of this process.
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
        """What the workers are busy with."""
        return [worker.task for worker in self._workers if worker.task is not None]

    @property
    def full(self) -> bool:
        """Whether every worker is busy."""
        return len(self.tasks) >= self.size

    def submit(self, task: Task, request: dict[str, Any]) -> None:
        """Give a worker something to do; a dead one shows in :meth:`wait`."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        worker = idle or self._start()
        worker.task = task
        _send(worker, dumps(request))

    def wait(self, timeout: float) -> list[tuple[Task, dict[str, Any]]]:
        """Collect what the workers answered.

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
            # A forked child may keep the pipe of a dead worker open: ask for its status too.
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
                [sys.executable, "-P", "-u", "-m", "liponflow.runners.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._log_file.parent,
                env=os.environ | ONE_THREAD | self._environment,
                start_new_session=True,  # a Ctrl-C in the terminal is for the runner alone
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
        with suppress(BrokenPipeError):  # something unsent may still be in the buffer
            worker.requests.close()
        return status


def _send(worker: _Worker[Any], line: str) -> None:
    with suppress(BrokenPipeError):  # the worker is dead; wait() will say so
        worker.requests.write(line.encode() + b"\n")
        worker.requests.flush()


def _end(returncode: int) -> str:
    if returncode < 0:
        return f"killed by signal {-returncode} ({signal.Signals(-returncode).name})"
    return f"exited with status {returncode}"
