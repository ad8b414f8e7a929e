"""The runner of jobflow-remote for tests: it looks often, and tries again soon after a failure.

jobflow-remote's own waits a second between its looks, and 2 min after a failure.
"""

import sys
import time
from types import SimpleNamespace
from typing import Any

from jobflow_remote.jobs import runner
from jobflow_remote.utils.schedule import SafeScheduler

LOOK_S = 0.3
"""Interval of what the project has done each second (s)."""


class Impatient(SafeScheduler):
    """A scheduler that does often what it should do each second."""

    def __init__(self, **_: Any) -> None:
        super().__init__(seconds_after_failure=1)

    def every(self, interval: float = 1) -> Any:
        """See SafeScheduler."""
        return super().every(LOOK_S if interval == 1 else interval)


def main(project: str) -> None:
    """Run until it is killed."""
    runner.SafeScheduler = Impatient
    runner.time = SimpleNamespace(time=time.time, sleep=lambda _: time.sleep(LOOK_S / 3))
    runner.Runner(project_name=project).run()


if __name__ == "__main__":
    main(sys.argv[1])
