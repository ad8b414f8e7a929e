"""Messages on standard error."""

import pytest
import typer

from liponflow.cli.console import EXIT_FAILED, EXIT_USAGE, reported_errors
from liponflow.crystals.checked import StructureError
from liponflow.store.file import StoreError


@pytest.mark.parametrize(
    ("error", "line", "status"),
    [
        (ValueError("x is 3"), "error: x is 3", EXIT_USAGE),
        (
            StructureError("a.cif: no atoms"),
            "error: a.cif: no atoms (see docs/own_material.md)",
            EXIT_USAGE,
        ),
        (StoreError("x.db: damaged"), "error: x.db: damaged (see docs/store.md)", EXIT_FAILED),
        (FileNotFoundError(2, "No such file", "a.cif"), "error: a.cif: No such file", EXIT_USAGE),
    ],
)
def test_errors_are_one_line_with_the_page_that_explains_them(
    error: Exception, line: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as stopped, reported_errors(debug=False):
        raise error
    assert capsys.readouterr().err == f"{line}\n"
    assert stopped.value.exit_code == status
