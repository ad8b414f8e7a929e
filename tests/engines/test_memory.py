"""Memory of the machine."""

from pathlib import Path

import pytest

from liponflow.engines import memory

MIB = 2**20


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


@pytest.mark.parametrize("version", [1, 2])
def test_limits_of_control_groups_count(tmp_path: Path, version: int) -> None:
    if version == 1:
        root = tmp_path / "memory"
        names = ("memory__limit_in_bytes", "memory__usage_in_bytes")
        stat = "total_inactive_file 300"
    else:
        root = tmp_path
        names = ("memory__max", "memory__current")
        stat = "inactive_file 300"
    group(root, **dict(zip(names, ("5000", "2000"), strict=True)), memory__stat=stat)
    # Files in the cache of the system can be dropped.
    assert memory._control_groups(tmp_path) == [3300]


@pytest.mark.parametrize("limit", ["max", str(2**63 - 4096)])
def test_group_without_limit_leaves_the_memory_of_the_machine(tmp_path: Path, limit: str) -> None:
    group(tmp_path, memory__max=limit, memory__current="2000")
    assert memory._control_groups(tmp_path) == []


def test_available_memory_is_the_least_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    free = memory.available_memory()
    assert free > 100 * MIB
    monkeypatch.setattr(memory, "_control_groups", lambda _: [free // 2, 3 * free])
    assert memory.available_memory() == free // 2
