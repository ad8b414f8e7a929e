"""A worker that is reached by a real SSH server, and a queue on SecantusDB."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from jobflow import Flow
from typer.testing import CliRunner

pytest.importorskip("jobflow_remote")

import sshd as sshd_module
from cluster import Cluster, cluster_in, environment_in, ran, summed, until
from queues import worker
from remote_jobs import needs, waits
from sshd import Sshd

from liponflow.cli import app
from liponflow.diagnosis import Finding
from liponflow.diagnosis import State as Found
from liponflow.runners.remote import connections
from liponflow.runners.remote.campaigns import State, cancel, rerun
from liponflow.runners.remote.checks import WorkerCheck
from liponflow.runners.remote.connections import connected
from liponflow.runners.remote.errors import WorkerError
from liponflow.runners.remote.projects import open_project
from liponflow.runners.remote.server import is_installed
from liponflow.runners.remote.setup import CONNECT_S


@dataclass
class FarCluster(Cluster):
    """With the server."""

    sshd: Sshd


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, warm_python: list[str]
) -> Iterator[FarCluster]:
    if reason := sshd_module.missing():
        pytest.skip(reason)
    if not is_installed():
        pytest.skip("the extra `queue` is not installed")
    folder = tmp_path_factory.mktemp("cluster")
    server = Sshd(folder / "sshd")
    try:
        server.start()
        environment = environment_in(folder / "environment", warm_python)
        far = worker(folder, "far", environment=environment, max_jobs=4, **server.worker)
        with cluster_in(folder, far) as made:
            yield FarCluster(**vars(made), sshd=server)
    finally:
        server.stop()
        for number in processes(str(folder / "jobs")):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def far(**changes: Any) -> Any:
    """Return the worker, changed."""
    return open_project("test").workers["far"].model_copy(update=changes)


def findings(**changes: Any) -> dict[str, Finding]:
    return {item.part: item for item in WorkerCheck("far", far(**changes)).findings()}


@pytest.mark.usefixtures("cluster")
def test_doctor_examines_a_host_by_ssh() -> None:
    found = findings()
    assert found["work_dir"].state is Found.OK
    assert found["liponflow"].state is Found.OK
    assert "host" not in found
    assert re.search(
        r"host key is ssh-ed25519 SHA256:\S+, which is not in known_hosts", found["host key"].found
    )
    found = findings(work_dir=Path("/proc/1/jobs"))
    assert found["work_dir"].state is Found.MISSING


@pytest.fixture
def settings(cluster: FarCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands use the settings of the tests."""
    monkeypatch.setenv("LIPONFLOW_STORE", str(cluster.settings.store))


@pytest.mark.usefixtures("settings")
def test_worker_of_the_command_is_reached(cluster: FarCluster) -> None:
    there = cluster.sshd.worker
    done = CliRunner().invoke(
        app,
        [
            "setup", "hpc", "--project", "test", "--worker", "made", "--scheduler", "shell",
            "--host", there["host"], "--user", there["user"], "--ssh-port", str(there["port"]),
            "--key-file", str(there["key_file"]), "--work-dir", str(cluster.folder / "jobs"),
            "--environment", str(cluster.folder / "environment"), "--max-jobs", "4",
        ],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    made = open_project("test").workers["made"]
    assert made.connect_timeout == CONNECT_S
    with connected("made", made) as host:
        assert host.execute("echo there") == ("there\n", "", 0)


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"port": 1}, "port 1: nothing listens at this port"),
        ({"user": "nobody_of_the_tests"}, "nobody_of_the_tests@127.0.0.1, .* refuses the key"),
        ({"host": "host.invalid"}, "the name of the host is not known"),
        ({"key_filename": "OTHER"}, "it refuses the key of this user"),
        ({"key_filename": "/no/key"}, "there is no key /no/key"),
        ({"key_filename": "NONE"}, "the private key cannot be read"),
    ],
)
def test_host_that_cannot_be_reached_is_named_with_the_command_to_try(
    cluster: FarCluster, changes: dict[str, Any], reason: str
) -> None:
    places = {"OTHER": "other", "NONE": "sshd_config"}
    if (key := changes.get("key_filename")) in places:
        changes = {"key_filename": str(cluster.sshd.folder / places[key])}
    with pytest.raises(WorkerError, match=reason) as error, connected("far", far(**changes)):
        pass
    assert re.search(r"`ssh -p \d+ -i \S+ \S+@\S+ true` must work first", str(error.value))
    found = findings(**changes)
    assert found["host"].state is Found.MISSING
    assert re.search(reason, found["host"].found)


