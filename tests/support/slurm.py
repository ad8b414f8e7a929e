"""A Slurm of one node on this machine, without systemd and control groups.

It needs the programs of Debian's packages slurm-wlm and munge, and no rights but one's own.
"""

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo")
SYSTEM = os.pathsep.join(["/usr/sbin", "/usr/local/sbin", "/sbin"])
"""Where the daemons are, which are not on every user's PATH."""
CPUS = 8
"""More than there are: the jobs of the tests mostly wait."""

CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket
SlurmctldPort={controller}
SlurmdPort={node}
SlurmdParameters=config_overrides
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
SwitchType=switch/none
MpiDefault=none
MessageTimeout=5
KillWait=2
OverTimeLimit=0
MinJobAge=300
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=tests Nodes={host} Default=YES MaxTime=01:00:00 State=UP
"""


def missing() -> str:
    """Return why there can be no Slurm here; empty if there can."""
    lacking = [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]
    return f"no {', '.join(lacking)}: `make slurm` installs them" if lacking else ""


class Slurm:
    """A Slurm whose files are in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "slurm.conf"
        self.environment = {"SLURM_CONF": str(self.config), "PATH": _path()}

    def start(self) -> None:
        """Start all daemons, and wait until the node takes jobs."""
        for name in ("state", "spool", "munge"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "munge").chmod(0o711)
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        fields = {
            "host": socket.gethostname().partition(".")[0],
            "user": getpass.getuser(),
            "folder": self.folder,
            "controller": _free_port(),
            "node": _free_port(),
            "cpus": CPUS,
        }
        self.config.write_text(CONFIGURATION.format(**fields))
        munge = self.folder / "munge"
        self._run(
            "munged", "--force", f"--key-file={key}", f"--socket={munge}/socket",
            f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed",
        )  # fmt: skip
        self.start_controller()
        self._run("slurmd", "-f", str(self.config), "-N", str(fields["host"]))
        until(lambda: self.answer("sinfo", "-h", "-o", "%T") == "idle", 30)

    def start_controller(self) -> None:
        """Start the daemon that takes and places jobs."""
        self._run("slurmctld", "-f", str(self.config))
        until(lambda: "UP" in self.answer("scontrol", "ping"), 30)

    def end_controller(self) -> None:
        """End it, after it has saved its state; jobs run on.

        One that is killed within seconds of a submission has not saved that, gives the number of
        the job to the next one, and takes the node out of service for it.
        """
        _end(self.folder / "slurmctld.pid", psutil.Process.terminate)

    def stop(self) -> None:
        """End all jobs, whose processes are not the children of the daemons, and all daemons."""
        if self.config.exists():
            self.answer("scancel", "--me")
            with suppress(AssertionError):
                until(lambda: not self.answer("squeue", "-h"), 30)
        for name in ("slurmctld.pid", "slurmd.pid", "munge/pid"):
            _end(self.folder / name, psutil.Process.kill)

    def answer(self, *command: str) -> str:
        """Return what a command prints; empty if it fails."""
        done = subprocess.run(
            command, capture_output=True, text=True, check=False,
            env=os.environ | self.environment,
        )  # fmt: skip
        return done.stdout.strip() if done.returncode == 0 else ""

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False,
            env=os.environ | self.environment,
        )  # fmt: skip
        assert done.returncode == 0, f"{command[0]}: {done.stderr}"


def until(condition: Callable[[], object], seconds: float, every: float = 0.2) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(every)


def _end(pid_file: Path, signal: Callable[[psutil.Process], None]) -> None:
    if not pid_file.is_file():
        return
    try:
        process = psutil.Process(int(pid_file.read_text()))
        family = [process, *process.children(recursive=True)]
    except (psutil.Error, ValueError):
        return
    for member in family:
        try:
            signal(member)
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, 30)


def _path() -> str:
    return f"{os.environ['PATH']}{os.pathsep}{SYSTEM}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
