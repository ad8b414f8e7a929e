"""Rules for workers and resources."""

import json
from pathlib import Path
from typing import Any

import pytest
from jobflow import job
from queues import worker

from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.placement import KEY, Rules, make_rules, parse_resources
from liponflow.runners.remote.setup import write_project
from liponflow.settings import JobKind, ResourceRule

QUEUE = {"type": "MongoStore", "database": "d", "collection_name": "jobs"}


@pytest.fixture
def project(projects: Path, tmp_path: Path) -> Any:
    assert not projects.exists()
    cpu = worker(tmp_path, "cpu", "slurm", resources={"nodes": 1, "time": "1:00:00"})
    for one in (cpu, worker(tmp_path, "here")):
        made, _ = write_project("test", one, queue=QUEUE, results=tmp_path / "results.db")
    return made


def rules(
    project: Any, given: dict[JobKind, ResourceRule], *resources: str, **fields: Any
) -> Rules:
    return make_rules(
        project, worker="cpu", given=given, resources=parse_resources(list(resources)),
        device="cpu", **fields,
    )  # fmt: skip


def placed(made: Rules, kind: JobKind, images: int = 1) -> dict[str, Any]:
    one = job(abs)(-1)
    made.place(one, kind, images)
    config: dict[str, Any] = one.config.manager_config
    return config


def test_rules_and_options_replace_single_resources_of_the_worker(project: Any) -> None:
    given = {
        JobKind.NEB: ResourceRule(resources={"nodes": 5}, per_image={"ntasks": 16}),
        JobKind.LIGHT: ResourceRule(priority=7),
    }
    made = rules(project, given, "time=2:00:00", "neb.nodes=10")
    assert placed(made, JobKind.NEB, images=5) == {
        KEY: made.as_document(),
        "worker": "cpu",
        "resources": {"nodes": 10, "time": "2:00:00", "ntasks": 80},
        "exec_config": {"pre_run": ""},
        "priority": 1,
    }
    assert placed(made, JobKind.RELAX)["resources"] == {"nodes": 1, "time": "2:00:00"}
    assert placed(made, JobKind.LIGHT)["priority"] == 7


def test_kinds_go_to_their_workers_and_all_to_one_that_is_named(project: Any) -> None:
    given = {JobKind.LIGHT: ResourceRule(worker="here")}
    made = rules(project, given)
    assert placed(made, JobKind.LIGHT)["worker"] == "here"
    assert placed(made, JobKind.LIGHT)["resources"] == {}
    assert placed(made, JobKind.STATIC)["worker"] == "cpu"
    assert placed(rules(project, given, only="cpu"), JobKind.LIGHT)["worker"] == "cpu"


def test_resource_that_the_worker_of_a_kind_does_not_know_is_to_be_given_by_kind(
    project: Any,
) -> None:
    given = {JobKind.LIGHT: ResourceRule(worker="here")}
    message = "'nodes' is not a resource .* of worker here .*; light jobs go to it: give KIND.KEY"
    with pytest.raises(ProjectError, match=message):
        rules(project, given, "nodes=2")
    assert placed(rules(project, given, "relax.nodes=2"), JobKind.RELAX)["resources"]["nodes"] == 2


def test_rules_travel_with_a_job(project: Any) -> None:
    made = rules(project, {JobKind.NEB: ResourceRule(per_image={"ntasks": 4})}, "nodes=2")
    config = json.loads(json.dumps(placed(made, JobKind.LIGHT)))
    assert Rules.of_job(config) == made
    assert Rules.of_job({"worker": "cpu"}) is None


@pytest.mark.parametrize(
    ("given", "resources", "message"),
    [
        # No worker knows it: it is no resource to be given by kind.
        ({}, "nodess=2", r"^--resources: 'nodess' .*did you mean 'nodes'\? \(known: [^)]*\)$"),
        ({}, "md.nodess=2", "^--resources: 'nodess' .*did you mean 'nodes'"),
        ({}, "nebb.nodes=2", "did you mean 'neb'"),
        ({JobKind.MD: ResourceRule(worker="cpus")}, "nodes=2", "^hpc_rules, md: .*mean 'cpu'"),
        (
            {JobKind.MD: ResourceRule(per_image={"ntask": 2})},
            "nodes=2",
            "^hpc_rules, md: .*did you mean 'ntasks'",
        ),
        ({JobKind.MD: ResourceRule(exec_config="gcc")}, "nodes=2", "no exec_config 'gcc'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest_and_where_they_were_given(
    project: Any, given: dict[JobKind, ResourceRule], resources: str, message: str
) -> None:
    with pytest.raises(ProjectError, match=message):
        rules(project, given, resources)


def test_unknown_resource_of_the_worker_itself_is_refused(project: Any) -> None:
    project.workers["cpu"].resources = {"partion": "long"}
    with pytest.raises(ProjectError, match=r"^the project file: 'partion' .*mean 'partition'"):
        rules(project, {})


@pytest.mark.parametrize("word", ["nodes", "nodes=", "=2"])
def test_resources_without_a_value_are_refused(word: str) -> None:
    with pytest.raises(ProjectError, match="KEY=VALUE"):
        parse_resources([word])
