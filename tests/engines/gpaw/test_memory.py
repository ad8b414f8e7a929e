"""Memory of GPAW and of the machine."""

from pathlib import Path

import pytest

from liponflow.engines.gpaw import memory
from liponflow.engines.gpaw.memory import Size, bands, needed_memory

MIB = 2**20

MEASURED = [
    # Largest resident memory (MiB) of GPAW 26.7 with one rank and no symmetry.
    (Size(2, 40.71, 350, 6, 4, 1), 125),  # Li
    (Size(16, 325.7, 350, 14, 8, 1), 212),
    (Size(54, 1099.1, 350, 37, 1, 1), 443),
    (Size(54, 1099.1, 200, 37, 1, 1), 311),
    (Size(8, 74.62, 400, 43, 8, 1), 165),  # MgO
]


@pytest.mark.parametrize(("size", "measured"), MEASURED)
def test_estimate_is_that_of_gpaw_within_a_tenth(size: Size, measured: float) -> None:
    assert needed_memory(size) / MIB == pytest.approx(measured, rel=0.1)


def test_plane_waves_and_bands_are_those_of_gpaw() -> None:
    size = Size(54, 1099.1, 350, bands(54), 1, 1)
    assert size.bands == 37
    assert size.plane_waves == pytest.approx(16368, rel=0.01)


def test_every_rank_loads_the_program() -> None:
    size = MEASURED[0][0]
    assert needed_memory(size, 4) - needed_memory(size) == pytest.approx(3 * memory.PROGRAM)


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
