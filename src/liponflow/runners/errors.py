"""Why a run ended early, and how to go on."""

import shlex
from pathlib import Path


class RunError(RuntimeError):
    """A run ended early; what was finished is kept.

    Parameters
    ----------
    message
        What happened.
    run_dir
        Directory of the run, also as attribute ``run_dir``.
    """

    def __init__(self, message: str, run_dir: Path) -> None:
        kept = "finished calculations are kept"
        super().__init__(
            f"{message}; {kept} in {run_dir}; go on with: "
            f"liponflow resume {shlex.quote(str(run_dir))}"
        )
        self.run_dir = run_dir


class RunLockedError(RuntimeError):
    """Another process is at work in the run directory."""


class RunInterruptedError(RunError):
    """Ctrl-C or SIGTERM ended the run."""


class StoreFailureError(RunError):
    """The results store could not be written or read."""
