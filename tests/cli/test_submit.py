"""``liponflow setup``, ``submit``, ``status``, ``cancel``, ``rerun`` and ``fetch``."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("jobflow_remote")

from queues import projects_in
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.diagnosis import Finding
from liponflow.runners.remote import errors, server
from liponflow.runners.remote.checks import WorkerCheck
from liponflow.runners.remote.server import is_installed
from liponflow.runners.remote.setup import server_of

PHONONS = ["submit", "phonons", "--preset", "quick"]


def liponflow(*arguments: str) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, list(arguments))
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a project, whose queue server runs."""
    if not is_installed():
        pytest.skip("the extra `queue` is not installed")
    folder = tmp_path_factory.mktemp("home")
    with projects_in(folder / "projects"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIPONFLOW_STORE", str(folder / "results.db"))
        patch.setenv("LIPONFLOW_CONFIG_FILE", str(folder / "settings.yaml"))
        (folder / "settings.yaml").write_text(
            "hpc_rules: {light: {worker: here, priority: 5}}", encoding="utf-8"
        )
        try:
            code, printed, said = liponflow(
                "setup", "hpc", "--local-queue", "--scheduler", "shell", "--worker", "here",
                "--work-dir", str(folder / "jobs"), "--batch", "1",
            )  # fmt: skip
            assert code == 0, said
            assert server_of("liponflow").address.password not in printed + said
            yield folder
        finally:
            server_of("liponflow").stop()


@pytest.fixture(scope="module")
def submitted(home: Path) -> str:  # noqa: ARG001 - it makes the project
    code, _, said = liponflow(*PHONONS)
    assert code == 0, said
    assert "jobs: 3 on here" in said
    return said.split("submitted ")[1].split()[0]


def test_machine_without_a_project_says_what_is_missing_in_one_screen(tmp_path: Path) -> None:
    with projects_in(tmp_path / "none"):
        code, printed, _ = liponflow(*PHONONS, "--dry-run")
    assert code == 1
    assert len(printed.splitlines()) < 20
    assert "     1  potential on ?" in printed
    assert "missing  project: there is no jobflow-remote project" in printed
    assert "liponflow setup hpc --local-queue --scheduler slurm" in printed


def test_machine_without_jobflow_remote_says_how_to_get_it_in_one_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda _: None)
    monkeypatch.setattr(server, "PROGRAM", "no-such-program")
    code, printed, _ = liponflow(*PHONONS, "--dry-run")
    assert code == 1
    assert len(printed.splitlines()) < 20
    assert "missing  project: jobflow-remote is not installed" in printed
    assert "pip install -c constraints.txt '.[hpc]'" in printed
    assert "note  queue server: SecantusDB is not installed" in printed
    assert "pip install -c constraints.txt '.[queue]'" in printed
    for command in (PHONONS, ["status"], ["setup", "hpc"], ["setup", "queue", "start"]):
        code, printed, said = liponflow(*command)
        assert (code, printed) == (2, "")
        assert said.startswith("error: jobflow-remote is not installed: pip install")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scheduler", "slrm"], "error: invalid value for '--scheduler': 'slrm' is not one of"),
        (["--resources", "node=1"], "did you mean 'nodes'"),
        (["--project", "../x"], "use letters, digits"),
        (["--device", "gpu"], "--device: unknown device 'gpu'"),
        (["--batch-minutes", "5"], "--batch-minutes: give --batch, too"),
    ],
)
def test_set_up_that_is_refused_starts_and_writes_nothing(
    tmp_path: Path, options: list[str], message: str
) -> None:
    with projects_in(tmp_path / "new"):
        code, _, said = liponflow("setup", "hpc", "--local-queue", *options)
    assert code == 2
    assert message in said
    assert "Value error" not in said
    assert not list(tmp_path.iterdir())


def test_queue_of_a_project_that_is_not_there_is_not_started(home: Path, tmp_path: Path) -> None:
    assert home.is_dir()
    for action in ("start", "stop", "status"):
        code, _, said = liponflow("setup", "queue", action, "--project", "liponflw")
        assert code == 2
        assert "did you mean 'liponflow'" in said
    with projects_in(tmp_path / "none"):
        assert "setup hpc --local-queue` writes one" in liponflow("setup", "queue", "start")[2]
    assert not (tmp_path / "none").exists()


@pytest.mark.usefixtures("home")
def test_dry_run_names_workers_and_resources_and_submits_nothing() -> None:
    code, printed, _ = liponflow(*PHONONS, "--dry-run")
    assert code == 0
    assert "     2  light     on here: no resources" in printed
    assert "ok  queue: the queue of liponflow at 127.0.0.1" in printed
    assert "worker here\n      ok  work_dir: " in printed
    assert "worker here-batch" not in printed
    _, found, _ = liponflow("status", "--json")
    assert all(item["kind"] == "phonons" for item in json.loads(found))


