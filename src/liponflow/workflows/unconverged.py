"""The jobs of a run, and which of their relaxations and bands did not converge."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobflow import Job, Maker, OnMissing

from liponflow import safejson
from liponflow.engines.engine import Unconverged
from liponflow.engines.unconverged import unconverged
from liponflow.runners.documents import referenced_uuids
from liponflow.runners.execution import JobRecord
from liponflow.runners.graph import FlowGraph, Node, State
from liponflow.runners.journal import Journal


@dataclass(frozen=True)
class PastJob:
    """A job of a run.

    Attributes
    ----------
    node
        The job, with the one that added it.
    finished
        Whether it has an outcome.
    adds
        Whether it returned further jobs.
    inputs
        Uuids of the jobs whose outputs are its arguments.
    passes_on
        Uuids of the jobs whose outputs its own refers to.
    place
        Argument with the structure or the images, of a relaxation or band.
    left
        What is left of it, if it is one that did not converge.
    """

    node: Node
    finished: bool
    adds: bool
    inputs: frozenset[str]
    passes_on: frozenset[str]
    place: int = 0
    left: Unconverged | None = None

    @property
    def job(self) -> Job:
        """The job."""
        return self.node.job

    @property
    def maker(self) -> Maker:
        """Its Maker, if it is a relaxation or band."""
        found = self.job.function_args[0] if self.place else self.job.maker
        assert isinstance(found, Maker)  # noqa: S101 - only these are left unconverged
        return found


@dataclass(frozen=True)
class Shortfall:
    """A relaxation or band that did not converge.

    Attributes
    ----------
    name
        Name of its job.
    reason
        By how much it misses its limit.
    """

    name: str
    reason: str


def past_jobs(journal: Journal, trusted: tuple[str, ...]) -> list[PastJob]:
    """List the jobs of a run, those that jobs added and those that lacked an input among them.

    Parameters
    ----------
    journal
        Directory of the run.
    trusted
        As for :func:`liponflow.runners.local.resume`.

    Raises
    ------
    RunError
        If a file of the run is damaged.
    """
    graph = FlowGraph(journal.flow(trusted))
    outputs: dict[str, Job] = {}
    found = []
    while (node := graph.take()) is not None:
        outcome = journal.outcome(node.job)
        adds, passes_on = False, set()
        if outcome is None:
            graph.fail(node)
        else:
            response = outcome["response"]
            adds = any(response[name] for name in ("replace", "detour", "addition"))
            passes_on = referenced_uuids([item.get("output") for item in outcome["documents"]])
            outputs[node.job.uuid] = node.job
            graph.finish(node, journal.response(response, trusted))
        place, left = _left(journal, node.job, outcome, outputs, trusted)
        finished, outputs_of = outcome is not None, frozenset(passes_on)
        found.append(PastJob(node, finished, adds, _inputs(node), outputs_of, place, left))
    skipped = [node for node in graph.nodes if node.state is State.SKIPPED]
    lacking = [
        PastJob(node, finished=False, adds=False, inputs=_inputs(node), passes_on=frozenset())
        for node in skipped
    ]
    return found + lacking


def _inputs(node: Node) -> frozenset[str]:
    document = node.job.as_dict()
    return frozenset(referenced_uuids([document["function_args"], document["function_kwargs"]]))


def shortfalls(run_dir: Path, trusted: tuple[str, ...]) -> list[Shortfall]:
    """List the relaxations and bands of a run that did not converge.

    Parameters
    ----------
    run_dir
        Directory of the run.
    trusted
        As for :func:`liponflow.runners.local.resume`.
    """
    jobs = past_jobs(Journal.open(run_dir), trusted)
    return [Shortfall(past.job.name, past.left.reason) for past in jobs if past.left]


def _left(
    journal: Journal,
    job: Job,
    outcome: dict[str, Any] | None,
    outputs: dict[str, Job],
    trusted: tuple[str, ...],
) -> tuple[int, Unconverged | None]:
    """Return the argument of a calculation with its start, and what is left of it."""
    arguments = job.function_args
    maker, place = job.maker, 0
    if maker is None and arguments and isinstance(arguments[0], Maker):
        maker, place = arguments[0], 1
    if maker is None or len(arguments) <= place:
        return place, None
    document = None
    if outcome is not None:
        if outcome["response"]["replace"]:  # its output comes from other jobs
            return place, None
        document = safejson.decode(_whole(outcome)["output"], trusted)
    start = _resolved(journal, job, outputs, trusted)[place]
    return place, unconverged(maker, start, document, journal.directory_of(job))


def _resolved(
    journal: Journal, job: Job, outputs: dict[str, Job], trusted: tuple[str, ...]
) -> list[Any]:
    """Return the arguments of a job, with the outputs that they refer to."""
    found: dict[str, dict[str, Any]] = {}
    wanted = set(job.input_uuids)
    while wanted:
        uuid = wanted.pop()
        outcome = journal.outcome(outputs[uuid]) if uuid in outputs else None
        if outcome is not None:
            found[uuid] = safejson.checked(_whole(outcome), trusted)
            wanted |= referenced_uuids(found[uuid].get("output")) - found.keys()
    job.config.on_missing_references = OnMissing.NONE
    resolved = job.resolve_args(JobRecord(found.values(), ()), inplace=False)
    return list(resolved.function_args)


def _whole(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a job with its large data, which its outcome keeps apart."""
    data = {
        blob["blob_uuid"]: blob["data"] for found in outcome["blobs"].values() for blob in found
    }

    def filled(item: Any) -> Any:
        if isinstance(item, dict):
            if "blob_uuid" in item:
                return data.get(item["blob_uuid"])
            return {key: filled(value) for key, value in item.items()}
        return [filled(value) for value in item] if isinstance(item, list) else item

    document: dict[str, Any] = filled(outcome["documents"][-1])
    return document
