"""Campaigns through a real Slurm of one node, and a queue on SecantusDB.

One Slurm, one queue and one runner serve all tests. Jobs wait for files, not for times, so that a
test sees them in the state that it is about on a busy machine, too.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from jobflow import Flow

pytest.importorskip("jobflow_remote")

import slurm as slurm_module
from cluster import PATIENCE, Cluster, cluster_in, environment_in, ran, summed, until
from queues import on_mongod, worker
from remote_jobs import counted, fan, hangs_once, needs, total, waits
from slurm import Slurm

from liponflow.diagnosis import State as Found
from liponflow.job_directory import attempts
from liponflow.runners.remote import campaigns as module
from liponflow.runners.remote.campaigns import State, cancel, rerun
from liponflow.runners.remote.checks import WorkerCheck, project_findings
from liponflow.runners.remote.projects import job_controller, open_project
from liponflow.runners.remote.server import is_installed
from liponflow.settings import JobKind, ResourceRule
from liponflow.store.results import get_result, open_store
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.fetching import fetch
from liponflow.workflows.submission import rules_for, submit_campaign

BRIEF = "30:00"
"""Walltime of the workers ``brief`` and ``brief-batch``."""


@dataclass
class SlurmCluster(Cluster):
    """With the Slurm."""

    slurm: Slurm


@pytest.fixture(scope="module", params=["secantusdb", "mongod"])
def cluster(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    cheap_vasp: str,
    warm_python: list[str],
) -> Iterator[SlurmCluster]:
    elsewhere = on_mongod() if request.param == "mongod" else None
    if reason := slurm_module.missing():
        pytest.skip(f"no Slurm here: {reason}")
    if elsewhere is None and not is_installed():
        pytest.skip("the extra `queue` is not installed")
    folder = tmp_path_factory.mktemp("cluster")
    slurm = Slurm(folder / "slurm")
    environment = environment_in(folder / "environment", warm_python)
    main = worker(
        folder, "main", "slurm", variables={"LIPONFLOW_VASP_CMD": cheap_vasp}, batch_jobs=2,
        resources={"ntasks": 1}, environment=environment,
    )  # fmt: skip
    brief = worker(
        folder, "brief", "slurm", resources={"ntasks": 1, "time": BRIEF}, batch_jobs=1,
        environment=environment,
    )  # fmt: skip
    try:
        slurm.start()
        os.environ.update(slurm.environment)  # the checks ask Slurm from this process
        with cluster_in(folder, main, brief, variables=slurm.environment, queue=elsewhere) as made:
            yield SlurmCluster(**vars(made), slurm=slurm)
    finally:
        slurm.stop()
        del os.environ["SLURM_CONF"]


def test_doctor_finds_nothing_missing(cluster: SlurmCluster) -> None:
    project, found = project_findings("test")
    assert project is not None
    _, rules = rules_for(
        cluster.settings, project="test", worker=None, resources={}, batch=False, device=None,
        priority=1,
    )  # fmt: skip
    found += WorkerCheck("main", project.workers["main"], rules, ["chgnet"]).findings()
    lines = {finding.part: finding for finding in found}
    assert [line.line for line in found if line.state is Found.MISSING] == []
    assert lines["scheduler"].found == "Slurm on this machine answers"
    assert lines["resources"].found.startswith("Slurm accepts relax, static")
    assert "chgnet" in lines["potentials"].found


@pytest.mark.usefixtures("cluster")
def test_doctor_names_what_slurm_refuses_and_a_worker_without_liponflow() -> None:
    project = open_project("test")
    main = project.workers["main"].model_copy(
        update={"resources": {"partition": "gpu"}, "pre_run": "export PATH=/usr/bin:/bin"}
    )
    found = {item.part: item for item in WorkerCheck("main", main).findings()}
    assert found["resources"].state is Found.MISSING
    assert "invalid partition" in found["resources"].found.lower()
    assert found["liponflow"].state is Found.MISSING
    assert "remote_job_data.json does not exist" in found["liponflow"].found


def test_job_that_failed_runs_again_when_its_cause_is_gone(
    cluster: SlurmCluster, marks: Path, tmp_path: Path
) -> None:
    file = tmp_path / "needed"
    jobs = [counted(str(marks), 1), needs(str(file))]
    flow = Flow([*jobs, (last := total([jobs[0].output, jobs[1].output]))], output=last.output)
    uuid = cluster.submit(flow)
    until(lambda: cluster.status(uuid).state is State.FAILED)
    failures = cluster.status(uuid).failures()
    assert [job.name for job in failures] == ["needs"], failures
    (failure,) = failures
    assert failure.reason.startswith("FileNotFoundError")
    assert Path(str(failure.directory)).is_dir()
    file.write_text("5")
    assert rerun(open_project("test"), [uuid]) == ["needs"]
    until(lambda: cluster.status(uuid).state is not State.FAILED)
    until(lambda: cluster.status(uuid).state in {State.FAILED, State.DONE})
    # The sum of a number and a word fails, and that is said.
    (failure,) = cluster.status(uuid).failures()
    assert failure.reason.startswith("TypeError")
    assert ran(marks) == {1: 1}


def test_job_that_the_scheduler_cancelled_and_one_that_the_user_cancelled(
    cluster: SlurmCluster, marks: Path, gate: Path
) -> None:
    flow = summed([waits(str(marks), number, str(gate)) for number in range(2)])
    uuid = cluster.submit(flow)
    until(lambda: len(ran(marks)) == 2)
    numbers = cluster.slurm.answer("squeue", "-h", "-n", "waits", "-o", "%i").split()
    cluster.slurm.answer("scancel", numbers[0])
    until(lambda: cluster.status(uuid).failures())
    (failure,) = cluster.status(uuid).failures()
    assert "ended without an outcome" in failure.reason
    until(lambda: cancel(open_project("test"), [uuid]))
    until(lambda: not cluster.slurm.answer("squeue", "-h", "-n", "waits"))
    assert cluster.status(uuid).counts[State.STOPPED] == 1
    gate.touch()
    rerun(open_project("test"), [uuid])
    cluster.wait(uuid)
    assert cluster.outputs(flow) == [0, 1, {"total": 1}]
    assert ran(marks) == {0: 2, 1: 2}
    # What the first attempt left is where an engine finds it.
    assert len(attempts(Path(str(failure.directory)))) == 1


def test_controller_of_slurm_that_is_down_for_a_while(
    cluster: SlurmCluster, marks: Path, gate: Path
) -> None:
    flow = summed([waits(str(marks), number, str(gate)) for number in range(2)])
    uuid = cluster.submit(flow)
    until(lambda: len(ran(marks)) == 2)
    cluster.slurm.end_controller()
    gate.touch()
    until(lambda: cluster.status(uuid).failures())
    cluster.slurm.start_controller()
    rerun(open_project("test"), [uuid])
    cluster.wait(uuid)
    assert cluster.outputs(flow) == [0, 1, {"total": 1}]
    assert set(ran(marks).values()) == {1}


@contextmanager
def stale_after(seconds: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(module, "STALE_S", seconds)
        yield


def test_runner_that_is_killed_and_started_again(
    cluster: SlurmCluster, marks: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = summed([waits(str(marks), number, str(gate)) for number in range(3)])
    uuid = cluster.submit(flow)
    until(lambda: ran(marks))
    cluster.runner.kill()
    gate.touch()
    with stale_after(0, monkeypatch):
        rerun(open_project("test"), [uuid])
    cluster.runner.start()
    cluster.wait(uuid)
    assert cluster.outputs(flow) == [0, 1, 2, {"total": 3}]
    assert set(ran(marks).values()) == {1}


def test_queue_server_that_is_killed_ten_times(
    cluster: SlurmCluster, marks: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cluster.queue.pid is None:
        pytest.skip("only a server of our own is killed")
    made = [counted(str(marks), number) for number in range(4)]
    flow = summed([*made, waits(str(marks), 4, str(gate))])
    uuid = cluster.submit(flow)
    for number in range(10):
        # At other moments of what the runner does.
        time.sleep(0.3 + 0.1 * number)
        killed = psutil.Process(cluster.queue.pid)
        killed.send_signal(signal.SIGKILL)
        killed.wait(60)
        cluster.queue.start()
        # What was acknowledged is there.
        assert len(cluster.status(uuid).jobs) == len(flow.jobs)
    gate.touch()
    with stale_after(20, monkeypatch):
        end = time.monotonic() + PATIENCE
        while (now := cluster.status(uuid)).state is not State.DONE:
            assert time.monotonic() < end, [(job.name, job.stage, job.reason) for job in now.jobs]
            # The runner cannot give back what it held when the server was killed.
            if now.failures() or any(job.is_stale for job in now.jobs):
                rerun(open_project("test"), [uuid])
            time.sleep(1)
    assert cluster.outputs(flow)[-1] == {"total": 10}
    assert set(ran(marks).values()) == {1}


def test_small_jobs_share_the_jobs_of_a_batch(cluster: SlurmCluster, marks: Path) -> None:
    count = 30
    made = fan(str(marks), count)
    with job_controller(open_project("test")) as controller:
        before = controller.count_batches()
    uuid = cluster.submit(Flow([made], output=made.output), on="main-batch")
    cluster.wait(uuid)
    assert ran(marks) == Counter(range(count))
    with job_controller(open_project("test")) as controller:
        batches = controller.count_batches() - before
    assert batches <= 4, "each has run several jobs"
    store = open_store(cluster.folder / "results.db", read_only=True)
    assert store.get_output(made.uuid) == {"total": sum(range(count))}
    store.close()


def test_jobs_that_run_out_of_walltime_are_told_and_run_again(
    cluster: SlurmCluster, marks: Path
) -> None:
    """One has a job of Slurm for itself, one is in a batch."""
    flows: dict[str, Flow] = {}
    for name in ("brief", "brief-batch"):
        (marks / name).mkdir()
        flow = summed([hangs_once(str(marks / name), 1, 600)])
        flows[cluster.submit(flow, on=name)] = flow
    until(lambda: all(ran(folder) for folder in marks.iterdir()))
    # Their time ends now. Slurm looks for such jobs every half minute.
    for line in cluster.slurm.answer("squeue", "-h", "-o", "%i %l").splitlines():
        number, limit = line.split()
        if limit == BRIEF:
            cluster.slurm.answer("scontrol", "update", f"JobId={number}", "EndTime=now+1")
    for uuid in flows:
        until(lambda: cluster.status(uuid).failures())  # noqa: B023
        (failure,) = cluster.status(uuid).failures()
        assert "ended without an outcome (walltime?" in failure.reason
        assert rerun(open_project("test"), [uuid]) == ["hangs_once"]
    for uuid, flow in flows.items():
        cluster.wait(uuid)
        assert cluster.outputs(flow) == [1, {"total": 1}]
    assert [ran(folder) for folder in marks.iterdir()] == [{1: 2}] * 2


def test_error_in_a_batch_leaves_its_other_jobs_alone(
    cluster: SlurmCluster, marks: Path, tmp_path: Path
) -> None:
    file = tmp_path / "needed"
    jobs = [counted(str(marks), number) for number in range(5)]
    last = total([*(job.output for job in jobs), (failing := needs(str(file))).output])
    flow = Flow([failing, *jobs, last], output=last.output)
    uuid = cluster.submit(flow, on="main-batch")
    until(lambda: len(ran(marks)) == 5 and cluster.status(uuid).failures())
    (failure,) = cluster.status(uuid).failures()
    assert failure.reason.startswith("FileNotFoundError")
    file.write_text("5")
    rerun(open_project("test"), [uuid])
    until(lambda: cluster.status(uuid).counts[State.DONE] == 6)
    assert set(ran(marks).values()) == {1}


def test_lithiation_by_the_stand_in_ends_as_a_result(
    cluster: SlurmCluster, tmp_path: Path
) -> None:
    flow = get_campaign("lithiation").plan(
        preset="quick", engine="vasp", overrides={"x": [1, 0], "force_limit": 0.5}
    )
    settings = cluster.settings
    settings.hpc_rules = {
        JobKind.RELAX: ResourceRule(resources={"ntasks": 2}),
        JobKind.STATIC: ResourceRule(resources={"ntasks": 3}),
    }
    project, rules = rules_for(
        settings, project=None, worker=None, resources={}, batch=False, device=None, priority=1
    )
    settings.hpc_rules = {}
    uuid = submit_campaign(
        flow, project, rules, kind="lithiation", preset="quick", engines=["vasp"], source=None
    ).uuid
    status = cluster.wait(uuid)
    assert {job.state for job in status.jobs} == {State.DONE}
    with job_controller(open_project("test")) as controller:
        asked = {
            job["job"]["name"]: job["resources"]["ntasks"]
            for job in controller.jobs.find({}, ["job.name", "resources", "uuid"])
            if job["uuid"] in {one.uuid for one in status.jobs}
        }
    assert asked["relax Li metal"] == asked["relax x=1 vacancy 0 cubic"] == 2
    assert asked["static x=1"] == 3, "made by a light job"
    assert asked["choose x=1"] == asked["collect x=1"] == asked["result"] == 1
    fetched = fetch(open_project("test"), cluster.settings, [uuid])
    assert fetched.unfinished == fetched.damaged == []
    (stored,) = fetched.results
    assert stored.result.kind == "lithiation"
    assert [state.x for state in stored.result.states] == [0, 1]
    elsewhere = cluster.settings.model_copy(update={"store": tmp_path / "other.db"})
    fetch(open_project("test"), elsewhere, [uuid])
    store = open_store(elsewhere.store, read_only=True)
    assert get_result(store, stored.uuid).result == stored.result
    store.close()
