"""Campaigns through a real Grid Engine of one host, and a queue on SecantusDB."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jobflow import Flow

pytest.importorskip("jobflow_remote")

import grid_engine
from cluster import Cluster, cluster_in, environment_in, ran, summed, until
from grid_engine import SLOTS, GridEngine
from queues import worker
from remote_jobs import counted, hangs_once, needs, waits

from liponflow.diagnosis import State as Found
from liponflow.runners.remote.campaigns import State, cancel, rerun
from liponflow.runners.remote.checks import WorkerCheck
from liponflow.runners.remote.projects import open_project
from liponflow.runners.remote.server import is_installed

BRIEF_S = 30
"""Walltime of the worker ``brief`` (s)."""


@dataclass
class GridEngineCluster(Cluster):
    """With the Grid Engine."""

    grid_engine: GridEngine


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, warm_python: list[str]
) -> Iterator[GridEngineCluster]:
    if reason := grid_engine.missing():
        pytest.skip(reason)
    if not is_installed():
        pytest.skip("the extra `queue` is not installed")
    folder = tmp_path_factory.mktemp("cluster")
    engine = GridEngine(folder / "sge")
    environment = environment_in(folder / "environment", warm_python)
    main = worker(
        folder, "main", "sge", resources={"pe": "smp", "slots": 1}, environment=environment
    )
    brief = worker(
        folder, "brief", "sge", resources={"h_rt": f"0:0:{BRIEF_S}"}, environment=environment
    )
    try:
        engine.start()
        with (
            pytest.MonkeyPatch.context() as patch,
            cluster_in(folder, main, brief, variables=engine.environment) as made,
        ):
            for name, text in engine.environment.items():
                patch.setenv(name, text)  # the checks ask Grid Engine from this process
            yield GridEngineCluster(**vars(made), grid_engine=engine)
    finally:
        engine.stop()


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    ("resources", "refused"),
    [
        ({"pe": "smp", "slots": SLOTS, "h_rt": "0:59:0", "l": "mem_free=1M"}, ""),
        ({"pe": "smp", "slots": SLOTS + 1}, 'PE "smp" because it only offers 0 slots'),
        ({"pe": "mpi", "slots": 2}, 'parallel environment "mpi" does not exist'),
        ({"h_rt": "2:0:0"}, "-l h_rt=7200"),
        ({"l": "memory=1G"}, 'unknown resource "memory"'),
        ({"queue": "night"}, 'unknown queue "night"'),
        ({"slots": 2}, "give both pe and slots"),
    ],
)
def test_doctor_asks_grid_engine_for_the_resources(
    resources: dict[str, str | int], refused: str
) -> None:
    main = open_project("test").workers["main"].model_copy(update={"resources": resources})
    found = {item.part: item for item in WorkerCheck("main", main, software=False).findings()}
    assert found["scheduler"].found == "Grid Engine on this machine answers"
    if refused:
        assert found["resources"].state is Found.MISSING
        assert refused in found["resources"].found
    else:
        assert found["resources"].state is Found.OK
        assert found["resources"].found.startswith("Grid Engine accepts default")


def test_job_that_failed_runs_again_and_one_with_a_hold_waits(
    cluster: GridEngineCluster, marks: Path, gate: Path
) -> None:
    broken = Flow([one := needs(str(gate))], output=one.output)
    flow = summed([counted(str(marks), 1), waits(str(marks), 2, str(gate))])
    first, second = cluster.submit(broken), cluster.submit(flow, slots=2)
    until(lambda: cluster.status(first).failures() and len(ran(marks)) == 2)
    (failure,) = cluster.status(first).failures()
    assert failure.reason.startswith("FileNotFoundError")
    assert (Path(str(failure.directory)) / "queue.err").exists(), "not in home"
    # A running job with a hold has the combined state hr, and one that is suspended S or s.
    lines = map(str.split, cluster.grid_engine.answer("qstat").splitlines())
    (number,) = [line[0] for line in lines if line[2:3] == ["waits"]]
    assert cluster.grid_engine.answer("qhold", number)
    assert cluster.grid_engine.answer("qmod", "-sj", number)
    gate.write_text("5")
    assert rerun(open_project("test"), [first]) == ["needs"]
    cluster.wait(first)
    assert cluster.status(second).state is State.RUNNING, "what is suspended has not ended"
    assert cluster.grid_engine.answer("qmod", "-usj", number)
    waiting = next(job for job in cluster.wait(second).jobs if job.name == "waits")
    assert "#$ -pe smp 2" in (Path(str(waiting.directory)) / "submit.sh").read_text()
    assert cluster.outputs(broken) + cluster.outputs(flow) == ["5", 1, 2, {"total": 3}]
    assert ran(marks) == {1: 1, 2: 1}


def test_cancelled_jobs_leave_grid_engine_and_run_again(
    cluster: GridEngineCluster, marks: Path, gate: Path
) -> None:
    flow = summed([waits(str(marks), number, str(gate)) for number in range(2)])
    uuid = cluster.submit(flow)
    until(lambda: len(ran(marks)) == 2)
    until(lambda: cluster.status(uuid).counts[State.RUNNING] == 2)
    assert cancel(open_project("test"), [uuid]) == 2
    until(lambda: "waits" not in cluster.grid_engine.answer("qstat"))
    assert cluster.status(uuid).state is State.STOPPED
    gate.touch()
    assert sorted(rerun(open_project("test"), [uuid])) == ["waits", "waits"]
    cluster.wait(uuid)
    assert cluster.outputs(flow) == [0, 1, {"total": 1}]


def test_job_that_runs_out_of_walltime_is_told_and_goes_on(
    cluster: GridEngineCluster, marks: Path
) -> None:
    flow = summed([hangs_once(str(marks), 1, 600)])
    uuid = cluster.submit(flow, on="brief")
    until(lambda: cluster.status(uuid).failures())
    (failure,) = cluster.status(uuid).failures()
    assert "ended without an outcome (walltime?" in failure.reason
    assert rerun(open_project("test"), [uuid]) == ["hangs_once"]
    cluster.wait(uuid)
    assert cluster.outputs(flow) == [1, {"total": 1}]
    assert ran(marks) == {1: 2}
