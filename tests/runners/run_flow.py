"""Run a test flow in a separate process that can be killed.

Arguments: the name of the function in runner_jobs that makes the flow, a folder, and optionally
``before``, ``within`` or ``after`` with a number n: the process then kills itself before,
during or after the n-th write of a document to the store.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import runner_jobs
from jobflow import JobStore

from liponflow.runners.errors import RunInterruptedError
from liponflow.runners.local import start
from liponflow.store.results import open_store


def kill_at_write(store: JobStore, moment: str, number: int) -> None:
    documents = store.docs_store
    write, done = documents.update, [0]

    def update(*args: Any, **kwargs: Any) -> None:
        done[0] += 1
        doomed = done[0] == number
        if doomed and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with documents.transaction():
            write(*args, **kwargs)
            if doomed and moment == "within":
                os.kill(os.getpid(), signal.SIGKILL)
        if doomed:
            os.kill(os.getpid(), signal.SIGKILL)

    documents.update = update


if __name__ == "__main__":
    # The tests themselves may run under nohup, which the runner would respect.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    name, folder = sys.argv[1], Path(sys.argv[2])
    store = open_store(folder / "results.sqlite")
    if len(sys.argv) > 3:
        kill_at_write(store, sys.argv[3], int(sys.argv[4]))
    try:
        start(
            getattr(runner_jobs, name)(),
            store,
            folder / "runs",
            workers=2,
            trusted=["runner_jobs"],
        )
    except RunInterruptedError as error:
        sys.exit(str(error))
