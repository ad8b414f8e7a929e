"""Durable writes leave either the old file or the new one."""

from pathlib import Path

import pytest

from liponflow import durable


def test_text_and_bytes_replace_the_file(tmp_path: Path) -> None:
    file = tmp_path / "outcome.json"
    durable.write(file, "µB")
    assert file.read_bytes() == "µB".encode()
    durable.write(file, b"\0\1")
    assert file.read_bytes() == b"\0\1"
    assert list(tmp_path.iterdir()) == [file]


def test_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outcome.json"
    durable.write(file, "old")

    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        durable.write(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_file_and_folder_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []

    def record(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())

    monkeypatch.setattr("os.fsync", record)
    durable.write(tmp_path / "state", "x")
    assert len(synced) == 2
    assert synced[0].parent == synced[1] == tmp_path.resolve()
