"""A pool of workers that runs each job in this process, which saves their start."""

import warnings
from pathlib import Path
from typing import Any, Generic, TypeVar

from liponflow.runners.documents import dumps, loads
from liponflow.runners.execution import serve

Task = TypeVar("Task")


class InProcessPool(Generic[Task]):
    """Takes the place of :class:`liponflow.runners.pool.WorkerPool`."""

    def __init__(self, _: int, *, trusted, stores, **__: Any) -> None:
        self.size = 1
        self._setup = list(trusted), list(stores)
        self.tasks: list[Task] = []
        self._replies: list[dict[str, Any]] = []

    @property
    def full(self) -> bool:
        return bool(self.tasks)

    def submit(self, task: Task, request: dict[str, Any]) -> None:
        home = Path.cwd()
        self.tasks.append(task)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in a worker, whose warnings go to its log
            self._replies.append(serve(loads(dumps(request)), *self._setup))
        assert Path.cwd() == home

    def wait(self, timeout: float) -> list[tuple[Task, dict[str, Any]]]:  # noqa: ARG002
        answered = list(zip(self.tasks, self._replies, strict=True))
        self.tasks, self._replies = [], []
        return answered

    def close(self) -> None:
        return
