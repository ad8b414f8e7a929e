"""Submit a campaign to a cluster: flow, rules of the settings and project put together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobflow import Flow

from liponflow.cost.demand import demands, kinds_of
from liponflow.diagnosis import Finding, State
from liponflow.runners.documents import all_jobs
from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.placement import PRIORITY, Rules, make_rules, named
from liponflow.runners.remote.projects import batch_worker, find_worker, open_project
from liponflow.runners.remote.submission import Submitted, submit
from liponflow.settings import Settings
from liponflow.workflows.run import fingerprint_of

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project


def rules_for(
    settings: Settings,
    *,
    project: str | None,
    worker: str | None,
    resources: Mapping[str, Any],
    batch: bool,
    device: str | None,
    priority: int,
) -> tuple["Project", Rules]:
    """Return the project of a submission and the rules for its jobs.

    Parameters
    ----------
    settings
        Project, worker and rules that the command does not name; device.
    project, worker
        Names that the user gives; None for those of the settings.
    resources
        Resources that the user gives; see
        :func:`liponflow.runners.remote.placement.make_rules`.
    batch
        Whether many jobs run in one job of the scheduler.
    device
        Device of the potentials, if the user gives one.
    priority
        Priority of the jobs without one in the rules.

    Raises
    ------
    ProjectError
        If one of them is unknown or cannot be used.
    """
    found = open_project(project or settings.hpc_project)
    with named("the setting hpc_worker" if worker is None else "--worker"):
        name = find_worker(found, worker or settings.hpc_worker)
    only = worker
    if batch:
        name = only = batch_worker(found, name)
    rules = make_rules(
        found,
        worker=name,
        given=settings.hpc_rules,
        resources=resources,
        device=device or settings.device,
        only=only,
        priority=priority,
    )
    return found, rules


def rules_or_faults(
    settings: Settings, project: str | None, **given: Any
) -> tuple[Rules | None, list[Finding]]:
    """Return the rules of a submission, or what is wrong with them.

    Parameters
    ----------
    settings, project
        As for :func:`rules_for`.
    **given
        Its further arguments; those of a submission without options by default.
    """
    asked: dict[str, Any] = {
        "worker": None, "resources": {}, "batch": False, "device": None, "priority": PRIORITY
    }  # fmt: skip
    try:
        _, rules = rules_for(settings, project=project, **(asked | given))
    except ProjectError as error:
        return None, [Finding("rules", State.MISSING, str(error))]
    return rules, []


def workers_for(engine: str, rules: Rules) -> set[str]:
    """Return the workers that get the jobs of an engine."""
    kinds = kinds_of(engine, rules.device)
    return {str(rule.worker) for kind, rule in rules.by_kind.items() if kind in kinds}


def counts(flow: Flow, settings: Settings, device: str | None) -> dict[str, int]:
    """Return the number of jobs of a flow by kind."""
    asked = demands(flow, device or settings.device).values()
    return dict(Counter(demand.kind.value for demand in asked))


def place(flow: Flow, rules: Rules) -> None:
    """Give every job of a flow its worker and resources."""
    asked = demands(flow, rules.device)
    for job in all_jobs(flow):
        rules.place(job, asked[job.uuid].kind, asked[job.uuid].images)


def submit_campaign(
    flow: Flow,
    project: "Project",
    rules: Rules,
    *,
    kind: str,
    preset: str,
    engines: Sequence[str],
    source: str | None,
) -> Submitted:
    """Submit the flow of a campaign, unless an equal one is under way.

    Parameters
    ----------
    flow
        Flow whose output is a result.
    project, rules
        From :func:`rules_for`.
    kind, preset, engines
        Campaign, preset and engines, for lists.
    source
        File of the structure; None for the built-in one.

    Raises
    ------
    ProjectError, QueueError
        See :func:`liponflow.runners.remote.submission.submit`.
    """
    place(flow, rules)
    record = {
        "kind": kind,
        "preset": preset,
        "engines": list(engines),
        "source": source,
        "fingerprint": fingerprint_of(flow),
    }
    return submit(project, flow, rules, record)
