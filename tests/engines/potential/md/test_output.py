"""Output files that grow by whole chunks."""

import gzip
from pathlib import Path

import pytest

from liponflow.engines.potential.md.output import GrowingFile, frames_chunk, series_chunk


def test_bytes_beyond_the_checkpoint_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = GrowingFile(path, 0)
    known = file.append(b"one")
    file.append(b"two")
    file.close()
    again = GrowingFile(path, known)
    assert again.append(b"2") == 4
    again.close()
    assert path.read_bytes() == b"one2"


def test_file_shorter_than_the_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"on")
    with pytest.raises(ValueError, match=r"file has 2 bytes, but its checkpoint expects 3"):
        GrowingFile(tmp_path / "file", 3)


def test_compressed_chunks_are_reproducible() -> None:
    first, second = frames_chunk(["one\n", "two\n"]), frames_chunk(["three\n"])
    assert first == frames_chunk(["one\n", "two\n"])
    assert gzip.decompress(first + second) == b"one\ntwo\nthree\n"
    assert frames_chunk([]) == b""


def test_series_quotes_stage_names_and_leaves_missing_values_empty() -> None:
    rows = [(1, 0.5, 'the "hot" stage, first', None)]
    assert series_chunk(rows) == b'1,0.5,"the ""hot"" stage, first",\n'
