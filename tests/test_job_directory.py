"""The status line of a running job."""

from pathlib import Path

from liponflow.job_directory import STATUS, read_status, write_status


def test_status_is_one_printable_line(tmp_path: Path) -> None:
    assert read_status(tmp_path) == ""
    write_status(tmp_path, "melt, 1 of 5 ps")
    assert read_status(tmp_path) == "melt, 1 of 5 ps"
    (tmp_path / STATUS).write_bytes(b"\x1b[31mred \xff" + b"x" * 5000 + b"\nsecond line")
    shown = read_status(tmp_path)
    assert shown.startswith("[31mred")
    assert shown.isprintable()
    assert len(shown) <= 200
