"""The check of whole stores, and the commands on damaged ones."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.store.check import check_store
from liponflow.store.results import find_results, open_store

GOLDEN = sorted((Path(__file__).parents[1] / "data" / "golden").glob("*.db"))


def change(path: Path, uuid: str, old: str, new: str, *, unhashed: bool = False) -> None:
    """Replace a part of a document, and remove its hash if `unhashed`."""
    raw = sqlite3.connect(path)
    like = f'%"{uuid}%'
    ((row, text),) = raw.execute("SELECT id, doc FROM docs WHERE key LIKE ?", [like])
    assert old in text
    raw.execute("UPDATE docs SET doc = ? WHERE id = ?", [text.replace(old, new, 1), row])
    if unhashed:
        raw.execute("UPDATE docs SET sha256 = NULL WHERE id = ?", [row])
    raw.commit()
    raw.close()


def check(path: Path) -> tuple[int, list[str]]:
    answer = CliRunner().invoke(app, ["results", "check", "--store", str(path)])
    return answer.exit_code, answer.stdout.splitlines()


def test_a_sound_store_has_no_problems(stored: Path) -> None:
    assert check(stored) == (0, [])


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_stores_of_released_versions_are_sound(golden: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(golden, tmp_path))
    before = path.read_bytes()
    store = open_store(path, read_only=True)
    outcome = check_store(store)
    store.close()
    assert outcome.sound, outcome.problems
    assert outcome.documents >= 10
    assert path.read_bytes() == before
    opened = open_store(path)
    assert check_store(opened) == outcome
    opened.close()


def test_every_problem_is_listed(stored: Path) -> None:
    change(stored, "aaaa", "-45", "-46")
    change(stored, "bbbb", '"schema_version": 1', '"schema_version": 99', unhashed=True)
    code, (damaged, newer) = check(stored)
    assert code == 1
    assert damaged.startswith("document uuid aaaa1111-0000, index 1 of 'docs': its text does not")
    assert newer.startswith("result bbbb2222-0000 (lithiation) cannot be read")
    assert "lithiation version 99" in newer


def test_an_unknown_kind_is_listed(stored: Path) -> None:
    raw = sqlite3.connect(stored)
    raw.execute("UPDATE docs_index SET value = 'gone' WHERE value = 'lithiation'")
    raw.commit()
    raw.close()
    for uuid in ("aaaa", "bbbb"):
        change(stored, uuid, '"kind": "lithiation"', '"kind": "gone"', unhashed=True)
    code, problems = check(stored)
    assert code == 1
    assert len(problems) == 2
    assert all("unknown kind of result 'gone'" in problem for problem in problems)


def test_a_damaged_file_is_a_problem(stored: Path) -> None:
    content = bytearray(stored.read_bytes())
    for start in range(4096 * 4, len(content), 4096):
        content[start : start + 64] = bytes(64)
    stored.write_bytes(content)
    answer = CliRunner().invoke(app, ["results", "check", "--store", str(stored)])
    assert answer.exit_code == 1
    assert str(stored) in answer.output
    assert "malformed" in answer.output or "not in the B-tree" in answer.output


def test_a_damaged_result_does_not_hide_the_others(stored: Path) -> None:
    change(stored, "aaaa", "-45", "-46")
    store = open_store(stored, read_only=True)
    with pytest.warns(UserWarning, match=r"skipped a document.*uuid aaaa1111-0000") as told:
        found = find_results(store, kind="lithiation")
    store.close()
    assert [item.uuid for item in found] == ["bbbb2222-0000"]
    assert len(told) == 1
