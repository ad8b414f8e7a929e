"""Files written by commands."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from full_disk import full_disk

from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.cli.output import draw, export
from liponflow.figures.style import new_figure


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


@pytest.mark.parametrize(
    ("drawing", "name"),
    [
        *product(["draw", "write_pages"], ["../x", "/etc/x", "a/b"]),
        ("draw", ".."),
        ("draw", ""),
    ],
)
def test_figure_is_written_nowhere_else(
    make_result: Callable[..., LithiationResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawing: str,
    name: str,
) -> None:
    monkeypatch.setattr(ResultKind, "draw", lambda *_: {})
    monkeypatch.setattr(ResultKind, "write_pages", lambda *_: {})
    monkeypatch.setattr(ResultKind, drawing, lambda *_: {name: "<html>"})
    with pytest.raises(ValueError, match="cannot be the name of a figure"):
        draw(make_result(), tmp_path / "out")
    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


def test_links_in_the_output_folder_are_replaced(
    make_result: Callable[..., LithiationResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ResultKind, "draw", lambda *_: {"cell": new_figure(1, 1)})
    private, out = tmp_path / "private", tmp_path / "out"
    private.write_text("mine")
    export(make_result(), out)
    names = [path.name for path in out.iterdir()]
    for name in names:
        (out / name).unlink()
        (out / name).symlink_to(private)
    export(make_result(), out)
    assert {"lithiation.json", "states.csv", "cell.pdf", "cell.png", "cell.svg"} <= set(names)
    assert not [name for name in names if (out / name).is_symlink()]
    assert private.read_text() == "mine"
