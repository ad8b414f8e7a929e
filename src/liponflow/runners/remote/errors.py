"""What can be wrong with a project, its queue or a submission."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from time import sleep
from typing import TypeVar

from liponflow.redaction import without_secrets

Found = TypeVar("Found")

INSTALL = "pip install -c constraints.txt '.[hpc]', in the checkout of liponflow"
SET_UP = "liponflow setup hpc"

PAUSES_S = (1.0, 4.0, 15.0)
"""Pauses (s) between attempts to reach a queue; it is given up after the last."""


REFUSALS = {11, 13, 18, 8000}
"""Codes of MongoDB for an unknown user, missing rights, a failed login, and this of Atlas."""


class ProjectError(ValueError):
    """A project, worker or resource that is unknown or cannot be used."""

    page = "docs/hpc.md"


class NoProjectError(ProjectError):
    """No project at all, or no jobflow-remote."""


class QueueError(RuntimeError):
    """A queue that does not answer, or refuses."""

    page = "docs/hpc.md"


class RefusedError(QueueError):
    """A queue that refuses a login or a command, which no second attempt changes."""


class WorkerError(RuntimeError):
    """A worker whose host cannot be reached, or was lost."""

    page = "docs/hpc.md"


def check_installed() -> None:
    """Refuse to continue without jobflow-remote.

    Raises
    ------
    NoProjectError
        With the command that installs it.
    """
    if find_spec("jobflow_remote") is None:
        raise NoProjectError(f"jobflow-remote is not installed: {INSTALL}")


@contextmanager
def queue_errors(where: str) -> Iterator[None]:
    """Turn the errors of the database driver into a QueueError.

    Parameters
    ----------
    where
        The queue, in words for the user.

    Raises
    ------
    RefusedError
        If it refuses.
    QueueError
        If it does not answer.
    """
    from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

    try:
        yield
    except PyMongoError as error:
        reason = str(error).partition(", Timeout:")[0].partition(" (configured")[0]
        if isinstance(error, OperationFailure) and error.details:
            reason = str(error.details.get("errmsg", reason))  # the rest is of no use to a user
        words = f"({type(error).__name__}: {without_secrets(reason)})"
        code = error.code if isinstance(error, OperationFailure) else None
        if isinstance(error, ConfigurationError) or code in REFUSALS:
            raise RefusedError(
                f"{where} refuses {words}; correct user, password and database of `queue` in the "
                "project file (`liponflow setup hpc` writes it anew), or have the database's "
                "administrator grant the rights"
            ) from error
        fault = "refuses" if isinstance(error, OperationFailure) else "does not answer"
        raise QueueError(
            f"{where} {fault} {words}; start it (a local one by `liponflow setup queue "
            "start`), or correct the project file; what was submitted is kept. `liponflow doctor "
            "--hpc` says more"
        ) from error


def patiently(action: Callable[[], Found], pauses: tuple[float, ...] = PAUSES_S) -> Found:
    """Return what an action on a queue returns, tried again where the queue does not answer.

    Parameters
    ----------
    action
        What can be done again after it was interrupted.
    pauses
        Pauses before the further attempts (s).

    Raises
    ------
    RefusedError
        At once.
    QueueError
        From the last attempt.
    """
    for pause in pauses:
        try:
            return action()
        except RefusedError:
            raise
        except QueueError:
            sleep(pause)
    return action()
