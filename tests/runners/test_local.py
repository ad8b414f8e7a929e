"""The local runner compared with jobflow's ``run_locally``, and the features it adds."""

import io
import json
import os
import sqlite3
import threading
from collections import Counter
from pathlib import Path

import pytest
import runner_jobs
from jobflow import Flow, Job, JobStore, run_locally
from rich.console import Console
from runner_checks import TRUSTED, memory_store, named, stored

from liponflow.runners.documents import dumps
from liponflow.runners.errors import DamagedRunError, RunError, RunLockedError, StoreFailureError
from liponflow.runners.journal import Journal, latest_run
from liponflow.runners.local import resume, start
from liponflow.runners.report import RunReport
from liponflow.safejson import UntrustedClassError

RAISING = "circular"  # crashes run_locally
STOPPING = "stop all"  # would stop the other flows
TOGETHER = [name for name in runner_jobs.FLOWS if name not in {RAISING, STOPPING}]


def run(flow: Flow | Job, store: JobStore, runs: Path, **options: object) -> RunReport:
    quiet = Console(quiet=True)
    return start(
        flow, store, runs, **{"workers": 2, "trusted": TRUSTED, "console": quiet} | options
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counter[str], Counter[str], RunReport]:
    """Return documents from run_locally and from the runner, for all flows in one run."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(runner_jobs.COUNTER, str(folder / "counter"))
        patch.chdir(folder)

        def everything() -> Flow:
            static = [named(name, runner_jobs.FLOWS[name]()) for name in TOGETHER]
            return Flow([*static, *(runner_jobs.random_flow(seed, 5) for seed in range(12))])

        expected, actual = memory_store(), memory_store()
        run_locally(everything(), store=expected, log=False)
        executed = sorted((folder / "counter").read_text().split())
        (folder / "counter").write_text("")
        report = run(everything(), actual, folder)
        assert sorted((folder / "counter").read_text().split()) == executed
    return stored(expected), stored(actual), report


# jobflow's run_locally issues both warnings.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Some jobs are not connected", "ignore:cd is deprecated"),
    pytest.mark.usefixtures("warm_workers"),
]


@pytest.mark.parametrize("name", TOGETHER)
def test_runner_stores_same_documents_as_run_locally(
    name: str, both: tuple[Counter[str], ...]
) -> None:
    expected, actual = (
        {key: n for key, n in found.items() if f'"name": "{name}: ' in key} for found in both[:2]
    )
    assert expected
    assert actual == expected


def test_documents_of_random_flows_equal_those_of_run_locally(
    both: tuple[Counter[str], Counter[str], RunReport],
) -> None:
    expected, actual, report = both
    assert actual == expected
    assert report.state == "failed"
    assert report.finished == expected.total()
    assert report.reused == 0


def test_stop_jobflow_skips_remaining_jobs(tmp_path: Path, store: JobStore) -> None:
    expected = memory_store()
    run_locally(runner_jobs.stopping_all(), store=expected, log=False)
    report = run(runner_jobs.stopping_all(), store, tmp_path)
    assert stored(store) == stored(expected)
    assert (report.state, report.finished, report.skipped) == ("stopped", 2, 1)
    again = resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))
    assert (again.state, again.finished, again.reused) == ("stopped", 2, 2)


def test_failure_report_has_directory_cause_and_traceback(tmp_path: Path, store: JobStore) -> None:
    flow = Flow(
        [
            runner_jobs.leave(),
            runner_jobs.replace_by_wants_store(),
            runner_jobs.circular(),
            runner_jobs.fail("a [bracket]"),
            runner_jobs.add(1),
        ]
    )
    report = run(flow, store, tmp_path)
    causes = {failure.name: failure.cause for failure in report.failures}
    assert causes.keys() == {"leave", "wants_store", "circular", "fail"}
    assert causes["leave"] == "SystemExit: 3"
    assert "expose_store" in causes["wants_store"]
    assert "cycles" in causes["circular"]
    assert causes["fail"] == "RuntimeError: a [bracket]"
    for failure in report.failures:
        assert failure.directory.is_dir()
        assert failure.traceback_file.parent == failure.directory
        assert failure.cause in failure.traceback_file.read_text()
    assert report.state == Journal.open(report.run_dir).record["state"] == "failed"


def test_resume_runs_failed_jobs_again(tmp_path: Path, store: JobStore, counter: Path) -> None:
    missing = tmp_path / "missing"
    flow = Flow(
        [
            runner_jobs.slow_step("once", []),
            job := runner_jobs.read_number(str(missing)),
            runner_jobs.add(job.output),
        ]
    )
    report = run(flow, store, tmp_path / "runs")
    assert (report.state, report.finished, report.skipped) == ("failed", 1, 1)
    assert latest_run(tmp_path / "runs") == report.run_dir

    missing.write_text("41")
    report = resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))
    assert (report.state, report.finished, report.reused) == ("completed", 3, 1)
    assert counter.read_text().split() == ["once"]
    assert store.get_output(flow.jobs[2].uuid) == 42
    assert latest_run(tmp_path / "runs") is None
    assert latest_run(tmp_path / "runs", unfinished=False) == report.run_dir
    kept = sorted(path.name for path in (report.run_dir / "jobs").glob("read_number*"))
    assert kept == [kept[0], f"{kept[0]}.attempt1"]


def test_resume_recomputes_jobs_that_tolerated_the_failure(
    tmp_path: Path, store: JobStore, counter: Path
) -> None:
    missing = tmp_path / "missing"
    unrelated = runner_jobs.slow_step("once", [])
    job = runner_jobs.read_number(str(missing))
    made_do = runner_jobs.tolerant(runner_jobs.add(job.output))
    after = runner_jobs.add(made_do.output, 100)
    report = run(Flow([unrelated, job, made_do, after]), store, tmp_path / "runs")
    assert (report.state, store.get_output(after.uuid)) == ("failed", 101)

    # They are reused as long as the job still fails.
    report = resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))
    assert (report.state, report.reused) == ("failed", 3)

    missing.write_text("41")
    report = resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))
    assert (report.state, report.reused) == ("completed", 1)
    assert (store.get_output(made_do.uuid), store.get_output(after.uuid)) == (42, 142)
    assert counter.read_text().split() == ["once"]


def test_job_runs_in_its_directory_and_prints_to_its_log(
    tmp_path: Path, store: JobStore, capfd: pytest.CaptureFixture[str]
) -> None:
    job = runner_jobs.print_something()
    report = run(job, store, tmp_path)
    directory = Path(store.get_output(job.uuid))
    assert directory.parent == report.run_dir / "jobs"
    assert "printed by the job" in (directory / "job.log").read_text()
    assert capfd.readouterr().out == ""


def test_independent_jobs_run_concurrently(tmp_path: Path, store: JobStore) -> None:
    folder = str(tmp_path)
    flow = Flow([runner_jobs.meet("a", "b", folder), runner_jobs.meet("b", "a", folder)])
    assert run(flow, store, tmp_path / "runs").state == "completed"


def test_workers_use_one_thread(tmp_path: Path, store: JobStore) -> None:
    job = runner_jobs.environment("OMP_NUM_THREADS")
    run(job, store, tmp_path)
    assert store.get_output(job.uuid) == "1"


@pytest.mark.parametrize("workers", [1, 2])
def test_job_is_retried_once_after_its_worker_dies(
    workers: int, tmp_path: Path, store: JobStore
) -> None:
    flow = Flow([job := runner_jobs.die_once(str(tmp_path / "marker")), runner_jobs.add(1)])
    report = run(flow, store, tmp_path / "runs", workers=workers)
    assert (report.state, report.finished) == ("completed", 2)
    assert store.get_output(job.uuid) == "survived"


def test_job_fails_after_its_worker_dies_twice(tmp_path: Path, store: JobStore) -> None:
    flow = Flow([bad := runner_jobs.die_always(), runner_jobs.add(bad.output), runner_jobs.add(1)])
    report = run(flow, store, tmp_path)
    assert (report.state, report.finished, report.skipped) == ("failed", 1, 1)
    (failure,) = report.failures
    assert failure.cause == "worker exited with status 41 twice"
    assert failure.traceback_file is None
    assert failure.directory.is_dir()


def test_outcomes_are_kept_when_store_fails(
    tmp_path: Path, counter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fresh = memory_store(), memory_store()
    write, left = broken.docs_store.update, [2]

    def update(*args: object, **kwargs: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise sqlite3.OperationalError("database or disk is full")
        write(*args, **kwargs)

    monkeypatch.setattr(broken.docs_store, "update", update)
    with pytest.raises(StoreFailureError, match=r"disk is full.*kept.*liponflow resume") as caught:
        run(runner_jobs.slow_flow(), broken, tmp_path)
    record = Journal.open(caught.value.run_dir).record
    assert record["state"] == record["starts"][0]["state"] == "error"
    assert "disk is full" in record["starts"][0]["cause"]
    report = resume(
        caught.value.run_dir, fresh, trusted=TRUSTED, workers=2, console=Console(quiet=True)
    )
    assert report.state == "completed"
    assert report.reused >= 3
    expected = memory_store()
    executed = sorted(counter.read_text().split())
    counter.write_text("")
    run_locally(runner_jobs.slow_flow(), store=expected, log=False)
    assert stored(fresh) == stored(expected)
    # Besides the job whose outcome was not stored, the other of two workers may have lost one.
    repeated = Counter(executed) - Counter(counter.read_text().split())
    assert repeated.total() <= 1


def test_full_disk_error_says_that_outcomes_are_kept(
    tmp_path: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "job_directory", no_space)
    with pytest.raises(RunError, match=r"No space left on device.*kept"):
        run(runner_jobs.add(1), store, tmp_path)


@pytest.mark.parametrize("content", [b'{"documents": [{"uu', b"\xff\x00", b"[]", b'{"blobs": {}}'])
def test_error_names_damaged_outcome_file(content: bytes, tmp_path: Path, store: JobStore) -> None:
    report = run(runner_jobs.add(1), store, tmp_path)
    file = next((report.run_dir / "outcomes").iterdir())
    file.write_bytes(content)
    with pytest.raises(RunError, match=rf"{file.name} is damaged .* delete it"):
        resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))
    first, second = Journal.open(report.run_dir).record["starts"]
    assert (first["state"], second["state"]) == ("completed", "error")
    assert file.name in second["cause"]


def test_failure_to_record_the_end_does_not_mask_the_error(
    tmp_path: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = run(runner_jobs.add(1), store, tmp_path)

    def fall(*_: object) -> None:
        monkeypatch.setattr("os.fsync", no_space)
        raise ZeroDivisionError

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "flow", fall)
    with (
        pytest.warns(UserWarning, match=r"could not be recorded: .*No space left.*run\.json"),
        pytest.raises(ZeroDivisionError),
    ):
        resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))


def test_killed_start_is_recorded_as_killed(tmp_path: Path, store: JobStore) -> None:
    report = run(runner_jobs.add(1), store, tmp_path)
    file = report.run_dir / "run.json"
    record = json.loads(file.read_text())
    del record["starts"]  # records of older versions have none
    file.write_text(json.dumps(record | {"state": "running"}))
    text = io.StringIO()
    resume(report.run_dir, store, trusted=TRUSTED, console=Console(file=text))
    assert "the previous start was killed" in text.getvalue()
    killed, completed = json.loads(file.read_text())["starts"]
    assert killed == {"started_at": record["created_at"], "state": "killed"}
    assert completed["state"] == "completed"
    assert completed["started_at"] <= completed["ended_at"]


def test_damaged_record_does_not_block_other_runs(tmp_path: Path, store: JobStore) -> None:
    sound = run(runner_jobs.fail(), store, tmp_path).run_dir
    damaged = run(runner_jobs.fail(), store, tmp_path).run_dir
    record = json.loads((damaged / "run.json").read_text())
    for content, cause in (
        (b"", "Expecting value"),
        (b'{"state": "fai', "Unterminated string"),
        (b"\xff\xfe\x00", "utf"),
        (b"[1]", "no JSON object"),
        (b'{"state": "failed"}', "lacks 'created_at'"),
        (b"[" * 100_000, "nested too deeply"),
        (dumps(record | {"starts": 5}).encode(), "not a list of objects"),
        (dumps(record | {"starts": ["failed"]}).encode(), "not a list of objects"),
        (dumps(record | {"versions": {}}).encode(), "'versions' lack 'liponflow'"),
    ):
        (damaged / "run.json").write_bytes(content)
        message = rf"{damaged.name}/run\.json is damaged .*{cause}"
        with pytest.warns(UserWarning, match=message) as told:
            assert latest_run(tmp_path) == sound
        assert len(told) == 1
        with pytest.raises(DamagedRunError, match=message):
            resume(damaged, store, trusted=TRUSTED, console=Console(quiet=True))


def test_error_names_damaged_flow_file(tmp_path: Path, store: JobStore) -> None:
    report = run(runner_jobs.fail(), store, tmp_path)
    (report.run_dir / "flow.json").write_text("{")
    with pytest.raises(DamagedRunError, match=r"flow\.json is damaged .*start the campaign again"):
        resume(report.run_dir, store, trusted=TRUSTED, console=Console(quiet=True))


def test_configuration_and_versions_are_recorded(tmp_path: Path, store: JobStore) -> None:
    report = run(runner_jobs.add(1), store, tmp_path, config={"command": "liponflow run"})
    record = json.loads((report.run_dir / "run.json").read_text())
    assert record["config"] == {"command": "liponflow run"}
    assert record["versions"].keys() >= {"liponflow", "jobflow", "torch"}


def test_passwords_are_not_recorded(
    tmp_path: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hush-of-the-environment")
    address = "mongodb://me:hush@host:27017/db"
    config = {
        "command": [
            "liponflow",
            "run",
            "--store",
            address,
            "--password",
            "hush",
            "--set=token=hush",
        ],
        "engine_arguments": {"api_key": "hush", "url": address, "device": "cpu"},
        "store": {"docs_store": {"type": "MongoStore", "host": "host", "password": "hush"}},
    }
    report = run(runner_jobs.add(1), store, tmp_path, config=config)
    for file in report.run_dir.rglob("*"):
        assert file.is_dir() or "hush" not in file.read_text(), file
    record = json.loads((report.run_dir / "run.json").read_text())["config"]
    assert record["command"][3] == "mongodb://***@host:27017/db"
    assert record["engine_arguments"]["device"] == "cpu"


def test_message_of_a_database_hides_its_password(
    tmp_path: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("mongodb://me:hush@host:27017 does not answer")

    monkeypatch.setattr(store.docs_store, "update", refuse)
    with pytest.raises(StoreFailureError, match=r"mongodb://\*\*\*@host:27017 does not") as caught:
        run(runner_jobs.add(1), store, tmp_path)
    assert "hush" not in str(caught.value)


def test_second_runner_in_same_run_directory_is_refused(tmp_path: Path, store: JobStore) -> None:
    report = run(runner_jobs.add(1), store, tmp_path)
    with (
        Journal.open(report.run_dir).lock(),
        pytest.raises(RunLockedError, match=f"process {os.getpid()} is already running"),
    ):
        resume(report.run_dir, store, trusted=TRUSTED)


def test_runner_works_outside_the_main_thread(tmp_path: Path, store: JobStore) -> None:
    thread = threading.Thread(target=run, args=(runner_jobs.linear(), store, tmp_path))
    thread.start()
    thread.join(timeout=30)
    assert store.count() == 3


def test_plain_progress_has_one_line_per_event(tmp_path: Path, store: JobStore) -> None:
    text = io.StringIO()
    flow = Flow([runner_jobs.fail("a [bracket]"), runner_jobs.add(1)])
    run(flow, store, tmp_path, console=Console(file=text), workers=1)
    lines = text.getvalue().splitlines()
    assert [line.partition(" ")[2].partition(" (in ")[0] for line in lines] == [
        "[0/2] started fail",
        "[1/2] failed fail: RuntimeError: a [bracket]",
        "[1/2] started add",
        "[2/2] finished add",
    ]


def test_progress_bar_shows_failures(tmp_path: Path, store: JobStore) -> None:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=300)
    flow = Flow([runner_jobs.fail("a [bracket]"), runner_jobs.fan_out(3)])
    run(flow, store, tmp_path, console=console)
    assert "failed fail: RuntimeError: a [bracket]" in text.getvalue()


def external_reference() -> Flow:
    return runner_jobs.add(runner_jobs.add(1).output)


@pytest.mark.parametrize(
    ("flow", "options", "message"),
    [
        (external_reference, {}, "not found in the jobs array"),
        (runner_jobs.wants_store, {}, "'wants_store' sets expose_store"),
        (runner_jobs.linear, {"workers": 0}, "workers must be at least 1, not 0"),
    ],
)
def test_invalid_input_is_refused_before_anything_is_written(
    flow: object, options: dict[str, object], message: str, tmp_path: Path, store: JobStore
) -> None:
    with pytest.raises(ValueError, match=message):
        run(flow(), store, tmp_path / "runs", **options)
    assert not (tmp_path / "runs").exists()


def test_job_from_untrusted_package_is_refused(tmp_path: Path, store: JobStore) -> None:
    with pytest.raises(UntrustedClassError, match=r"runner_jobs\.add"):
        run(runner_jobs.add(1), store, tmp_path / "runs", trusted=())
    assert not (tmp_path / "runs").exists()


def test_job_defined_in_the_running_script_is_refused(
    tmp_path: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_jobs.add.original, "__module__", "__main__")
    monkeypatch.setattr(runner_jobs.add, "__module__", "__main__")
    with pytest.raises(ValueError, match="move it into a separate module"):
        run(runner_jobs.add(1), store, tmp_path / "runs")


def test_resume_without_run_record_is_refused(tmp_path: Path, store: JobStore) -> None:
    with pytest.raises(FileNotFoundError, match=r"no run\.json"):
        resume(tmp_path, store)
