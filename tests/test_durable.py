"""Durable writes leave either the old file or the new one."""

import os
from pathlib import Path

import pytest
from full_disk import full_disk

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


def test_full_disk_error_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "states.csv"
    durable.write(file, "old")
    with full_disk(), pytest.raises(OSError, match="File too large") as caught:
        durable.write(file, "new\n" * 5000)
    assert caught.value.filename == str(file)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_permissions_are_kept_and_symlinks_replaced(tmp_path: Path) -> None:
    private, link = tmp_path / "private", tmp_path / "link"
    durable.write(private, "old")
    private.chmod(0o600)
    durable.write(private, "new")
    assert private.stat().st_mode & 0o777 == 0o600
    link.symlink_to(private)
    durable.write(link, "other")
    assert (link.is_symlink(), link.read_text(), private.read_text()) == (False, "other", "new")


def test_link_in_place_of_the_draft_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / f".file.{os.getpid()}").symlink_to(precious)
    durable.write(tmp_path / "file", "new")
    assert precious.read_text() == "mine"
    assert (tmp_path / "file").read_text() == "new"
    assert not (tmp_path / "file").is_symlink()


def test_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    durable.write(pipe, "table")
    assert os.read(reader, 10) == b"table"
    os.close(reader)
    assert pipe.is_fifo()


def test_file_and_folder_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []

    def record(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())

    monkeypatch.setattr("os.fsync", record)
    durable.write(tmp_path / "state", "x")
    assert len(synced) == 2
    assert synced[0].parent == synced[1] == tmp_path.resolve()
