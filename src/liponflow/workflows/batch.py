"""Run a campaign for several structures, each with a run and a result of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from jobflow import Flow, JobStore

from liponflow.boundary import reason_of
from liponflow.engines.device import requested
from liponflow.engines.registry import check_installed
from liponflow.runners.errors import RunInterruptedError, StoreFailureError
from liponflow.settings import Settings
from liponflow.store.reading import StoredResult
from liponflow.store.results import find_results
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.run import Outcome, fingerprint_of, known_store, unfinished_run


class BatchState(StrEnum):
    """What became of one structure."""

    DONE = "done"
    UNCONVERGED = "not converged"
    KNOWN = "in the store"
    FAILED = "failed"


class Finished(NamedTuple):
    """What became of a campaign: state, result if there is one, and why it is not better."""

    state: BatchState
    stored: StoredResult | None = None
    reason: str = ""


@dataclass(frozen=True)
class BatchItem:
    """One structure of a batch.

    Attributes
    ----------
    file
        File of the structure.
    state
        What became of it.
    stored
        Its result; None without one.
    reason
        Why it failed or did not converge; empty otherwise.
    """

    file: Path
    state: BatchState
    stored: StoredResult | None = None
    reason: str = ""


def run_batch(
    campaign: Campaign,
    files: Sequence[Path],
    settings: Settings,
    *,
    choices: Mapping[str, Any],
    record: Callable[[Any], Mapping[str, Any]],
) -> Iterator[BatchItem]:
    """Run a campaign for each structure; one that fails does not stop the others.

    A structure whose result is in the store is not computed again, and an unfinished run of it is
    resumed: a batch that was stopped is started again by the same call.

    Parameters
    ----------
    campaign
        The campaign.
    files
        Files of the structures.
    settings
        Store, runs directory, workers.
    choices
        Arguments of :meth:`liponflow.workflows.campaign.Campaign.request` beside the structure.
    record
        ``record(parameters)``: what the record of a run says beside them.

    Yields
    ------
    BatchItem
        In the order of the files, each when it is done.

    Raises
    ------
    RunInterruptedError, StoreFailureError
        These end the batch.
    """
    for file in files:
        try:
            given = {**choices, "structure_file": file}
            yield BatchItem(file, *run_or_resume(campaign, settings, given, record))
        except (RunInterruptedError, StoreFailureError):
            raise
        except Exception as error:  # noqa: BLE001 - any structure of a user's folder
            yield BatchItem(file, BatchState.FAILED, reason=reason_of(error))


def run_or_resume(
    campaign: Campaign,
    settings: Settings,
    choices: Mapping[str, Any],
    record: Callable[[Any], Mapping[str, Any]],
) -> Finished:
    """Run a campaign, or take its result from the store, or resume an unfinished run of it.

    Parameters
    ----------
    campaign, settings, record
        As for :func:`run_batch`.
    choices
        Arguments of :meth:`liponflow.workflows.campaign.Campaign.request`.

    Raises
    ------
    ValueError
        If something cannot be used or computed.
    """
    with known_store(settings) as known:
        request = campaign.request(**choices, store=known)
        engines = campaign.engines(request)
        here = requested(settings, choices.get("engine_arguments") or {})
        for name in engines:
            check_installed(name, here)
        flow = campaign.make_flow(request)
        if (found := known_result(campaign, flow, known)) is not None:
            return Finished(BatchState.KNOWN, found)
    fingerprint = fingerprint_of(flow)
    begun = None if fingerprint is None else unfinished_run(settings, fingerprint)
    if begun is not None:
        return _finished(campaigns.resume(settings, begun))
    file = choices["structure_file"]
    document = {**choices, **record(request.parameters)}
    document["structure_file"] = None if file is None else str(file)
    return _finished(campaigns.run(flow, settings, document, engines))


def known_result(campaign: Campaign, flow: Flow, known: JobStore | None) -> StoredResult | None:
    """Return the result of the same inputs in the store; None without one."""
    fingerprint = fingerprint_of(flow)
    if known is None or fingerprint is None:
        return None
    same = {"provenance.input_fingerprint": fingerprint}
    found = find_results(known, kind=campaign.result.name, where=same, limit=1)
    return found[0] if found else None


def _finished(outcome: Outcome) -> Finished:
    report, stored = outcome.report, outcome.result
    if report.failures or stored is None:
        causes = "; ".join(f"{item.name}: {item.cause}" for item in report.failures)
        reason = f"{causes or 'the run was stopped'} (in {report.run_dir})"
        return Finished(BatchState.FAILED, stored, reason)
    if not stored.result.converged:
        reasons = [f"{item.name}: {item.reason}" for item in outcome.shortfalls]
        reason = f"{'; '.join(reasons) or stored.result.criterion} (in {report.run_dir})"
        return Finished(BatchState.UNCONVERGED, stored, reason)
    return Finished(BatchState.DONE, stored)
