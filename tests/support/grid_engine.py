"""A Grid Engine of one host on this machine, without its services.

It needs Debian's gridengine-master, gridengine-exec and gridengine-client, and no rights but one's
own.
"""

import os
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
from mongo_server import free_port
from slurm import until

LIBRARY = Path("/usr/lib/gridengine")
SHARED = Path("/usr/share/gridengine")
SLOTS = 8
"""More than there are: the jobs of the tests mostly wait."""

BOOTSTRAP = """\
admin_user none
default_domain none
ignore_fqdn true
spooling_method classic
spooling_lib libspoolc
spooling_params {folder}/default/common;{folder}/master
binary_path {library}
qmaster_spool_dir {folder}/master
security_mode none
listener_threads 2
worker_threads 2
scheduler_threads 1
"""

CHANGES = {
    "execd_spool_dir": "{folder}/host",
    "mailer": "/bin/true",
    "min_uid": "0",
    "min_gid": "0",
    "load_report_time": "00:00:01",
}
"""Lines of Debian's configuration that are other here."""

AT_ONCE = {"schedule_interval": "0:0:1", "flush_submit_sec": "1", "flush_finish_sec": "1",
           "job_load_adjustments": "none", "load_formula": "slots"}  # fmt: skip

ENVIRONMENT = {
    "pe_name": "smp",
    "slots": "999",
    "user_lists": "NONE",
    "xuser_lists": "NONE",
    "start_proc_args": "NONE",
    "stop_proc_args": "NONE",
    "allocation_rule": "$pe_slots",
    "control_slaves": "FALSE",
    "job_is_first_task": "TRUE",
    "urgency_slots": "min",
    "accounting_summary": "FALSE",
    "qsort_args": "NONE",
}

QUEUE = {"hostlist": "{host}", "load_thresholds": "NONE", "pe_list": "smp", "slots": str(SLOTS),
         "shell": "/bin/csh", "shell_start_mode": "posix_compliant", "rerun": "FALSE",
         "h_rt": "01:00:00"}  # fmt: skip
"""Lines of its template for a queue that are other here. Its shell is that of Debian."""


def missing() -> str:
    """Return why there can be no Grid Engine here; empty if there can."""
    programs = [LIBRARY / "sge_qmaster", LIBRARY / "sge_execd", Path(shutil.which("qsub") or "-")]
    lacking = [program.name for program in programs if not program.is_file()]
    return f"no {', '.join(lacking)}: `make slurm` installs Grid Engine" if lacking else ""


class GridEngine:
    """A Grid Engine whose files are in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = socket.gethostname().partition(".")[0]
        self.environment = {
            "SGE_ROOT": str(folder),
            "SGE_CELL": "default",
            "SGE_QMASTER_PORT": str(free_port()),
            "SGE_EXECD_PORT": str(free_port()),
        }

    def start(self) -> None:
        """Start both daemons, and wait until the queue takes jobs."""
        common = self.folder / "default" / "common"
        for place in (common, self.folder / "master", self.folder / "host"):
            place.mkdir(parents=True)
        for name in ("bin", "utilbin", "lib"):
            (self.folder / name).mkdir()
            (self.folder / name / "lx-amd64").symlink_to(LIBRARY)
        (self.folder / "util").symlink_to(SHARED / "util")
        (common / "bootstrap").write_text(BOOTSTRAP.format(folder=self.folder, library=LIBRARY))
        (common / "act_qmaster").write_text(f"{self.host}\n")
        (common / "host_aliases").write_text(f"{self.host} localhost\n")
        spool = f"{common};{self.folder}/master"
        self._run(LIBRARY / "spoolinit", "classic", "libspoolc", spool, "init")
        default = (SHARED / "default-configuration").read_text()
        defaults = LIBRARY / "spooldefaults"
        self._run(defaults, "configuration", self._file("configuration", default, CHANGES))
        self._run(defaults, "complexes", SHARED / "util/resources/centry")
        self._run(defaults, "usersets", SHARED / "util/resources/usersets")
        self._run(defaults, "managers", self.answer("id", "-un"))
        self._run(LIBRARY / "sge_qmaster")
        until(lambda: self.answer("qconf", "-sh"), 30)
        self._run("qconf", "-as", self.host)
        self._run(
            "qconf", "-Msconf", self._file("sched", self.answer("qconf", "-ssconf"), AT_ONCE)
        )
        environment = "\n".join(ENVIRONMENT)
        self._run("qconf", "-Ap", self._file("pe", environment, ENVIRONMENT))
        self._run(LIBRARY / "sge_execd")
        until(lambda: self.host in self.answer("qconf", "-sel"), 30)
        template = self.answer("qconf", "-sq")
        self._run("qconf", "-Aq", self._file("queue", template, {"qname": "tests", **QUEUE}))
        until(lambda: self.answer("qstat", "-f", "-qs", "u").find("tests@") < 0, 30)

    def stop(self) -> None:
        """End all jobs and both daemons."""
        if self.answer("qconf", "-sh"):
            self.answer("qdel", "-f", "-u", "*")
            with suppress(AssertionError):
                until(lambda: not self.answer("qstat", "-u", "*"), 30)
        for name in ("sge_execd", "sge_qmaster"):
            for process in psutil.process_iter(["name"]):
                if process.info["name"] == name and self._is_ours(process):
                    process.kill()
                    process.wait(30)

    def answer(self, *command: str) -> str:
        """Return what a command prints; empty if it fails."""
        done = self._done(*command)
        return done.stdout.strip() if done.returncode == 0 else ""

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.environ().get("SGE_ROOT") == str(self.folder)
        return False

    def _file(self, name: str, text: str, changes: dict[str, str]) -> Path:
        """Write lines of a key and a value, some of them changed."""
        lines = []
        for line in text.splitlines():
            key, *_ = line.split() or [""]
            value = (
                changes[key].format(folder=self.folder, host=self.host) if key in changes else ""
            )
            lines.append(f"{key} {value}" if value else line)
        file = self.folder / name
        file.write_text("\n".join(lines) + "\n")
        return file

    def _done(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False,
            cwd=self.folder, env=os.environ | self.environment,
        )  # fmt: skip

    def _run(self, *command: str | Path) -> None:
        done = self._done(*command)
        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
