"""Errors that end a run early, with the command that continues it."""

import shlex
import stat
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


class RunError(RuntimeError):
    """A run that ended early; finished calculations are kept.

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
            f"{message}; {kept} in {run_dir}; continue with: liponflow resume "
            f"{shlex.quote(str(run_dir))}"
        )
        self.run_dir = run_dir


class OutdatedRunError(RunError):
    """A run that another version of liponflow planned, and this one cannot continue.

    Parameters
    ----------
    cause
        Incompatibility, in one line.
    run_dir
        Directory of the run.
    planned_by
        Version that planned it.
    command
        Command that planned it; None if it is not known.
    """

    def __init__(
        self, cause: str, run_dir: Path, planned_by: str, command: Sequence[str] | None
    ) -> None:
        again = f" with: {shlex.join(command)}" if command else ""
        RuntimeError.__init__(
            self,
            f"the run in {run_dir}, planned by liponflow {planned_by}, cannot be continued by "
            f"liponflow {version('liponflow')}: {cause}; start it again{again} (finished "
            "calculations stay in the results store)",
        )
        self.run_dir = run_dir


class DamagedRunError(RuntimeError):
    """A damaged file in a run directory, without which the run cannot be continued.

    Parameters
    ----------
    file
        The file.
    cause
        Kind of damage.
    """

    def __init__(self, file: Path, cause: str) -> None:
        super().__init__(
            f"{file} is damaged ({cause}): restore it from a backup, or start the campaign again "
            "(finished calculations stay in the results store)"
        )


class ForeignRunError(PermissionError):
    """A run directory, or a file that its run consists of, belongs to another user.

    Parameters
    ----------
    path
        The directory or file.
    owner, user
        Numbers of the user that it belongs to and of this one.
    """

    page = "SECURITY.md"

    def __init__(self, path: Path, owner: int, user: int) -> None:
        super().__init__(
            f"{path} belongs to user {owner}, not to you (user {user}); a run directory is code, "
            "so that only your own is opened: start the campaign yourself, or, if you trust its "
            f"owner as you trust yourself, take it over with chown -R {user}"
        )


class ExposedRunError(PermissionError):
    """A run directory, or a file that its run consists of, that others may change.

    Parameters
    ----------
    path
        The directory or file.
    mode
        Its mode.
    writers
        Who may write to it beside its owner.
    run_dir
        Directory of the run.
    """

    page = "SECURITY.md"

    def __init__(self, path: Path, mode: int, writers: str, run_dir: Path) -> None:
        super().__init__(
            f"{path} has the mode {stat.S_IMODE(mode):03o}, so that {writers} can change it; a "
            "run directory is code, so that only one that you alone can write to is opened: if "
            f"nobody has changed it, use chmod -R go-w {shlex.quote(str(run_dir))} (on a "
            "filesystem without permissions, set runs_dir to another one)"
        )


class RunLockedError(RuntimeError):
    """A run directory that another process is using."""


class RunInterruptedError(RunError):
    """A run ended by Ctrl-C, SIGTERM or SIGHUP."""


class StoreFailureError(RunError):
    """A results store that could not be written or read."""
