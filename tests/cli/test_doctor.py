"""``liponflow doctor``."""

import pytest
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.diagnosis import Finding, State
from liponflow.engines.chgnet.engine import ChgnetEngine

LONG = f"pip install {'x' * 100}"


def doctor(*arguments: str) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, ["doctor", *arguments])
    return answer.exit_code, answer.stdout, answer.stderr


def test_engine_that_lacks_nothing() -> None:
    assert doctor("chgnet") == (0, "      ok  chgnet: nothing is missing\n", "")


@pytest.mark.parametrize(("state", "status"), [(State.MISSING, 1), (State.NOTE, 0)])
def test_missing_part_sets_the_exit_code_and_has_its_command_in_one_line(
    monkeypatch: pytest.MonkeyPatch, state: State, status: int
) -> None:
    findings = [Finding("graph", State.OK, "here"), Finding("weights", state, "none", LONG)]
    monkeypatch.setattr(ChgnetEngine, "diagnose", lambda *_: findings)
    code, text, _ = doctor("chgnet")
    assert code == status
    assert text.splitlines() == [
        "      ok  graph: here",
        f"{state.value:>8}  weights: none",
        f"          {LONG}",
    ]


def test_unknown_engine_is_refused_with_the_nearest() -> None:
    code, text, error = doctor("chgnett")
    assert (code, text) == (2, "")
    assert "did you mean 'chgnet'" in error


def test_all_engines_are_listed_by_default() -> None:
    code, text, _ = doctor()
    lines = text.splitlines()
    assert code == 0
    assert lines[lines.index("chgnet") + 1] == "      ok  nothing is missing"
    # No test machine has VASP, nor weights of GAP.
    assert lines[lines.index("vasp") + 1].startswith(" missing  ")
    without = next(line for line in lines if "without VASP: `liponflow inputs`" in line)
    assert without.startswith("    note  ")
    assert lines[lines.index("GAP") + 1].startswith("    note  it has no universal potential")
