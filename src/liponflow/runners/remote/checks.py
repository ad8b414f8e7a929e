"""Whether a project of jobflow-remote can run campaigns: what ``liponflow doctor --hpc`` finds."""

import json
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liponflow import __version__
from liponflow.diagnosis import Finding, State
from liponflow.redaction import without_secrets
from liponflow.runners.remote import server
from liponflow.runners.remote.campaigns import runner_is_running
from liponflow.runners.remote.connections import connected, connection_fault, host_key_fault
from liponflow.runners.remote.errors import (
    SET_UP,
    NoProjectError,
    ProjectError,
    QueueError,
    WorkerError,
)
from liponflow.runners.remote.placement import Rules
from liponflow.runners.remote.projects import (
    JOB_COMMAND,
    check_separate,
    job_controller,
    open_project,
    project_file,
    queue_address,
    results_address,
    runs_our_jobs,
)
from liponflow.runners.remote.setup import server_of

if TYPE_CHECKING:
    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project, WorkerBase
    from jobflow_remote.remote.host import BaseHost
    from qtoolkit.io.base import BaseSchedulerIO

CLOCK_S = 60
"""Difference (s) of two clocks from which on locks and retries go wrong (our choice)."""

REPORT_S = 300
"""Longest time (s) of the report of a worker: the engines are imported from its file system."""

_REPORT = "liponflow-report"
"""What separates the errors of the lines before a job from those of the report."""

REPORT_COMMAND = "python -m liponflow.workflows.remote_report"


def project_findings(name: str | None) -> tuple["Project | None", list[Finding]]:
    """Return a project and what is wrong with its file, its queue, its results and its runner.

    Parameters
    ----------
    name
        Name of the project; None for the one that is chosen without one.

    Returns
    -------
    Project or None
        None if it cannot be used.
    list of Finding
    """
    try:
        project = open_project(name)
    except NoProjectError as error:
        reason, _, remedy = str(error).partition(": ")
        return None, [Finding("project", State.MISSING, reason, remedy), *_without_project()]
    except ProjectError as error:
        return None, [Finding("project", State.MISSING, str(error))]
    found = [Finding("project", State.OK, f"{project.name}, {project_file(project)}")]
    return project, [*found, *_queue(project), _results(project), _runner(project)]


def _without_project() -> Iterator[Finding]:
    """Say what a machine without a project could have."""
    if server.is_installed():
        yield Finding("queue server", State.OK, f"{server.PROGRAM} is installed")
    else:
        yield Finding(
            "queue server", State.NOTE,
            "SecantusDB is not installed; a MongoDB server would do as well",
            server.INSTALL,
        )  # fmt: skip
    yield Finding(
        "set-up", State.NOTE, "jobs on this machine without a scheduler, or through Slurm",
        f"{SET_UP} --local-queue --scheduler shell, or {SET_UP} --local-queue --scheduler slurm",
    )  # fmt: skip


def _queue(project: "Project") -> Iterator[Finding]:
    own = server_of(project.name)
    remedy = "start the database server, or correct `queue` in the project file"
    if (own.folder / "address.json").exists() and own.pid is None:
        remedy = f"liponflow setup queue start --project {project.name}"
    where = queue_address(project)
    try:
        with job_controller(project) as controller:
            version = controller.db.client.server_info().get("version", "unknown version")
            ready = controller.auxiliary.find_one({"next_id": {"$exists": True}}) is not None
            counts = _too_many(project, controller)
    except QueueError as error:
        yield Finding("queue", State.MISSING, str(error).partition("; ")[0], remedy)
        return
    if ready:
        yield Finding("queue", State.OK, f"{where} answers (MongoDB protocol of {version})")
    else:
        yield Finding(
            "queue", State.MISSING, f"{where} is not prepared", f"jf -p {project.name} admin reset"
        )
    yield from counts