def test_host_with_another_key_than_the_known_one_is_refused_by_the_doctor(
    cluster: FarCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    known = tmp_path / ".ssh" / "known_hosts"
    known.parent.mkdir()
    for name, state in (("host", None), ("other", Found.MISSING)):
        key = (cluster.sshd.folder / f"{name}.pub").read_text()
        known.write_text(f"[127.0.0.1]:{cluster.sshd.port} {key}")
        with connected("far", far()) as host:
            fault = connections.host_key_fault(host, far())
        assert (fault is not None and fault[0]) == (state is Found.MISSING)


@pytest.mark.usefixtures("settings")
def test_campaign_survives_a_failure_and_a_lost_host(
    cluster: FarCluster, marks: Path, gate: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = Flow([one := needs(str(gate))], output=one.output)
    flow = summed([waits(str(marks), 1, str(gate))])
    first, second = cluster.submit(broken), cluster.submit(flow)
    until(lambda: cluster.status(first).failures())
    until(lambda: ran(marks) and cluster.status(second).counts[State.RUNNING])
    (failure,) = cluster.status(first).failures()
    assert failure.reason.startswith("FileNotFoundError")
    cluster.sshd.stop()
    # Nothing is called stopped that runs on, and no command shows a traceback.
    for command in ("cancel", "status", "fetch", "rerun"):
        capfd.readouterr()
        done = CliRunner().invoke(app, [command, second, "--project", "test"])
        said = done.output + "".join(capfd.readouterr())
        assert "Traceback" not in said, said
        assert done.exit_code == (command in {"cancel", "fetch"}), said
        assert command != "cancel" or "worker far cannot be reached" in said
    assert cluster.status(second).counts[State.RUNNING] == 1
    gate.write_text("5")
    until(lambda: reasons(cluster, second))
    assert all("nothing listens at this port" in reason for reason in reasons(cluster, second))
    cluster.sshd.start()
    until(lambda: is_done(cluster, first) and is_done(cluster, second))
    assert cluster.outputs(broken) + cluster.outputs(flow) == ["5", 1, {"total": 1}]
    assert ran(marks) == {1: 1}


def reasons(cluster: FarCluster, uuid: str) -> list[str]:
    """Return why jobs failed, or wait."""
    words = [job.reason for job in cluster.status(uuid).jobs if job.state is not State.WAITING]
    return [line for line in words if "cannot be reached" in line]


def is_done(cluster: FarCluster, uuid: str) -> bool:
    """Return whether a campaign is done; what has failed runs again."""
    status = cluster.status(uuid)
    if status.failures():
        rerun(open_project("test"), [uuid])
    return status.state is State.DONE


def test_cancelled_job_ends_with_all_its_processes(
    cluster: FarCluster, marks: Path, gate: Path
) -> None:
    flow = summed([waits(str(marks), 1, str(gate))])
    uuid = cluster.submit(flow)
    until(lambda: ran(marks) and cluster.status(uuid).counts[State.RUNNING])
    directory = str(cluster.status(uuid).jobs[0].directory)
    assert processes(directory)
    assert cancel(open_project("test"), [uuid]) == 1
    until(lambda: not processes(directory))
    gate.touch()
    assert rerun(open_project("test"), [uuid]) == ["waits"]
    cluster.wait(uuid)
    assert cluster.outputs(flow) == [1, {"total": 1}]
    assert ran(marks) == {1: 2}


def processes(directory: str) -> list[int]:
    """Return the processes that run the job in a directory."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if directory in " ".join(process.info["cmdline"] or [])
    ]
