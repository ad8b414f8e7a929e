"""The writer lock and the detection of network filesystems."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from liponflow.store.file import StoreError
from liponflow.store.lock import network_filesystem, writer_lock

HOLDER = """
import os, sys, time
from pathlib import Path
from liponflow.store.lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    if sys.argv[2] == "alone" or os.fork() == 0:  # a worker, which is orphaned
        print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("workers", ["forks", "alone"])
def test_second_writer_is_refused_until_the_first_is_killed(tmp_path: Path, workers: str) -> None:
    path = tmp_path / "results.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path, workers],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as first:  # fmt: skip
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        children = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        named = rf"{path} is being written by process {first.pid} on {socket.gethostname()} since"
        with pytest.raises(StoreError, match=named), writer_lock(path):
            pass
        first.kill()
        first.stdout.close()
    try:
        assert len(children) == (workers == "forks")
        with writer_lock(path):
            pass
    finally:
        for child in children:
            os.kill(int(child), signal.SIGKILL)


def test_lock_is_released_at_the_end_of_its_block(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    for _ in range(2):
        with writer_lock(path):
            with pytest.raises(StoreError, match=f"process {os.getpid()}"), writer_lock(path):
                pass
            with writer_lock(tmp_path / "other.db"):
                pass


def test_directory_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    lock = tmp_path / "file" / "results.db.lock"
    with (
        pytest.raises(StoreError, match=f"cannot write {re.escape(str(lock))}: "),
        writer_lock(tmp_path / "file" / "results.db"),
    ):
        pass


MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
tmpfs /home/me/local tmpfs rw 0 0
scratch@tcp:/lfs /scratch lustre rw 0 0
me@there:/ /home/me/my\040remote fuse.sshfs rw 0 0
/dev/sdb1 /data xfs rw 0 0
//nas/data /data cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/results.db", None),
        ("/home/me/results.db", "nfs4"),
        ("/homeland/results.db", None),
        ("/home/me/local/results.db", None),
        ("/home/me/my remote/results.db", "fuse.sshfs"),
        ("/scratch/u/results.db", "lustre"),
        ("/data/results.db", "cifs"),
    ],
)
def test_network_filesystems_are_recognised(path: str, expected: str | None) -> None:
    assert network_filesystem(Path(path), MOUNTS) == expected
