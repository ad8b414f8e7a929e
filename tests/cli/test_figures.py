import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.cli import app

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "0.2.0.db"


@pytest.fixture
def liponflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CliResult]:
    """Run the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_list_names_what_each_figure_needs(liponflow: Callable[..., CliResult]) -> None:
    listed = liponflow("figures", "--list", "--store", GOLDEN)
    assert listed.exit_code == 0, listed.output
    assert "lithiation/moments" in "".join(listed.stdout.split())
    assert "liponflow run eels --preset quick" in listed.stderr
    assert "liponflow run lithiation" not in listed.stderr


def test_list_without_a_store_names_every_command(liponflow: Callable[..., CliResult]) -> None:
    listed = liponflow("figures", "--list", "--json", "--store", "none.db")
    found = {item["number"]: item for item in json.loads(listed.stdout)}
    assert found["5.4E"]["result"] is None
    assert found["5.4E"]["missing"] == "no lithiation result"
    assert found["5.4E"]["command"] == "liponflow run lithiation --preset quick"


def test_all_draws_what_there_is(
    liponflow: Callable[..., CliResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Path] = []
    monkeypatch.setattr("liponflow.cli.figures.draw", lambda _, out: drawn.append(out) or [out])
    done = liponflow("figures", "all", "--store", GOLDEN, "--out", "out")
    assert done.exit_code == 0, done.output
    assert {"lithiation", "migration", "glass", "stability", "mechanics"} <= {
        path.name for path in drawn
    }
    assert f"{len(drawn)} files written to out" in done.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "name a result, `all`, or --list"),
        (("all",), "--out is missing"),
        (("6f739e63",), "--out is missing"),
    ],
)
def test_incomplete_command_is_refused(
    words: tuple[str, ...], reason: str, liponflow: Callable[..., CliResult]
) -> None:
    done = liponflow("figures", *words, "--store", GOLDEN)
    assert done.exit_code == 2
    assert reason in done.stderr
