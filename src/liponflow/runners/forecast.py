"""How long a run will take, from the jobs that have finished and from an estimate of costs."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from jobflow import Job, Maker
from pymatgen.core.structure import Structure

from liponflow.runners.graph import Node, State

Kind = tuple[str, str, int]

PRIOR = 60.0
"""Computing (s) for which the estimates count as right before anything is known: the first jobs
mostly load the engine, and say little of how long the others take."""

_MINUTE, _HOUR = 60.0, 3600.0
_FEW_HOURS = 10


class Forecast:
    """Time that is left of a run.

    It is known once a calculation has finished in this session and every other one has either
    the kind of a finished one, or an estimated cost, which is scaled by what the finished ones
    took, once they outweigh :data:`PRIOR`. Jobs without calculations count as nothing.

    Parameters
    ----------
    expected
        Estimated time of jobs, by uuid (s): for a job that adds calculations, of these.
    workers
        Number of processes.
    clock
        Function that returns a time in seconds, with any zero.

    Examples
    --------
    >>> Forecast({}, workers=2).left([]) is None
    True
    """

    def __init__(
        self,
        expected: Mapping[str, float],
        workers: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._expected = expected
        self._workers = workers
        self._clock = clock
        self._began: dict[Node, float] = {}
        self._taken: dict[Kind, list[float]] = defaultdict(list)
        self._ended: dict[str, float] = {}

    def started(self, node: Node) -> None:
        """Record that a job started."""
        self._began[node] = self._clock()

    def finished(self, node: Node) -> None:
        """Record that a job finished which started in this session."""
        taken = self._clock() - self._began.pop(node)
        if not _calculates(node.job):
            return
        self._taken[_kind(node.job)].append(taken)
        self._ended[node.job.uuid] = taken

    def left(self, nodes: Sequence[Node]) -> float | None:
        """Return the time that is left (s); None if it is not known.

        Parameters
        ----------
        nodes
            All jobs that are known so far.
        """
        pending = [node for node in nodes if node.state is State.PENDING]
        if not self._taken:
            return None
        estimates = {**_shares(nodes, self._expected), **self._expected}
        scale = self._scale(estimates)
        found = [self._of(node, estimates, scale) for node in pending]
        known = [seconds for seconds in found if seconds is not None]
        if len(known) < len(found):
            return None
        return max(sum(known) / self._workers, max(known, default=0.0))

    def _scale(self, estimates: Mapping[str, float]) -> float:
        """Return by what the estimates are to be multiplied, from the jobs that finished."""
        known = self._ended.keys() & estimates.keys()
        took = sum(self._ended[uuid] for uuid in known)
        return (took + PRIOR) / (sum(estimates[uuid] for uuid in known) + PRIOR)

    def _of(self, node: Node, estimates: Mapping[str, float], scale: float) -> float | None:
        whole = self._whole(node.job, estimates, scale)
        if whole is None or node not in self._began:
            return whole
        return max(whole - (self._clock() - self._began[node]), 0.0)

    def _whole(self, job: Job, estimates: Mapping[str, float], scale: float) -> float | None:
        """Return how long a job takes (s); None if it is not known."""
        if _calculates(job) and (taken := self._taken.get(_kind(job))):
            return fmean(taken)
        if job.uuid in estimates:
            return estimates[job.uuid] * scale
        return None if _makers(job) else 0.0


def time_left(seconds: float | None) -> str:
    """Return the time that is left in words; empty if it is not known.

    Examples
    --------
    >>> time_left(20), time_left(250), time_left(9000), time_left(None)
    ('less than 1 min left', 'about 4 min left', 'about 2.5 h left', '')
    """
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return "less than 1 min left"
    if seconds < 1.5 * _HOUR:
        return f"about {seconds / _MINUTE:.0f} min left"
    hours = seconds / _HOUR
    return f"about {hours:.1f} h left" if hours < _FEW_HOURS else f"about {hours:.0f} h left"


def _shares(nodes: Iterable[Node], expected: Mapping[str, float]) -> dict[str, float]:
    """Divide the expected time of jobs among the calculations that they added."""
    added: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        if _calculates(node.job) and node.host is not None and node.host.job.uuid in expected:
            added[node.host.job.uuid].append(node.job.uuid)
    return {
        uuid: expected[host] / len(members) for host, members in added.items() for uuid in members
    }


def _calculates(job: Job) -> bool:
    """Return whether a job is a calculation: that of a Maker, or of one as its first argument."""
    first = job.function_args[:1]
    return job.maker is not None or (bool(first) and isinstance(first[0], Maker))


def _makers(job: Job) -> bool:
    """Return whether a job calculates, or adds calculations of a Maker."""
    arguments = [*job.function_args, *job.function_kwargs.values()]
    return job.maker is not None or any(_holds_maker(argument) for argument in arguments)


def _holds_maker(argument: Any) -> bool:
    if isinstance(argument, Mapping):
        return any(isinstance(value, Maker) for value in argument.values())
    return isinstance(argument, Maker)


def _kind(job: Job) -> Kind:
    """Return what jobs that take equally long have in common."""
    word = job.name.partition(" ")[0]
    return getattr(job.function, "__qualname__", ""), word, _atoms(job.function_args)


def _atoms(arguments: Sequence[Any]) -> int:
    for argument in arguments:
        if isinstance(argument, Structure):
            return len(argument)
        if isinstance(argument, list | tuple) and argument and isinstance(argument[0], Structure):
            return sum(len(structure) for structure in argument)
    return 0
