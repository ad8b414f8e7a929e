"""Main loop of a run, between graph, workers, journal and store."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import Signals
from typing import Any, Literal

from jobflow import Job, JobStore

from liponflow import durable
from liponflow.job_directory import read_status
from liponflow.redaction import without_secrets
from liponflow.runners import earlier
from liponflow.runners.documents import dumps, referenced_uuids
from liponflow.runners.errors import RunError, RunInterruptedError, StoreFailureError
from liponflow.runners.forecast import Forecast, time_left
from liponflow.runners.graph import FlowGraph, Node, State, needs_every_input
from liponflow.runners.journal import Journal
from liponflow.runners.ownership import OWN_FILE
from liponflow.runners.pool import WorkerPool
from liponflow.runners.progress import Progress
from liponflow.runners.report import JobFailure, RunReport

TICK_S = 0.2
"""Longest delay (s) before Ctrl-C or SIGTERM is noticed while jobs run."""


class Run:
    """One session of a run, from a start or resume to its end."""

    def __init__(
        self,
        journal: Journal,
        store: JobStore,
        pool: WorkerPool[Node],
        progress: Progress,
        trusted: tuple[str, ...],
        *,
        expected: Mapping[str, float],
    ) -> None:
        self.journal = journal
        self.store = store
        self.pool = pool
        self.progress = progress
        self.trusted = trusted
        self.graph = FlowGraph(journal.flow(trusted))
        self.queue: deque[Node] = deque()
        self.directories: dict[Node, Path] = {}
        self.deaths: Counter[Node] = Counter()
        self.failures: list[JobFailure] = []
        self.forecast = Forecast(expected, pool.size)
        self.reused = 0
        self.starts: dict[Node, earlier.Earlier] = {}
        """What jobs continue from, of the run that this one continues."""
        self.ran: set[str] = set()
        """Jobs that finished in this session and were not replayed."""

    def run(self, interrupt: Callable[[], Signals | None]) -> RunReport:
        """Run jobs until no job is left that may run.

        Parameters
        ----------
        interrupt
            Returns the signal that asks this process to end, if one has arrived.

        Raises
        ------
        RunError
            If the run must end early; see :mod:`liponflow.runners.errors`.
        """
        began = time.monotonic()
        while not self.done:
            self.replay()
            if signal := interrupt():
                raise RunInterruptedError(f"stopped by {signal.name}", self.journal.path)
            self.dispatch()
            self.show()
            for node, reply in self.pool.wait(TICK_S) if self.pool.tasks else ():
                self.take_reply(node, reply)
        return self.report(time.monotonic() - began)

    @property
    def done(self) -> bool:
        """Whether no job is running or left to run."""
        left = self.queue and not self.graph.stopped
        return not (left or self.pool.tasks) and self.graph.exhausted

    def replay(self) -> None:
        """Take the jobs that may run, and replay those that have an outcome.

        A job runs again if one of its parents ran in this session: the parent had failed before,
        and the outcome was computed without its output.
        """
        while (node := self.graph.take()) is not None:
            outcome = self.journal.outcome(node.job)
            if outcome is not None and node.parents & self.ran:
                self.journal.outcome_file(node.job).unlink()
                outcome = None
            if outcome is None:
                outcome = self.recall(node)
            if outcome is None:
                self.queue.append(node)
            else:
                self.reused += 1
                self.finish(node, outcome, reused=True)

    def recall(self, node: Node) -> dict[str, Any] | None:
        """Return the outcome of the same job in the run that this one continues.

        A job that did not converge there continues from its last geometry, and one that did not
        finish from its directory.
        """
        known = earlier.recall(self.journal.path, node.job)
        if known is None:
            return None
        if known.outcome is None:
            self.starts[node] = known
            return None
        outcome = earlier.renamed_outcome(known.outcome, {known.uuid: node.job.uuid})
        durable.write(self.journal.outcome_file(node.job), dumps(outcome), mode=OWN_FILE)
        return outcome

    def dispatch(self) -> None:
        """Keep the workers busy."""
        while self.queue and not self.pool.full and not self.graph.stopped:
            self.launch(self.queue.popleft())

    def launch(self, node: Node) -> None:
        """Submit a job to a worker, unless one of its inputs is missing."""
        document = node.job.as_dict()
        known = self.starts.get(node)
        if known is not None and known.start is not None:
            document["function_args"] = list(document["function_args"])
            document["function_args"][known.place] = known.start
        inputs: list[dict[str, Any]] = []
        if node.job.config.resolve_references:
            inputs, missing = self.inputs(document)
            if needs_every_input(node.job) and self.graph.has_any(missing):
                self.graph.skip(node)
                return
        if known is not None and known.directory is not None:
            earlier.bring(Path(known.directory), self.journal.directory_of(node.job))
        directory = self.directories[node] = self.journal.job_directory(node.job)
        self.forecast.started(node)
        self.tell(f"started {label(node.job)}")
        request = {
            "job": document,
            "documents": inputs,
            "directory": str(directory),
            "outcome_file": str(self.journal.outcome_file(node.job)),
        }
        self.pool.submit(node, request)

    def inputs(self, job: dict[str, Any]) -> tuple[list[dict[str, Any]], set[str]]:
        """Return the outputs that a job refers to, directly or through other outputs."""
        found: dict[str, dict[str, Any]] = {}
        missing: set[str] = set()
        wanted = referenced_uuids([job["function_args"], job["function_kwargs"]])
        while wanted:
            uuid = wanted.pop()
            fields = ["uuid", "index", "output"]
            with self.store_access(f"reading the output of {uuid}"):
                document = self.store.query_one(
                    {"uuid": uuid}, [*fields], sort={"index": -1}, load=True
                )
            if document is None:
                missing.add(uuid)
            else:
                found[uuid] = {field: document.get(field) for field in fields}
                wanted |= referenced_uuids(document.get("output")) - found.keys() - missing
        return list(found.values()), missing

    def take_reply(self, node: Node, reply: dict[str, Any]) -> None:
        """Handle the reply of a worker, or its death."""
        # The file decides, not the reply: a worker may die between writing and replying.
        outcome = self.journal.outcome(node.job)
        cause = reply.get("cause", "")
        if outcome is not None:
            self.forecast.finished(node)
            self.finish(node, outcome)
            self.tell(f"finished {label(node.job)}")
        elif reply["state"] == "unwritable":
            raise RunError(
                f"the outcome of job {label(node.job)} could not be written: {cause}",
                self.journal.path,
            )
        elif reply["state"] == "died" and not self.deaths[node]:
            self.deaths[node] += 1
            self.tell(f"{cause}; trying {label(node.job)} again", important=True)
            self.queue.appendleft(node)
        else:
            again = " twice" if reply["state"] == "died" else ""
            self.fail(node, cause + again, reply.get("traceback_file"))

    def finish(self, node: Node, outcome: dict[str, Any], *, reused: bool = False) -> None:
        """Store an outcome, then add the jobs in its response."""
        self.write(outcome, only_if_absent=reused)
        if not reused:
            self.ran.add(node.job.uuid)
        self.graph.finish(node, self.journal.response(outcome["response"], self.trusted))

    def fail(self, node: Node, cause: str, traceback_file: str | None) -> None:
        """Record a failure and continue with the jobs that do not need this one."""
        job, directory = node.job, self.directories[node]
        file = Path(traceback_file) if traceback_file else None
        self.failures.append(JobFailure(job.name, job.uuid, job.index, directory, cause, file))
        self.graph.fail(node)
        self.tell(f"failed {label(job)}: {cause} (in {directory})", important=True)

    def write(self, outcome: dict[str, Any], *, only_if_absent: bool) -> None:
        """Copy an outcome into the store, blobs first, so that a document implies its blobs."""
        names = ", ".join(document["name"] for document in outcome["documents"])
        with self.store_access(f"storing the outcome of {names}"):
            for document in outcome["documents"]:
                key = {"uuid": document["uuid"], "index": document["index"]}
                if only_if_absent and self.store.docs_store.query_one(key, ["uuid"]):
                    continue
                for name, blobs in outcome["blobs"].items():
                    if blobs:
                        stores = self.store.additional_stores  # type: ignore[has-type]
                        stores[name].update(blobs, key="blob_uuid")
                self.store.docs_store.update([document], key=["uuid", "index"])

    @contextmanager
    def store_access(self, doing: str) -> Iterator[None]:
        """Distinguish failures of the store from those of the run directory."""
        try:
            yield
        except Exception as error:
            raise StoreFailureError(
                # A message of a database driver may hold the address that it was given.
                f"{doing} failed ({type(error).__name__}: {without_secrets(str(error))})",
                self.journal.path,
            ) from error

    def tell(self, event: str, *, important: bool = False) -> None:
        """Report an event with the updated counts."""
        self.show()
        self.progress.event(event, important=important)

    def show(self) -> None:
        """Update the progress display."""
        self.progress.update(
            done=len(self.graph.nodes) - self.graph.count(State.PENDING),
            total=len(self.graph.nodes),
            running=[self.describe(node) for node in self.pool.tasks],
            left=time_left(self.forecast.left(self.graph.nodes)),
        )

    def describe(self, node: Node) -> str:
        """Return the label of a running job, with its status if it has one."""
        status = read_status(self.directories[node])
        return f"{label(node.job)} ({status})" if status else label(node.job)

    def report(self, elapsed_s: float) -> RunReport:
        """Return the report of the run."""
        state: Literal["completed", "failed", "stopped"] = "completed"
        if self.graph.stopped:
            state = "stopped"
        elif self.failures:
            state = "failed"
        finished = self.graph.count(State.FINISHED)
        return RunReport(
            run_dir=self.journal.path,
            state=state,
            finished=finished,
            reused=self.reused,
            skipped=len(self.graph.nodes) - finished - len(self.failures),
            failures=tuple(self.failures),
            elapsed_s=elapsed_s,
        )


def label(job: Job) -> str:
    """Return the name of a job, with its index if it is a replacement."""
    return str(job.name) if job.index == 1 else f"{job.name} ({job.index})"