@pytest.mark.usefixtures("home")
def test_jobs_for_a_gpu_are_submitted_from_a_machine_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("liponflow.engines.device.cuda_is_there", lambda: False)
    code, printed, said = liponflow(*PHONONS, "--dry-run", "--engine-set", "device=cuda")
    assert code == 0, said
    assert "     1  gpu       on here" in printed


@pytest.mark.usefixtures("home")
def test_memory_of_the_machine_that_submits_limits_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liponflow.engines.potential.engine.available_memory", lambda: 1)
    code, _, said = liponflow(*PHONONS, "--dry-run")
    assert code == 0, said
    code, _, said = liponflow("run", *PHONONS[1:], "--dry-run")
    assert code == 2
    assert "this machine has 0.0 GiB left" in said


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--worker", "hear"],
            "error: --worker: project liponflow has no worker 'hear'; did you mean ",
        ),
        (["--project", "liponflw"], "did you mean 'liponflow'"),
        (["--resources", "ntasks=1"], "'ntasks' is not a resource"),
        (["--resources", "lite.ntasks=1"], "did you mean 'light'"),
        (["--set", "fase=x"], "fase"),
    ],
)
def test_wrong_names_are_refused_with_the_nearest(options: list[str], message: str) -> None:
    code, _, said = liponflow(*PHONONS, *options)
    assert code == 2
    assert message in said


def test_doctor_asks_for_an_engine_where_the_rules_send_its_jobs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def found(check: WorkerCheck) -> list[Finding]:
        asked[check.name] = list(check.engines), check.software
        return []

    monkeypatch.setattr(WorkerCheck, "findings", found)
    monkeypatch.setenv("LIPONFLOW_HPC_RULES", '{"relax": {"worker": "here-batch"}}')
    monkeypatch.setenv("LIPONFLOW_HPC_WORKER", "here")
    assert liponflow("doctor", "--hpc", "vasp")[0] == 0
    assert asked == {"here": (["vasp"], True), "here-batch": (["vasp"], False)}
    code, _, _ = liponflow(
        "setup", "hpc", "--scheduler", "shell", "--worker", "light", "--work-dir",
        str(home / "light"), "--pre-run", "module load light",
    )  # fmt: skip
    assert code == 0
    liponflow("doctor", "--hpc", "vasp")
    assert asked["light"] == ([], True)


def test_campaign_is_followed_stopped_and_run_again(submitted: str) -> None:
    code, printed, said = liponflow("status")
    assert code == 0
    assert f"{submitted} waits for the runner of jobflow-remote" in printed
    assert "jf -p liponflow runner start" in said
    _, printed, _ = liponflow("status", submitted)
    assert re.search("waiting  result: for .*displace", printed)
    assert liponflow("cancel", submitted)[2] == "jobs stopped: 1\n"
    assert json.loads(liponflow("status", submitted, "--json")[1])[0]["state"] == "stopped"
    assert "run again: relax Li3PO4_beta for phonons" in liponflow("rerun", submitted)[2]
    assert json.loads(liponflow("status", submitted, "--json")[1])[0]["state"] == "ready"
    code, printed, said = liponflow("fetch", submitted)
    assert (code, printed) == (1, "")
    assert f"{submitted} has no result yet: it is ready" in said


def test_many_jobs_share_one_of_the_scheduler(submitted: str) -> None:
    code, _, said = liponflow(*PHONONS, "--batch")
    assert code == 0
    assert "the same calculation is under way in project liponflow since" in said
    assert f"as {submitted}; cancel that" in said
    code, _, said = liponflow(*PHONONS, "--batch", "--set", "distance=0.03")
    assert code == 0
    assert "jobs: 3 on here-batch" in said


@pytest.mark.usefixtures("submitted")
def test_unknown_campaign_is_refused() -> None:
    code, _, said = liponflow("cancel", "nothing")
    assert code == 2
    assert "no submitted campaign begins with 'nothing'" in said


@pytest.mark.usefixtures("home")
def test_queue_server_stops_and_starts() -> None:
    assert "the queue server runs: process" in liponflow("setup", "queue", "status")[2]
    assert "has stopped" in liponflow("setup", "queue", "stop")[2]
    assert "does not run" in liponflow("setup", "queue", "status")[2]
    code, printed, _ = liponflow(*PHONONS, "--dry-run")
    assert code == 1
    assert "liponflow setup queue start --project liponflow" in printed
    assert "the queue server runs" in liponflow("setup", "queue", "start")[2]
