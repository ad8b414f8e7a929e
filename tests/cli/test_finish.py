"""The end of a run: its exit code, what did not converge, and the next commands."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.cli.finish import finish
from liponflow.runners.report import JobFailure, RunReport
from liponflow.store.reading import StoredResult
from liponflow.workflows.run import Outcome
from liponflow.workflows.unconverged import Shortfall

RUN = Path("/data/my runs/20260101")
LEFT = Shortfall("relax x=0.5", "largest force 0.3 eV/Å after 10 steps, limit 0.05")
FAILURE = JobFailure("relax x=1", "u", 1, RUN / "jobs" / "relax", "ValueError: no", None)


@pytest.fixture
def end(
    make_result: Callable[..., LithiationResult],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str]]:
    """Return the exit code and the messages of the end of a run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LIPONFLOW_STORE", str(tmp_path / "usual.db"))

    def run(
        *, converged: bool = True, without: bool = False, store: str = "usual.db", **fields: Any
    ) -> tuple[int, str]:
        result = make_result().model_copy(update={"converged": converged})
        stored = StoredResult("abcdef123456", 1, datetime(2026, 1, 1, tzinfo=UTC), result)
        failures = fields.pop("failures", ())
        report = RunReport(RUN, "failed" if failures else "completed", 3, 0, 0, failures, 1.0)
        outcome = Outcome(report, None if without else stored, tmp_path / store, **fields)
        code = 0
        try:
            finish(cast("Any", SimpleNamespace(obj=False)), outcome, out=None, json=True)
        except typer.Exit as error:
            code = error.exit_code
        return code, capsys.readouterr().err

    return run


def test_exit_codes_tell_failed_from_unconverged(end: Callable[..., tuple[int, str]]) -> None:
    assert end()[0] == 0
    assert end(shortfalls=(LEFT,))[0] == 0
    assert end(converged=False)[0] == 3
    assert end(converged=False, shortfalls=(LEFT,))[0] == 3
    assert end(shortfalls=(LEFT,), failures=(FAILURE,))[0] == 1
    assert end(without=True)[0] == 1


def test_what_did_not_converge_is_said_with_the_command_that_goes_on(
    end: Callable[..., tuple[int, str]],
) -> None:
    _, text = end(shortfalls=(LEFT,) * 12)
    assert text.count(f"not converged: {LEFT.name}: {LEFT.reason}\n") == 10
    assert "not converged: 2 more" in text
    command = next(line for line in text.splitlines() if "--continue" in line)
    words = shlex.split(command.partition("with: ")[2])
    assert words == ["liponflow", "resume", str(RUN), "--continue"]
    assert "largest force below" in end(converged=False)[1]


def test_next_commands_can_be_copied(end: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    _, text = end()
    assert f"result abcdef12 is in {tmp_path / 'usual.db'}, its calculations in {RUN}" in text
    assert "  liponflow results show abcdef12\n" in text
    assert "  liponflow figures abcdef12 --out figures\n" in text
    commands = [line for line in end(store="other results.db")[1].splitlines() if line[:1] == " "]
    assert len(commands) == 3
    for command in commands:
        assert shlex.split(command)[-2:] == ["--store", str(tmp_path / "other results.db")]
