"""An SSH server of one's own on this machine: Debian's openssh-server, without a service."""

import getpass
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from mongo_server import free_port
from slurm import SYSTEM, until

CONFIGURATION = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/key.pub
AuthenticationMethods publickey
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
"""


def missing() -> str:
    """Return why there can be no server here; empty if there can."""
    if shutil.which("ssh-keygen") is None or _program() is None:
        return "no sshd: `make slurm` installs it"
    return ""


class Sshd:
    """A server whose files are in a folder; it lets the user of the tests in with ``key``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    @property
    def worker(self) -> dict[str, Any]:
        """How a worker reaches it."""
        return {
            "host": "127.0.0.1",
            "user": getpass.getuser(),
            "port": self.port,
            "key_file": self.folder / "key",
        }

    def start(self) -> None:
        """Start it, with new keys at first."""
        self.folder.mkdir(exist_ok=True)
        for name in ("host", "key", "other"):
            if not (self.folder / name).exists():
                key = ["-t", "ed25519", "-N", "", "-C", "tests", "-f", str(self.folder / name)]
                subprocess.run(["ssh-keygen", "-q", *key], check=True)
        configuration = self.folder / "sshd_config"
        configuration.write_text(CONFIGURATION.format(port=self.port, folder=self.folder))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where it gives up its rights
        command = [str(_program()), "-f", str(configuration), "-E", str(self.folder / "log")]
        subprocess.run(command, check=True)
        until((self.folder / "sshd.pid").exists, 30)

    def stop(self) -> None:
        """End it, and the connections to it; jobs run on."""
        pid_file = self.folder / "sshd.pid"
        if not pid_file.exists():
            return
        process = psutil.Process(int(pid_file.read_text()))
        ended = []
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                if one.name() == "sshd":
                    one.kill()
                    ended.append(one)
        psutil.wait_procs(ended, 30)
        pid_file.unlink()


def _program() -> str | None:
    """Return the server, which wants to be started by its full path."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}{os.pathsep}{SYSTEM}")