def _too_many(project: "Project", controller: "JobController") -> list[Finding]:
    """Find workers with more jobs in the scheduler than they may have."""
    found = []
    for name, worker in project.workers.items():
        if worker.max_jobs is None or worker.batch is not None:
            continue
        states = {"$in": ["SUBMITTED", "RUNNING"]}
        now = controller.count_jobs(query={"state": states, "worker": name})
        if now > worker.max_jobs:
            found.append(
                Finding(
                    f"worker {name}",
                    State.NOTE,
                    f"{now} jobs in the scheduler, more than max_jobs = {worker.max_jobs}: jobs "
                    "that are run again are not counted until the runner counts anew",
                    f"jf -p {project.name} runner stop, then start",
                )
            )
    return found


def _results(project: "Project") -> Finding:
    """Compare the places of queue and results."""
    try:
        check_separate(project)
    except ProjectError as error:
        reason, _, remedy = str(error).partition("; ")
        return Finding("results", State.MISSING, reason, remedy)
    if "data" not in project.jobstore.get("additional_stores", {}):
        return Finding(
            "results", State.MISSING, "the results store lacks the additional store `data`",
            f"remove `jobstore` from the project file; {SET_UP} --project {project.name} then "
            "writes it anew",
        )  # fmt: skip
    return Finding("results", State.OK, results_address(project))


def _runner(project: "Project") -> Finding:
    """Tell whether the runner runs here, and read the project file since its last change."""
    start = f"jf -p {project.name} runner start"
    running = runner_is_running(project)
    if not running:
        return Finding(
            "runner", State.NOTE, "does not run on this machine: submitted jobs wait for it", start
        )
    started = Path(project.daemon_dir or "", "supervisord.pid").stat().st_mtime
    if project_file(project).stat().st_mtime > started:
        return Finding(
            "runner", State.MISSING, "was started before the project file was changed, and does "
            "not know the change", f"jf -p {project.name} runner stop, then {start}",
        )  # fmt: skip
    return Finding("runner", State.OK, "runs")


