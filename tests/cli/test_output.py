"""Files written by commands."""

from collections.abc import Callable
from pathlib import Path

import pytest
from full_disk import full_disk

from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.cli.output import draw


def test_full_disk_keeps_the_previous_page(
    make_result: Callable[..., LithiationResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ResultKind, "draw", lambda *_: {})
    monkeypatch.setattr(ResultKind, "write_pages", lambda *_: {"cell": "<html>" + 500 * " "})
    (page,) = draw(make_result(), tmp_path)
    page.write_text("old")
    with full_disk(), pytest.raises(OSError, match=r"cell\.html"):
        draw(make_result(), tmp_path)
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]
