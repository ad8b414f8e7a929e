"""Graph of the jobs of a flow, which decides which job may run next.

It knows nothing of processes, files or stores.

The rules are those of jobflow's own ``run_locally``, except that independent jobs need not wait
for each other: the children of a job wait for the job itself and for everything that replaced
or detoured it, never for its additions.
"""

import warnings
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, cast

from jobflow import Flow, Job, OnMissing, Response


class State(Enum):
    """Progress of a job."""

    PENDING = "pending"
    FINISHED = "finished"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(eq=False)
class Node:
    """A job in the graph; a replacement is a separate node with a higher index."""

    job: Job
    parents: frozenset[str] = frozenset()
    host: "Node | None" = None
    """Job that this one replaces or detours; its children wait for this one too."""
    children: list["Node"] = field(default_factory=list)
    unsettled_parents: int = 0
    unsettled_continuations: int = 0
    state: State = State.PENDING


class FlowGraph:
    """Graph of the jobs of a flow, which grows as dynamic jobs return further jobs.

    Parameters
    ----------
    flow
        A flow without references to jobs outside it.

    Raises
    ------
    ValueError
        If the jobs have a circular dependency.

    Examples
    --------
    >>> from jobflow import job
    >>> @job
    ... def add(a, b):
    ...     return a + b
    >>> first = add(1, 2)
    >>> second = add(first.output, 3)
    >>> graph = FlowGraph(Flow([second, first]))
    >>> node = graph.take()
    >>> node.job is first, graph.take()
    (True, None)
    >>> graph.finish(node, Response())
    >>> graph.take().job is second
    True
    """

    def __init__(self, flow: Flow) -> None:
        self.nodes: list[Node] = []
        self.stopped = False
        """Whether a job asked to stop everything: no further job should be started."""
        self._unblocked: deque[Node] = deque()
        self._failed: set[str] = set()
        self._childless: set[str] = set()
        self._add(flow, host=None)

    def take(self) -> Node | None:
        """Return the next job whose parents are settled, skipping jobs that must not run."""
        while self._unblocked:
            node = self._unblocked.popleft()
            if node.parents & self._childless:
                self._childless.add(node.job.uuid)
                self._close(node, State.SKIPPED)
            elif node.parents & self._failed and needs_every_input(node.job):
                self.skip(node)
            else:
                return node
        return None

    def finish(self, node: Node, response: Response[Any]) -> None:
        """Record that a job finished, and add the jobs that it returned."""
        if response.stop_children:
            self._childless.add(node.job.uuid)
        if response.stop_jobflow:
            self.stopped = True
        else:
            for continuation in (response.replace, response.detour):
                if continuation is not None:
                    self._add(cast("Flow", continuation), host=node)
            if response.addition is not None:
                self._add(cast("Flow", response.addition), host=None)
        self._close(node, State.FINISHED)

    def fail(self, node: Node) -> None:
        """Record that a job failed, so that children that need its output are skipped."""
        self._failed.add(node.job.uuid)
        self._close(node, State.FAILED)

    def skip(self, node: Node) -> None:
        """Record that a job cannot run because an input is missing, nor can its children."""
        self._failed.add(node.job.uuid)
        self._close(node, State.SKIPPED)

    @property
    def exhausted(self) -> bool:
        """Whether :meth:`take` has no job to return until another job is done."""
        return not self._unblocked

    def has_any(self, uuids: set[str]) -> bool:
        """Return whether any of these uuids belongs to a job of this flow."""
        return any(node.job.uuid in uuids for node in self.nodes)

    def count(self, state: State) -> int:
        """Return the number of jobs in a state."""
        return sum(node.state is state for node in self.nodes)

    def _add(self, flow: Flow, host: Node | None) -> None:
        nodes: dict[str, Node] = {}
        for job, parents in ordered_jobs(flow):
            node = Node(job, frozenset(parents), host, unsettled_parents=len(parents))
            for parent in parents:
                nodes[parent].children.append(node)
            nodes[job.uuid] = node
            if not parents:
                self._unblocked.append(node)
        if host is not None:
            host.unsettled_continuations += len(nodes)
        self.nodes.extend(nodes.values())

    def _close(self, node: Node, state: State) -> None:
        node.state = state
        settled: Node | None = node
        # A loop, not a recursion: jobs may replace themselves thousands of times.
        while (
            settled is not None
            and settled.state is not State.PENDING
            and not settled.unsettled_continuations
        ):
            for child in settled.children:
                child.unsettled_parents -= 1
                if not child.unsettled_parents:
                    self._unblocked.append(child)
            # Settling the last continuation settles the job that it replaced or detoured.
            settled = settled.host
            if settled is not None:
                settled.unsettled_continuations -= 1


def ordered_jobs(flow: Flow) -> list[tuple[Job, list[str]]]:
    """Return the jobs of a flow, parents first, each with the uuids of its parents in the flow.

    Raises
    ------
    ValueError
        If the jobs have a circular dependency.
    """
    with warnings.catch_warnings():
        # jobflow warns of independent jobs, which this runner is made for.
        warnings.filterwarnings("ignore", "Some jobs are not connected", UserWarning)
        return list(cast("Any", flow).iterflow())  # it is not annotated


def needs_every_input(job: Job) -> bool:
    """Return whether a job must not run when the output of a parent is missing."""
    return bool(job.config.on_missing_references == OnMissing.ERROR)
