"""Memory that this machine has left for a calculation."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import psutil  # type: ignore[import-untyped]

GIB = 2**30
"""Bytes of a GiB."""

_NO_LIMIT = 2**62
"""Limits of control groups from which on there is none."""

_ELSEWHERE = ContextVar("_ELSEWHERE", default=False)


@contextmanager
def computed_elsewhere() -> Iterator[None]:
    """Plan calculations of other machines: the memory of this one does not limit them."""
    token = _ELSEWHERE.set(True)
    try:
        yield
    finally:
        _ELSEWHERE.reset(token)


def is_elsewhere() -> bool:
    """Return whether what is planned now is computed on another machine."""
    return _ELSEWHERE.get()


def available_memory() -> int:
    """Return the memory that this machine still has, bytes, within the limits of control groups.

    Containers and jobs of Slurm have such limits, which the machine's free memory does not show.
    """
    return min([int(psutil.virtual_memory().available), *_control_groups(Path("/sys/fs/cgroup"))])


def _control_groups(root: Path) -> list[int]:
    """Return what the control groups of this process leave of their limits, bytes."""
    left = []
    for folder in {root, root / "memory", *_own_groups(root)}:
        for limit, used in (
            ("memory.max", "memory.current"),  # version 2
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),  # version 1
        ):
            try:
                most = int((folder / limit).read_text(encoding="utf-8"))
                now = int((folder / used).read_text(encoding="utf-8"))
            except (OSError, ValueError):  # there is none, or it reads "max"
                continue
            if most < _NO_LIMIT:
                left.append(max(0, most - now + _reclaimable(folder)))
    return left


def _own_groups(root: Path) -> list[Path]:
    """Return the folders of the control groups of this process and of those around them."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    folders = []
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        if controllers in ("", "memory"):
            group = root / controllers / name.lstrip("/")
            folders += [group, *(up for up in group.parents if up.is_relative_to(root))]
    return folders


def _reclaimable(folder: Path) -> int:
    """Return the memory of a control group that only holds files, bytes."""
    try:
        lines = (folder / "memory.stat").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    entries = dict(line.split(maxsplit=1) for line in lines if " " in line)
    found = entries.get("total_inactive_file") or entries.get("inactive_file") or "0"
    return int(found)
