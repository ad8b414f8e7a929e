"""The status line of a running job."""

from pathlib import Path

import pytest

from liponflow.job_directory import STATUS, found_here, read_status, write_status


def test_status_is_one_printable_line(tmp_path: Path) -> None:
    assert read_status(tmp_path) == ""
    write_status(tmp_path, "melt, 1 of 5 ps")
    assert read_status(tmp_path) == "melt, 1 of 5 ps"
    (tmp_path / STATUS).write_bytes(b"\x1b[31mred \xff" + b"x" * 5000 + b"\nsecond line")
    shown = read_status(tmp_path)
    assert shown.startswith("[31mred")
    assert shown.isprintable()
    assert len(shown) <= 200


def test_a_file_of_another_job_is_found_after_the_run_has_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "jobs" / "run"
    (run / "jobs" / "melt-1" / "checkpoint").mkdir(parents=True)
    file = run / "jobs" / "melt-1" / "checkpoint" / "trajectory"
    file.touch()
    moved = tmp_path / "elsewhere" / "run"
    moved.parent.mkdir()
    run.rename(moved)
    (moved / "jobs" / "measure-1").mkdir()

    monkeypatch.chdir(moved / "jobs" / "measure-1")

    assert found_here(file) == moved / "jobs" / "melt-1" / "checkpoint" / "trajectory"
    assert found_here(moved / "run.json") == moved / "run.json"
    gone = run / "jobs" / "melt-2" / "trajectory"
    assert found_here(gone) == gone
