"""`results compare`: quantities side by side, and what differs."""

import json
from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.store.comparison import compare_results
from liponflow.store.results import get_result, open_results


def compare(store: Path, *arguments: str) -> CliResult:
    command = ["results", "compare", *arguments, "--store", str(store)]
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, command)


def test_numbers_differences_and_units_of_the_states(stored: Path) -> None:
    opened = open_results(stored)
    first, second = (get_result(opened, uuid) for uuid in ("aaaa", "bbbb"))
    changed = second.result.model_copy(deep=True)
    changed.li_energy_per_atom += 0.25  # type: ignore[attr-defined]
    changed.provenance.parameters["budget"] = 77
    other = type(second)(second.uuid, second.index, second.completed_at, changed)
    compared = compare_results([first, other])
    named = {item.name: item for item in compared.quantities}
    assert named["li_energy_per_atom"].differences == pytest.approx((0, 0.25))
    assert named["li_energy_per_atom"].unit == "eV/atom"
    assert named["states[x=1].energy_per_atom"].unit == "eV/atom"
    assert named["states[x=1].energy_per_atom"].differences == (0, 0)
    budget = next(item for item in compared.settings if item.name == "parameters.budget")
    assert budget.values == (1, 77)
    assert compared.methods[0] == ""


def test_command_prints_text_and_json(stored: Path) -> None:
    text = compare(stored, "aaaa", "bbbb")
    assert text.exit_code == 0, text.output
    assert "quantity" in text.stdout
    answer = compare(stored, "aaaa", "bbbb", "--json")
    document = json.loads(answer.stdout)
    assert [uuid[:4] for uuid in document["results"]] == ["aaaa", "bbbb"]
    assert all(len(item["values"]) == 2 for item in document["quantities"])
    assert document["quantities"][0]["differences"][0] == 0


def test_energies_of_different_engines_are_said_not_to_compare(stored: Path) -> None:
    answer = compare(stored, "aaaa", "bbbb")
    assert "the energies of aaaa1111 and bbbb2222 do not compare: code (chgnet" in answer.stderr


@pytest.mark.parametrize("arguments", [["aaaa"], ["aaaa", "aaaa"]])
def test_one_result_is_refused(stored: Path, arguments: list[str]) -> None:
    answer = compare(stored, *arguments)
    assert answer.exit_code == 2
    assert "two different results" in answer.stderr
