"""Tables on the terminal stay readable at any width."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from stability_results import stability_result

from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.stability.result import StabilityResult
from liponflow.cli.tables import (
    MOST_LAID_OUT,
    MOST_ROWS,
    print_estimate,
    print_list,
    print_result,
)
from liponflow.cost.estimate import Estimate, Line
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.store.reading import StoredResult
from liponflow.store.results import find_results, open_store

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "0.2.0.db"


@pytest.fixture
def item(make_result: Callable[..., LithiationResult]) -> StoredResult:
    return StoredResult(
        "aaaa1111-0000", 1, datetime(2026, 6, 1, 12, 30, tzinfo=UTC), make_result()
    )


def shown(item: StoredResult, width: int) -> str:
    text = io.StringIO()
    print_result(item, Console(file=text, width=width))
    return text.getvalue()


@pytest.fixture(scope="module")
def golden() -> list[StoredResult]:
    """Return a result of every kind."""
    store = open_store(GOLDEN, read_only=True)
    found = find_results(store)
    store.close()
    return found


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("width", [30, 40, 60, 75, 80, 81, 90, 120, 200])
def test_no_value_is_truncated(golden: list[StoredResult], width: int) -> None:
    for item in golden:
        text = shown(item, width)
        assert "…" not in text, item.result.kind
        assert max(map(len, text.splitlines())) <= width, item.result.kind
        assert item.uuid in words(text)
        assert words(item.result.criterion) in words(text) or width < 80


@pytest.mark.parametrize("width", [40, 80, 200])
def test_list_keeps_what_identifies_a_result(golden: list[StoredResult], width: int) -> None:
    text = io.StringIO()
    print_list([item.summary for item in golden], Console(file=text, width=width))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    for item in golden:
        identity = [item.uuid[:8], item.result.kind, written_by_unit(item.result.formula)]
        assert identity in [line.split()[:3] for line in lines]
    hidden = "not shown in 40 columns: engine, preset,conv., completed"
    assert (hidden in "".join(lines)) == (width == 40)


def test_numbers_keep_their_digits_beside_a_column_that_wraps(golden: list[StoredResult]) -> None:
    (glass,) = (item for item in golden if isinstance(item.result, GlassResult))
    lines = shown(glass, 40).splitlines()
    first = lines[lines.index("models") + 4].split()
    model = glass.result.models[0]
    assert first[-1] == f"{model.energy_per_atom:.4f}"


def test_materials_of_an_interface_are_shown_at_any_width(golden: list[StoredResult]) -> None:
    (stability,) = (item for item in golden if isinstance(item.result, StabilityResult))
    text = shown(stability, 40)
    table = text[text.index("\ninterfaces\n") : text.index("\nmaps\n")].split()
    for reaction in stability.result.interfaces:
        assert set(reaction.materials.split()) <= set(table)


def test_list_tells_similar_uuids_apart(item: StoredResult) -> None:
    other = replace(item, uuid="aaaa1111-0001-0002")
    text = io.StringIO()
    print_list([each.summary for each in (item, other, item)], Console(file=text, width=200))
    assert [line.split()[0] for line in text.getvalue().splitlines()[2:5]] == [
        "aaaa1111-0000", "aaaa1111-0001", "aaaa1111-0000"
    ]  # fmt: skip


@pytest.mark.parametrize("width", [40, 200])
def test_long_list_looks_as_a_short_one(item: StoredResult, width: int) -> None:
    printed = []
    for number in (2, MOST_LAID_OUT + 1):
        text = io.StringIO()
        print_list([item.summary] * number, Console(file=text, width=width))
        printed.append(text.getvalue().splitlines())
    short, long = printed
    assert max(map(len, long)) <= width
    assert sum(line.startswith("aaaa1111") for line in long) == MOST_LAID_OUT + 1
    if width == 200:
        assert long[:4] == [line.rstrip() for line in short[:4]]
    else:
        assert any(line.startswith("not shown in 40 columns: ") for line in long)


def test_list_of_many_results_is_printed_in_linear_time(item: StoredResult) -> None:
    summaries = [item.summary._replace(uuid=f"{number:08d}") for number in range(20_000)]
    text = io.StringIO()
    begin = time.process_time()
    print_list(summaries, Console(file=text, width=100))
    assert time.process_time() - begin < 5  # 0.3 s, and minutes where it is quadratic
    assert "\n00019999  " in text.getvalue()


@pytest.mark.parametrize("width", [40, 80])
def test_estimate_keeps_names_jobs_and_hours(width: int) -> None:
    lines = [Line("relax octahedral-added tetragonal", 3, 112, 16, 45, 1234.4, 411.5)]
    text = io.StringIO()
    print_estimate(Estimate(lines, "a guess"), Console(file=text, width=width))
    printed = text.getvalue()
    assert max(map(len, printed.splitlines())) <= width
    assert words(printed).count("1,234") == 2
    for word in ["calculation", "jobs", "core-hours", *lines[0].name.split(), "all", "a guess"]:
        assert word in printed
    hidden = words("not shown in 40 columns: atoms, k-points, ionic steps")
    assert (hidden in words(printed)) == (width == 40)


def test_80_columns_show_the_main_values_with_units(item: StoredResult) -> None:
    lines = shown(item, 80).splitlines()
    start = lines.index("states")
    assert lines[start + 1].split()[:3] == ["Ni", "Mn", "V"]
    for unit in ("µB", "c/a", "Å³/f.u.", "eV/atom"):
        assert unit in lines[start + 2]
    values = next(line for line in lines[start + 3 :] if line.split()[:1] == ["1"]).split()
    assert values[:4] == ["1", "1.70", "3.20", "1.000"]


def test_hidden_columns_are_named(item: StoredResult) -> None:
    assert "not shown in 60 columns:" in shown(item, 60)
    assert "max_force" in shown(item, 60).split("not shown")[1]
    assert "not shown" not in shown(item, 120)


def test_voltage_and_provenance_are_shown(item: StoredResult) -> None:
    text = shown(item, 100)
    assert "4.70" in text
    assert "machine-learned potential, not DFT" in text
    assert "built-in ordered" in text


def test_warnings_and_missing_convergence_are_shown(item: StoredResult) -> None:
    item.result.warnings.append("[bold]a warning[/bold] in brackets")
    item.result.converged = False
    text = shown(item, 100)
    assert "warning: [bold]a warning[/bold] in brackets" in text
    assert "NO" in text


def test_list_marks_results_that_are_not_dft(
    item: StoredResult, make_result: Callable[..., LithiationResult]
) -> None:
    dft = StoredResult("bbbb2222-0000", 1, item.completed_at, make_result("vasp", "paper"))
    text = io.StringIO()
    print_list([item.summary, dft.summary], Console(file=text, width=80))
    rows = {line.split()[0]: line for line in text.getvalue().splitlines()}
    assert "chgnet 1.0*" in rows["aaaa1111"]
    assert "vasp 1.0 " in rows["bbbb2222"]
    assert "2026-06-01" in rows["aaaa1111"]
    assert "* computed with a potential, not DFT" in text.getvalue()
    assert "…" not in text.getvalue()


def test_long_tables_are_cut_with_a_note(item: StoredResult) -> None:
    states = item.result.states
    item.result.states = states * MOST_ROWS
    lines = shown(item, 100).splitlines()
    assert f"{(len(states) - 1) * MOST_ROWS} more rows are in the export" in lines


def test_fields_of_submodels_are_shown_among_the_scalars() -> None:
    stored = StoredResult(
        "cccc", 1, datetime(2026, 6, 1, tzinfo=UTC), stability_result(samples=20)
    )
    lines = [line.strip() for line in shown(stored, 200).splitlines()]
    spread = stored.result.uncertainty
    assert spread.high_mean is not None
    assert f"{spread.high_mean:.3f}" in next(
        line for line in lines if line.startswith("upper limit with errors, V ")
    )
    assert any(line.startswith("stable from, V ") for line in lines)
    assert "n_samples" not in "".join(lines)
