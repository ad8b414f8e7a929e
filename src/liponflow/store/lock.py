"""Lock of the only writer of a results file, and detection of network filesystems."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from liponflow.store.file import StoreError

NETWORK_FILESYSTEMS = frozenset(
    [
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "fhgfs",
        "fuse.ceph",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "pvfs2",
        "smb",
        "smb3",
        "smbfs",
        "wekafs",
    ]
)
"""Filesystem types, as /proc/mounts names them, whose files several hosts can open."""

_held: set[int] = set()


def _drop_inherited_locks() -> None:
    # A lock lasts as long as any copy of its descriptor, so orphaned workers must not keep one.
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_drop_inherited_locks)


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the lock of the only writer of a results file.

    The lock is an ``flock`` on the file ``PATH.lock``, which names its holder. The operating
    system releases it however the process ends; the file remains.

    Parameters
    ----------
    path
        The results file; its directory is created if missing.

    Raises
    ------
    StoreError
        If another process holds the lock (it is named), or the lock file cannot be written.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"cannot write {lock}: {error.strerror}; give yourself write permission to its "
            "directory, or use a results store elsewhere"
        ) from error
    _held.add(descriptor)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                f"{path} is being written by {_holder(lock)}; wait for it or stop it, "
                "or use another results store"
            ) from error
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
            os.close(descriptor)


def _holder(lock: Path) -> str:
    try:
        holder = json.loads(lock.read_text())
        return f"process {holder['pid']} on {holder['host']} since {holder['started']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has just started, or is just ending
        return "another process"


def network_filesystem(path: Path, mounts: str) -> str | None:
    """Return the type of the network filesystem that a file is on, if any.

    SQLite's write-ahead log needs memory shared by all users of the file, so two hosts must not
    use it at once, and locks on network filesystems are often unreliable
    (https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html).

    Parameters
    ----------
    path
        Absolute path; it need not exist.
    mounts
        Text of ``/proc/mounts``.

    Returns
    -------
    str or None
        Type of the network filesystem; None for a local one.

    Examples
    --------
    >>> network_filesystem(Path("/home/me/a.db"), "server:/h /home nfs4 rw 0 0")
    'nfs4'
    """
    best, found = Path(), ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:  # noqa: PLR2004 (device, directory, type)
            continue
        # Spaces, tabs, newlines and backslashes are octal escapes.
        mount = Path(fields[1].encode().decode("unicode_escape").encode("latin-1").decode())
        # A later mount on the same directory hides the earlier one.
        if path.is_relative_to(mount) and len(mount.parts) >= len(best.parts):
            best, found = mount, fields[2]
    return found if found in NETWORK_FILESYSTEMS else None