@dataclass(frozen=True)
class WorkerCheck:
    """Checks of one worker.

    Attributes
    ----------
    name, worker
        The worker.
    rules
        Rules by which jobs come to it; None to check its own resources only.
    engines
        Engines that must run there.
    software
        Whether liponflow and the codes are looked for, which takes seconds.
    """

    name: str
    worker: "WorkerBase"
    rules: Rules | None = None
    engines: Sequence[str] = ()
    software: bool = True

    def findings(self) -> list[Finding]:
        """Return what is wrong with it; the later checks need the earlier ones."""
        found: list[Finding] = []
        try:
            with connected(self.name, self.worker) as host:
                found.extend(_host_key(host, self.worker))
                for finding in self._checks(host):
                    found.append(finding)  # noqa: PERF402 - those before a loss are kept
        except WorkerError as error:
            reason, _, remedy = str(error).partition("; ")
            found.append(Finding("host", State.MISSING, reason, remedy))
        return found

    def _checks(self, host: "BaseHost") -> Iterator[Finding]:
        where = "this machine" if self.worker.is_local else str(getattr(self.worker, "host", ""))
        writable = self._writable(host)
        yield writable
        if writable.state is State.MISSING:
            return
        yield self._scheduler(host, where)
        yield from self._resources(host)
        if self.software:
            yield from self._software(host)
        if not runs_our_jobs(self.worker):
            yield Finding("jobs",
                State.NOTE, "jobs that other jobs make get the resources of those",
                f"add execution_cmd: {JOB_COMMAND} to it in the project file",
            )  # fmt: skip

    def _stop_if_lost(self, error: Exception) -> None:
        """Raise what says that the host was lost, which no part of it has caused."""
        line = f"{type(error).__name__}: {error}"
        if fault := connection_fault(self.name, self.worker, line):
            raise WorkerError(fault) from error

    def _writable(self, host: "BaseHost") -> Finding:
        file = self.worker.work_dir / ".liponflow_check"
        try:
            if not host.mkdir(self.worker.work_dir):
                raise PermissionError("it cannot be made")
            host.write_text_file(file, "\n")
            host.remove(file)
        except OSError as error:
            self._stop_if_lost(error)
            return Finding("work_dir",
                State.MISSING, f"work_dir {self.worker.work_dir}: {error}",
                "name a folder in which you may write, without ~ and variables",
            )  # fmt: skip
        return Finding("work_dir", State.OK, str(self.worker.work_dir))

    def _scheduler(self, host: "BaseHost", where: str) -> Finding:
        from jobflow_remote.remote.queue import QueueManager

        scheduler = self.worker.get_scheduler_io()
        name = _name(scheduler)
        try:
            QueueManager(scheduler, host).get_jobs_list()
        except Exception as error:  # noqa: BLE001 - each scheduler raises its own
            self._stop_if_lost(error)
            if "ShellState" in str(error) or "Unknown job state" in str(error):
                return Finding("scheduler",
                    State.NOTE, "`jf project check` fails with \"'I' is not a valid ShellState\": "
                    "it lists all processes of root, also the kernel's. Jobs run anyway",
                    "the check works for users other than root",
                )  # fmt: skip
            reason = without_secrets(str(error).strip().splitlines()[-1])
            return Finding("scheduler",
                State.MISSING, f"{name} on {where} does not answer ({reason})",
                "start it, or correct scheduler_type and pre_run",
            )  # fmt: skip
        return Finding("scheduler", State.OK, f"{name} on {where} answers")

    def _resources(self, host: "BaseHost") -> Iterator[Finding]:
        """Render the script of every kind of job, and have the scheduler test it."""
        from jobflow_remote.remote.queue import QueueManager

        manager = QueueManager(self.worker.get_scheduler_io(), host)
        tested: dict[str, list[str]] = {}
        for words, resources in self._asked():
            tested.setdefault(json.dumps(resources, sort_keys=True), []).append(words)
        for text, kinds in tested.items():
            about = f"{', '.join(kinds)}: {text if text != '{}' else 'no resources'}"
            script = self.worker.work_dir / ".liponflow_check.sh"
            try:
                content = manager.get_submission_script(["true"], json.loads(text), pre_run="")
                host.write_text_file(script, content)
                yield self._tested(host, script, about)
            except (ValueError, OSError) as error:
                self._stop_if_lost(error)
                yield Finding(
                    "resources",
                    State.MISSING,
                    f"{about}: {error}",
                    "correct --resources or hpc_rules",
                )
            finally:
                if host.exists(script):
                    host.remove(script)

    def _tested(self, host: "BaseHost", script: Path, about: str) -> Finding:
        from qtoolkit.io import PBSIO, SGEIO, SlurmIO

        scheduler = self.worker.get_scheduler_io()
        file = shlex.quote(str(script))
        if isinstance(scheduler, SlurmIO):
            test, remedy = f"sbatch --test-only {file}", "ask for what `sinfo` shows"
        elif isinstance(scheduler, SGEIO):
            # As if the cluster were idle, but without what its hosts measure, such as mem_free;
            # and as it is now.
            test = f"qsub -w v {file} || qsub -w p {file}"
            remedy = "ask for what `qconf -spl` and `qstat -g c` show"
        elif isinstance(scheduler, PBSIO):
            return Finding(
                "resources", State.NOTE,
                f"{about}: PBS tests no job without running it", "compare with `qstat -Qf`",
            )  # fmt: skip
        else:
            return Finding("resources", State.OK, about)
        name = _name(scheduler)
        out, error, status = host.execute(test)
        if status:
            reason = _refusal(error or out)
            return Finding(
                "resources", State.MISSING, f"{name} refuses {about} ({reason})", remedy
            )
        return Finding("resources", State.OK, f"{name} accepts {about}")

    def _asked(self) -> Iterator[tuple[str, dict[str, Any]]]:
        own = dict(self.worker.resources or {})
        rules = {} if self.rules is None else self.rules.by_kind
        here = {kind: rule for kind, rule in rules.items() if rule.worker == self.name}
        if not here or self.worker.batch is not None:
            yield "default", own
            return
        for kind, rule in here.items():
            several = {key: 5 * count for key, count in rule.per_image.items()}
            words = f"{kind.value} of 5 images" if several else kind.value
            yield words, {**own, **rule.resources, **several}

    def _software(self, host: "BaseHost") -> Iterator[Finding]:
        before = time.time()
        lines = [self.worker.pre_run or "", f"echo {_REPORT} >&2", REPORT_COMMAND]
        # Jobs run by bash, in which alone `module` may be known.
        command = shlex.join(["bash", "-c", "\n".join(lines)])
        out, error, status = host.execute(command, timeout=REPORT_S)
        after = time.time()
        before_report, _, error = error.rpartition(_REPORT)
        if complaints := [line for line in before_report.splitlines() if line.strip()]:
            yield Finding("pre_run", State.NOTE, f"its lines complain: {complaints[-1].strip()}",
                "correct them in the project file, or by --module and --pre-run of "
                "`liponflow setup hpc`")  # fmt: skip
        try:
            report = json.loads(out.strip().splitlines()[-1]) if not status else None
        except (ValueError, IndexError):
            report = None
        if report is None:
            said = [line for line in error.splitlines() if line.strip()] or ["nothing was printed"]
            yield Finding("liponflow",
                State.MISSING, f"liponflow cannot be imported in its jobs ({said[-1].strip()}): "
                'they would fail with "remote_job_data.json does not exist"',
                f"install liponflow {__version__} there, and load its environment in pre_run",
            )  # fmt: skip
            return
        if report["version"] != __version__:
            yield Finding("liponflow",
                State.MISSING, f"liponflow {report['version']} there, {__version__} here",
                f"install {__version__} there",
            )  # fmt: skip
        else:
            yield Finding("liponflow", State.OK, f"liponflow {report['version']} there, as here")
        skew = max(before - report["time"], report["time"] - after, 0.0)
        if skew > CLOCK_S:
            yield Finding("clock",
                State.MISSING, f"its clock differs by {skew:.0f} s, more than {CLOCK_S} s",
                "set the clocks by NTP",
            )  # fmt: skip
        ready = [name for name, lacking in report["potentials"].items() if not lacking]
        yield Finding("potentials", State.OK, ", ".join(ready) or "none")
        for name, lacking in {**report["potentials"], **report["codes"]}.items():
            if lacking and name in self.engines:
                yield Finding(
                    name, State.MISSING, "; ".join(lacking),
                    "set it there: by options of `liponflow setup hpc`, or in pre_run",
                )  # fmt: skip
            elif name in report["codes"]:
                state, words = (State.NOTE, "; ".join(lacking)) if lacking else (State.OK, "found")
                yield Finding(name, state, words)


def _host_key(host: "BaseHost", worker: "WorkerBase") -> Iterator[Finding]:
    """Find a host that may be another than the known one."""
    if fault := host_key_fault(host, worker):
        is_other, words = fault
        remedy = "compare it with the key that the host's administrator names; `ssh` to it, and "
        remedy += "remove the known one by `ssh-keygen -R`" if is_other else "accept the key there"
        yield Finding("host key", State.MISSING if is_other else State.NOTE, words, remedy)


def _name(scheduler: "BaseSchedulerIO") -> str:
    """Return the name of a scheduler in words."""
    name = type(scheduler).__name__.removesuffix("IO")
    return {"GridEngine": "Grid Engine", "SGE": "Grid Engine"}.get(name, name)


def _refusal(answer: str) -> str:
    """Return why a scheduler refuses a job: Slurm says so last, and Grid Engine first."""
    said = answer.rpartition("Unable to run job: ")
    lines = [line for line in said[2].splitlines() if line.strip()] or ["no reason given"]
    return lines[0] if said[1] else lines[-1].removeprefix("allocation failure: ")
