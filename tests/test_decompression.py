"""Compressed files, and the limit of what they decompress to."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from liponflow import decompression
from liponflow.boundary import FileError

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    "": bytes,
}


@pytest.mark.parametrize("ending", COMPRESS)
def test_text_is_read_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"OUTCAR{ending}"
    text = "energy without entropy = -1.0 Å\n" * 3
    path.write_bytes(COMPRESS[ending](text.encode()))
    decompression.check_expansion(path)
    assert decompression.read_text(path) == text
    with decompression.open_text(path) as file:
        assert list(file) == text.splitlines(keepends=True)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_a_bomb_is_refused_before_it_fills_the_memory(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decompression, "ALWAYS_ALLOWED", 1 << 20)
    path = tmp_path / f"vasprun.xml{ending}"
    path.write_bytes(COMPRESS[ending](bytes(8 << 20)))
    for read in (decompression.check_expansion, decompression.read_text):
        with pytest.raises(FileError, match=rf"vasprun\.xml{ending}: decompresses to more than"):
            read(path)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_damaged_archives_raise_errors_of_files(tmp_path: Path, ending: str) -> None:
    whole = COMPRESS[ending](bytes(range(256)) * 40)
    path = tmp_path / f"DOSCAR{ending}"
    path.write_bytes(whole[:-20])
    with pytest.raises(EOFError):
        decompression.check_expansion(path)
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(8) + whole[middle + 8 :])
    with pytest.raises(OSError, match=r"damaged|CRC|Invalid"):
        decompression.check_expansion(path)


def test_inputs_have_a_limit_of_length(tmp_path: Path) -> None:
    path = tmp_path / "INCAR"
    path.write_text("x" * 11)
    assert len(decompression.read_text(path, most=11)) == 11
    with pytest.raises(FileError, match=r"INCAR: longer than 10 characters"):
        decompression.read_text(path, most=10)


def test_a_compressed_file_stands_for_a_missing_one(tmp_path: Path) -> None:
    assert decompression.existing(tmp_path / "POTCAR.spec") is None
    (tmp_path / "POTCAR.spec.bz2").touch()
    assert decompression.existing(tmp_path / "POTCAR.spec") == tmp_path / "POTCAR.spec.bz2"
    (tmp_path / "POTCAR.spec").touch()
    assert decompression.existing(tmp_path / "POTCAR.spec") == tmp_path / "POTCAR.spec"
