"""Worker and resources of each job, also of those that jobs make when they run.

jobflow-remote takes both from the ``manager_config`` of a job, which jobflow hands down to the
jobs that it makes: they would have the resources of their maker. The rules therefore travel with
every job, and :mod:`liponflow.workflows.remote_job` places the new ones by them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobflow import Job

from liponflow import __version__
from liponflow.names import nearest
from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.projects import check_resources, find_worker, known_resources
from liponflow.settings import JobKind, ResourceRule

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project

KEY = "liponflow"
"""Entry of ``manager_config`` with the rules, which jobflow-remote ignores."""

NO_CONFIG = {"pre_run": ""}
"""Execution configuration that adds nothing."""

PRIORITY = 1
"""Priority of jobs without one: jobflow-remote takes 0 for that of the job that makes them."""


@dataclass(frozen=True)
class Rules:
    """Rules of a submission.

    Attributes
    ----------
    by_kind
        Rule of every kind, each with its worker.
    device
        Device of the potentials.
    version
        Version of liponflow that submitted.
    """

    by_kind: Mapping[JobKind, ResourceRule]
    device: str
    version: str = __version__

    def as_document(self) -> dict[str, Any]:
        """Return the rules as they travel with a job."""
        rules = {
            kind.value: rule.model_dump(exclude_defaults=True)
            for kind, rule in self.by_kind.items()
        }
        return {"version": self.version, "device": self.device, "rules": rules}

    @classmethod
    def of_job(cls, manager_config: Mapping[str, Any]) -> "Rules | None":
        """Return the rules that travel with a job; None if it was submitted otherwise."""
        document = manager_config.get(KEY)
        if document is None:
            return None
        rules = {
            JobKind(kind): ResourceRule.model_validate(rule)
            for kind, rule in document["rules"].items()
        }
        return cls(rules, document["device"], document["version"])

    def place(self, job: Job, kind: JobKind, images: int) -> None:
        """Give a job its worker, resources and priority.

        Parameters
        ----------
        job
            The job.
        kind, images
            What it asks for.
        """
        rule = self.by_kind[kind]
        several = {key: count * images for key, count in rule.per_image.items()}
        job.config.manager_config = {
            KEY: self.as_document(),
            "worker": rule.worker,
            # Empty entries would be taken from the job that makes this one.
            "resources": {**rule.resources, **several},
            "exec_config": rule.exec_config or NO_CONFIG,
            "priority": rule.priority,
        }


def make_rules(
    project: "Project",
    *,
    worker: str,
    given: Mapping[JobKind, ResourceRule],
    resources: Mapping[str, Any],
    device: str,
    only: str | None = None,
    priority: int = PRIORITY,
) -> Rules:
    """Return the rules of a submission.

    Parameters
    ----------
    project
        The project.
    worker
        Worker of the kinds without a rule.
    given
        Rules of the settings.
    resources
        Resources of the command, which replace those of the rules: ``key``, or ``KIND.key``
        for one kind.
    device
        Device of the potentials.
    only
        Worker of every job, whatever the rules say.
    priority
        Priority of the kinds without one.

    Raises
    ------
    ProjectError
        If a worker, execution configuration, kind or resource is unknown; the nearest is
        suggested.
    """
    general, special = _by_kind(resources)
    found = {}
    for kind in JobKind:
        rule = given.get(kind, ResourceRule())
        with named(f"hpc_rules, {kind.value}"):
            name = find_worker(project, only or rule.worker or worker)
            chosen = project.workers[name]
            if rule.exec_config is not None and rule.exec_config not in project.exec_config:
                raise ProjectError(
                    f"project {project.name} has no exec_config {rule.exec_config!r}"
                    f"{nearest(rule.exec_config, project.exec_config)}"
                )
            check_resources(name, chosen, {**rule.resources, **rule.per_image})
        with named("--resources"):
            check_resources(name, chosen, special.get(kind, {}))
            _check_general(project, name, kind, general)
        with named("the project file"):
            check_resources(name, chosen, chosen.resources or {})
        own = {**rule.resources, **general, **special.get(kind, {})}
        # jobflow-remote takes those of a job instead of the worker's, not beside them.
        own = {**(chosen.resources or {}), **own}
        try:
            chosen.get_scheduler_io().generate_header({**own, **rule.per_image})
        except ValueError as error:
            raise ProjectError(f"{kind.value} jobs on worker {name}: {error}") from error
        placed = {"worker": name, "resources": own, "priority": rule.priority or priority}
        found[kind] = rule.model_copy(update=placed)
    return Rules(found, device)


@contextmanager
def named(origin: str) -> Iterator[None]:
    """Put into the errors of a block where the user gave what is wrong."""
    try:
        yield
    except ProjectError as error:
        raise ProjectError(f"{origin}: {error}") from error


def _check_general(
    project: "Project", worker: str, kind: JobKind, resources: Mapping[str, Any]
) -> None:
    """Refuse resources of all jobs that a worker does not know; another may."""
    try:
        check_resources(worker, project.workers[worker], resources)
    except ProjectError as error:
        if not any(resources.keys() <= known_resources(it) for it in project.workers.values()):
            raise
        raise ProjectError(
            f"{error}; {kind.value} jobs go to it: give KIND.KEY=VALUE for the kinds that "
            "can have the resource"
        ) from error


def _by_kind(
    resources: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[JobKind, dict[str, Any]]]:
    """Split resources into those of all jobs and those of a kind."""
    general: dict[str, Any] = {}
    special: dict[JobKind, dict[str, Any]] = {}
    for name, value in resources.items():
        kind, dot, key = name.partition(".")
        if not dot:
            general[name] = value
        elif kind not in set(JobKind):
            raise ProjectError(
                f"{name}: there is no kind of job {kind!r}{nearest(kind, map(str, JobKind))}"
            )
        else:
            special.setdefault(JobKind(kind), {})[key] = value
    return general, special


def parse_resources(given: list[str]) -> dict[str, int | str]:
    """Read ``KEY=VALUE`` words; whole numbers become numbers.

    Raises
    ------
    ProjectError
        If a word has no value.

    Examples
    --------
    >>> parse_resources(["nodes=2", "time=24:00:00", "neb.ntasks=160"])
    {'nodes': 2, 'time': '24:00:00', 'neb.ntasks': 160}
    """
    found: dict[str, int | str] = {}
    for word in given:
        key, equals, value = word.partition("=")
        if not key or not equals or not value:
            raise ProjectError(f"--resources {word}: give KEY=VALUE, such as nodes=2")
        found[key] = int(value) if value.isdigit() else value
    return found
