import math
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from migration_example import migration_result

from liponflow.analysis.migration.result import MigrationResult
from liponflow.figures.migration.transport import arrhenius_figure, lengths_figure
from liponflow.units import BOLTZMANN


@pytest.fixture(scope="module")
def result() -> MigrationResult:
    return migration_result()


@pytest.fixture(scope="module")
def arrhenius(result: MigrationResult) -> Figure:
    return arrhenius_figure(result)


@pytest.fixture(scope="module")
def lengths(result: MigrationResult) -> Figure:
    return lengths_figure(result)


def drawn(figure: Figure, name: str) -> list[Any]:
    return [a for axes in figure.axes for a in axes.get_children() if a.get_gid() == name]


def slope(line: Any) -> float:
    """Return the activation energy (eV)."""
    x, y = line.get_xydata().T
    return -float(np.polyfit(x / 1000, np.log(y), 1)[0]) * BOLTZMANN


def test_slope_is_the_barrier(arrhenius: Figure, result: MigrationResult):
    nitrogen = result.of("N")
    assert nitrogen is not None
    [line] = drawn(arrhenius, "N")
    assert slope(line) == pytest.approx(nitrogen.percolating_barrier, abs=1e-6)


@pytest.mark.parametrize(("dopant", "published"), [("N", 0.50), ("P", 0.42), ("O", 1.08)])
def test_dashed_lines_have_the_published_barrier(
    arrhenius: Figure, result: MigrationResult, dopant: str, published: float
):
    found = result.of(dopant)
    assert found is not None
    [line], [dashed] = drawn(arrhenius, dopant), drawn(arrhenius, f"{dopant} published")
    extra = published - (found.percolating_barrier or 0)
    assert slope(dashed) - slope(line) == pytest.approx(extra, abs=1e-6)


def test_lengths_grow_with_the_square_root_of_time(lengths: Figure, result: MigrationResult):
    for found in result.migrations:
        [line] = drawn(lengths, found.dopant)
        t, length = line.get_xydata().T
        assert found.diffusivity_300 is not None
        expected = np.sqrt(6 * found.diffusivity_300 * t) * 1e9
        assert length == pytest.approx(expected)


def test_curves_cross_the_published_width_at_the_time_in_the_result(
    lengths: Figure, result: MigrationResult
):
    [width] = drawn(lengths, "published width")
    assert set(width.get_ydata()) == {76}
    low, high = lengths.axes[0].get_xlim()
    for found in result.migrations:
        [line] = drawn(lengths, found.dopant)
        t, length = line.get_xydata().T
        crossing = math.exp(np.interp(math.log(76), np.log(length), np.log(t)))
        assert crossing == pytest.approx(found.time_to_published_width, rel=1e-3)
        assert low < crossing < high


def test_spread_is_a_band_around_the_curve(lengths: Figure, arrhenius: Figure):
    for figure in (lengths, arrhenius):
        assert drawn(figure, "N spread")
        assert not drawn(figure, "O spread")


def test_results_without_diffusivity_are_refused():
    nothing = migration_result(["N"], unconverged="N")
    with pytest.raises(ValueError, match="no diffusivity to draw"):
        arrhenius_figure(nothing)
    with pytest.raises(ValueError, match="no diffusivity at 300 K"):
        lengths_figure(nothing)


def test_dopant_without_published_value_has_no_published_lines(result: MigrationResult):
    other = result.model_copy(
        update={
            "formula": "Na",
            "migrations": [result.migrations[0].model_copy(update={"published_barrier": None})],
        }
    )
    for figure in (arrhenius_figure(other), lengths_figure(other)):
        assert not drawn(figure, "N published")
        assert not drawn(figure, "published width")
