"""Onsets, widths and order in synthetic line scans."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from liponflow.analysis.line_scan.step import REACH
from liponflow.analysis.line_scan.summary import line_scan_of, scan_of
from liponflow.analysis.measured.fit import FitError
from liponflow.analysis.measured.table import Table, TableError
from liponflow.analysis.provenance import file_provenance

X = np.arange(0.0, 240.0, 4.0)
MADE = file_provenance([], {}, "x")
N_CENTRE, N_SPREAD = 60 + REACH * 18, 18.0
P_CENTRE, P_SPREAD = 136 - REACH * 16, 16.0
"""N begins at 60 nm and P ends at 136: 76 nm, and N reaches further."""


def table(header: str, *columns: np.ndarray, name: str = "scan.csv") -> Table:
    return Table(Path(name), [header], np.column_stack(columns))


def eds(seed: int = 1) -> Table:
    rng = np.random.default_rng(seed)
    p = rng.poisson(40 + 900 * norm.cdf((X - P_CENTRE) / P_SPREAD))
    n = rng.poisson(25 + 400 * norm.cdf((X - N_CENTRE) / N_SPREAD))
    return table("position (nm), P, N", X, p, n)


def result_of(*tables: Table, align: str | None = None, elements: list[str] | None = None):
    scan, *others = (scan_of(item) for item in tables)
    scan = scan_of(tables[0], elements)
    return line_scan_of(scan, others[0] if others else None, align, MADE, material="Li | LiPON")


def test_the_published_width_is_recovered_within_its_interval() -> None:
    result = result_of(eds())
    assert result.width_published == 76
    assert result.width_low < 76 < result.width_high
    assert result.width_high - result.width_low < 12
    (order,) = result.orders
    assert (order.first, order.second, order.significant) == ("N", "P", True)
    assert order.low < (P_CENTRE - REACH * P_SPREAD) - 60 < order.high


def test_intervals_of_the_width_hold_it_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(80):
        result = result_of(eds(seed))
        inside += result.width_low <= 76 <= result.width_high
    # The binomial standard error of 80 trials is 2.4 %.
    assert inside >= 70


def test_a_simulation_is_moved_and_measured_by_the_same_rule() -> None:
    depth = np.arange(-200.0, 200.0, 5.0)
    model = table(
        "depth (Å), N, P", depth, 8 * norm.cdf((depth + 10) / 20), 50 * norm.cdf(depth / 20),
        name="model.csv",
    )  # fmt: skip
    result = result_of(eds(), model, align="P")
    simulated = {item.element: item for item in result.profiles if item.origin == "simulated"}
    measured = {item.element: item for item in result.profiles if item.origin == "measured"}
    assert simulated["P"].centre == pytest.approx(measured["P"].centre)
    assert simulated["P"].centre - simulated["N"].centre == pytest.approx(1.0, abs=1e-3)
    assert simulated["P"].width == pytest.approx(2 * REACH * 2.0, rel=1e-3)
    assert result.moved == pytest.approx(measured["P"].centre, abs=1e-3)
    assert "moved, not scaled" in result.warnings[-1]


def test_a_simulation_of_the_other_direction_is_turned() -> None:
    depth = np.arange(-200.0, 200.0, 5.0)
    model = table("depth (Å), P", depth, 50 * norm.sf((depth - 30) / 20), name="model.csv")
    result = result_of(eds(), model)
    simulated = result.profiles[-1]
    assert simulated.rises
    assert simulated.centre == pytest.approx(result.profiles[0].centre)
    assert result.moved == pytest.approx(simulated.centre + 3.0, abs=1e-3)


def test_elements_of_both_sides_have_no_common_width() -> None:
    li = np.random.default_rng(2).poisson(30 + 800 * norm.sf((X - 100) / 15))
    values = eds().values
    both = table("position (nm), P, N, Li", *values.T, li)
    result = result_of(both)
    assert result.width is None
    assert "become richer to different sides" in result.warnings[0]
    assert result_of(both, elements=["P", "N"]).width is not None
    assert [item.first for item in result.orders] == ["N"]


def test_a_profile_with_two_steps_is_doubted() -> None:
    double = 50 + 500 * (norm.cdf((X - 60) / 4) + norm.cdf((X - 180) / 4))
    counts = np.random.default_rng(0).poisson(double)
    result = result_of(table("position (nm), P", X, counts))
    assert "times the variance of counts" in result.warnings[0]


def test_etching_levels_keep_their_unit_and_have_no_published_width() -> None:
    result = result_of(table("depth (etch), N 1s, P 2p", *eds().values.T[[0, 2, 1]]))
    assert result.unit == "etch"
    assert result.width_published is None


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Table(Path("x.csv"), [], np.ones((9, 2))), "name the columns in a line above"),
        (table("position (nm), P", X[::-1], X), "60 positions; give at least 6, ascending"),
    ],
)
def test_tables_that_cannot_be_used(bad: Table, message: str) -> None:
    with pytest.raises(TableError, match=message):
        scan_of(bad)


def test_elements_and_units_that_do_not_fit_are_named() -> None:
    with pytest.raises(TableError, match="no column 'Si'; it has P, N"):
        result_of(eds(), elements=["Si"])
    other = table("position (etch), P", X, eds().values[:, 1], name="m.csv")
    with pytest.raises(TableError, match="positions are in nm and etch"):
        result_of(eds(), other)
    with pytest.raises(TableError, match="'O' is not in both"):
        result_of(eds(), eds(), align="O")


def test_a_profile_without_a_plateau_is_refused() -> None:
    with pytest.raises(FitError, match="a step needs a plateau on both sides"):
        result_of(table("position (nm), P", X, np.full(len(X), 3.7)))
