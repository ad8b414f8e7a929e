"""Figures of transport in lattice gases whose residence times are known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_texts import misplaced, texts
from lattice_gas import lattice_gas
from matplotlib.figure import Figure
from several_engines import with_engines
from walks import blocks, wrapped

from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.analysis.transport.observables import observables
from liponflow.analysis.transport.result import TransportResult, VTFCurve
from liponflow.analysis.transport.run import Run, follow_run
from liponflow.analysis.transport.summary import summarise
from liponflow.figures.spread import GID
from liponflow.figures.transport.gallery import all_figures

RESIDENCES = {600.0: np.inf, 800.0: 2.0, 900.0: 1.0, 1000.0: 0.6, 1200.0: 0.3}
"""ps, by temperature (K)."""


def run(temperature: float, residence: float) -> Run:
    frames = lattice_gas(
        frames=400, ions=10, repeats=2, residence=residence, seed=round(temperature)
    )
    frames = wrapped(replace(frames, temperatures=np.full(400, temperature)))
    return follow_run([Path(f"{temperature:.0f}")], lambda _: blocks(frames), species="Li")


@pytest.fixture(scope="module")
def result() -> TransportResult:
    made = Provenance(
        engine=EngineInfo(name="chgnet", version="0.4.2", surrogate=True), preset="quick",
        parameters={}, input_fingerprint="0" * 64, source_structure="gas", parent_uuids=[],
        packages={},
    )  # fmt: skip
    runs = [run(*item) for item in RESIDENCES.items()]
    return summarise(runs, made, species="Li", charge=1, hop_length=1.5)


@pytest.fixture(scope="module")
def figures(result: TransportResult) -> dict[str, Figure]:
    return all_figures(result)


def test_engines_stand_beside_each_other(result: TransportResult) -> None:
    compared = with_engines(result, observables(result), {"jump rate": 0.05})
    figure = all_figures(compared)["engines"]
    assert not misplaced(figure)
    assert "jump rate" in [text.get_text() for text in texts(figure)]


def test_spread_over_engines_stands_beside_the_conductivities(result: TransportResult) -> None:
    figure = all_figures(with_engines(result, observables(result), {}))["arrhenius"]
    drawn = [line.get_ydata() for line in figure.axes[0].lines if line.get_gid() == GID]
    # Further engines have 1.03 and 0.98 times its logarithms.
    points = [point for point in result.points if (point.diffusivity_low or 0) > 0]
    assert len(drawn) == len(points) + 1
    for (low, high), point in zip(drawn, points, strict=False):
        assert point.diffusivity is not None
        assert np.log10(high / low) == pytest.approx(0.05 * -np.log10(point.diffusivity))
        assert low < point.conductivity < high  # type: ignore[operator]
    assert misplaced(figure) == []


def markers(figure: Figure, shape: str) -> list[Any]:
    return [line for line in figure.axes[0].lines if line.get_marker() == shape]


def test_texts_are_placed(figures: dict[str, Figure]) -> None:
    assert set(figures) == {
        "displacements", "arrhenius", "van_hove", "density", "sites", "residence",
    }  # fmt: skip
    for name, figure in figures.items():
        assert not misplaced(figure), name


def test_a_residence_without_a_jump_is_a_lower_limit(
    result: TransportResult, figures: dict[str, Figure]
) -> None:
    [limit] = markers(figures["residence"], "^")
    assert limit.get_xdata() == pytest.approx([1000 / 600])
    assert limit.get_ydata() == [result.points[0].sites.residences[0].time_low]
    assert limit.get_markerfacecolor() == "white"
    curves = figures["residence"].axes[1].lines
    assert [line.get_label() for line in curves] == ["800 K", "900 K", "1000 K", "1200 K"]


def test_shares_fill_each_bar(figures: dict[str, Figure]) -> None:
    widths: dict[float, float] = {}
    for bar in figures["sites"].axes[0].patches:
        place = bar.get_y()
        widths[place] = widths.get(place, 0.0) + bar.get_width()
    assert list(widths.values()) == pytest.approx([1.0] * len(RESIDENCES))


def test_rows_are_spread_over_the_temperatures(figures: dict[str, Figure]) -> None:
    titles = [axes.get_title(loc="left") for axes in figures["van_hove"].axes]
    assert titles[::2] == [f"{kelvin} K, Li, self" for kelvin in (600, 800, 1000, 1200)]
    assert len(figures["density"].axes) == 4


def test_the_curve_says_where_it_is_no_better(
    result: TransportResult, figures: dict[str, Figure]
) -> None:
    assert isinstance(result.vtf, VTFCurve)
    labels = [text.get_text() for text in texts(figures["arrhenius"])]
    assert any("VTF" in label and "(no better)" in label for label in labels)
    [point] = [point for point in result.points if point.temperature == 1000]
    [dashed] = [
        line for line in figures["arrhenius"].axes[0].lines if line.get_linestyle() == "--"
    ]
    drawn = np.interp(1.0, dashed.get_xdata(), dashed.get_ydata())
    assert drawn == pytest.approx(point.conductivity, rel=0.3)


def test_a_result_without_details_has_fewer_figures(result: TransportResult) -> None:
    bare = [
        point.model_copy(update={"sites": None, "van_hove": [], "density": None})
        for point in result.points
    ]
    found = all_figures(result.model_copy(update={"points": bare}))
    assert set(found) == {"displacements", "arrhenius"}


def test_panels_without_a_coefficient_say_so(
    result: TransportResult, figures: dict[str, Figure]
) -> None:
    nothing = {"conductivity": None, "collective": None}
    points = [point.model_copy(update=nothing) for point in result.points]
    changes = {"points": points, "arrhenius": None, "vtf": None}
    found = all_figures(result.model_copy(update=changes))
    for name in ("displacements", "arrhenius"):
        said = [[text.get_text() for text in texts(drawn[name])] for drawn in (found, figures)]
        assert ["no run gives a coefficient" in words for words in said] == [True, False]


def test_no_van_hove_function_is_cut_off(figures: dict[str, Figure]) -> None:
    for axes in figures["van_hove"].axes:
        highest = max(max(line.get_ydata()) for line in axes.lines)
        assert axes.get_ylim()[1] >= highest
