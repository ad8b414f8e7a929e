"""Figures of a migration campaign show the data of the result."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from migration_example import LIMIT, MODELS, OTO, TO, TOT, TT, made_up_hop, migration_result

from liponflow.analysis.migration.result import MigrationResult
from liponflow.figures.migration.gallery import (
    all_figures,
    convergence_figure,
    from_lower_end,
    hops_figure,
    models_figure,
    profiles_figure,
)
from liponflow.figures.migration.ladder import ladder_figure

NAMES = ["arrhenius", "convergence", "hops", "ladder", "lengths", "models", "path", "profiles"]


@pytest.fixture(scope="module")
def result() -> MigrationResult:
    return migration_result()


@pytest.fixture(scope="module")
def figures(result: MigrationResult) -> dict[str, Figure]:
    return all_figures(result)


@pytest.fixture(scope="module")
def unconverged() -> dict[str, Figure]:
    """Return the figures with the longest stamp."""
    return all_figures(migration_result(unconverged="N"))


def drawn(figure: Figure, name: str) -> list[Any]:
    return [a for axes in figure.axes for a in axes.get_children() if a.get_gid() == name]


def test_every_figure_is_drawn(figures: dict[str, Figure]):
    assert sorted(figures) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_potential_is_labelled_not_dft(figures: dict[str, Figure], name: str):
    [stamp] = [text for text in figures[name].texts if text.get_gid() == "stamp"]
    assert "chgnet 0.3.0 (machine-learned potential, not DFT)" in stamp.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_texts_neither_overlap_nor_are_cut_off(unconverged: dict[str, Figure], name: str):
    figure = unconverged[name]
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    frame = figure.bbox
    legends = [legend.get_window_extent(renderer) for legend in figure.legends]
    [stamp] = [text for text in figure.texts if text.get_gid() == "stamp"]
    assert not any(stamp.get_window_extent(renderer).overlaps(legend) for legend in legends)
    for item in [*figure.texts, *figure.legends, *(axes.title for axes in figure.axes)]:
        box = item.get_window_extent(renderer)
        assert box.x0 >= frame.x0 - 1
        assert box.x1 <= frame.x1 + 1
        assert box.y0 >= frame.y0 - 1
        assert box.y1 <= frame.y1 + 1


def test_profiles_pass_their_images_and_end_at_the_barrier(
    figures: dict[str, Figure], result: MigrationResult
):
    for found in result.migrations:
        [curve] = drawn(figures["profiles"], f"{found.dopant} curve")
        [images] = drawn(figures["profiles"], f"{found.dopant} images")
        x, y = curve.get_xydata().T
        assert np.interp(images.get_xdata(), x, y) == pytest.approx(images.get_ydata(), abs=2e-3)
        # All three start at their lowest site.
        assert y[0] == pytest.approx(0)
        assert max(y) == pytest.approx(found.percolating_barrier, abs=1e-3)


def test_published_barriers_are_lines_in_the_colour_of_the_dopant(figures: dict[str, Figure]):
    for dopant, value in {"P": 0.42, "N": 0.50, "O": 1.08}.items():
        [line] = drawn(figures["profiles"], f"{dopant} published")
        [curve] = drawn(figures["profiles"], f"{dopant} curve")
        assert set(line.get_ydata()) == {value}
        assert line.get_color() == curve.get_color()


def test_a_published_barrier_is_drawn_once_over_the_hops_of_its_dopant(
    result: MigrationResult,
) -> None:
    more = [
        model.model_copy(update={"dopant": dopant, "hop": hop})
        for dopant, hop in (("P", TT), ("P", TOT), ("O", OTO), ("O", TO))
        for model in result.models[:2]
    ]
    figure = models_figure(result.model_copy(update={"models": more}))
    [phosphorus], [oxygen] = drawn(figure, "P published"), drawn(figure, "O published")
    assert phosphorus.get_xdata() == pytest.approx([0.66, 1.34])  # its second hop alone
    assert oxygen.get_xdata() == pytest.approx([1.66, 3.34])
    assert not drawn(figure, "N published")


def test_profile_starts_at_its_lower_end_point():
    hop = made_up_hop("O", TO, 0.06, -0.14)
    turned = from_lower_end(hop)
    assert turned.label == "oct-tet: 0.20 eV"
    assert turned.curve[0] == pytest.approx([0, 0])
    assert turned.curve[-1] == pytest.approx([hop.images[-1].distance, 0.14], abs=1e-3)
    assert (np.diff(turned.images[:, 0]) > 0).all()
    level = made_up_hop("N", OTO, 0.26, 0.0)
    assert from_lower_end(level).label == "oct-tet-oct: 0.26 eV"
    deep = level.model_copy(update={"lowest_on_the_way": -0.2})
    assert from_lower_end(deep).label == "oct-tet-oct: 0.26 eV (-0.20 on the way)"


def test_every_hop_has_its_profile(figures: dict[str, Figure], result: MigrationResult):
    for dopant in ("N", "P", "O"):
        assert len(drawn(figures["hops"], f"{dopant} curve")) == len(result.hops_of(dopant))


def test_convergence_ends_at_the_last_force_of_the_band(
    figures: dict[str, Figure], result: MigrationResult
):
    for hop in result.hops:
        [line] = drawn(figures["convergence"], f"{hop.dopant} {hop.hop}")
        assert line.get_xdata()[-1] == hop.steps
        assert line.get_ydata()[-1] == pytest.approx(hop.max_force)
    [limit] = drawn(figures["convergence"], "limit")
    assert set(limit.get_ydata()) == {LIMIT}


def test_models_are_drawn_side_by_side(figures: dict[str, Figure]):
    [newest] = drawn(figures["models"], "chgnet 0.3.0")
    assert sorted(newest.get_ydata()) == sorted(values[0] for _, values in MODELS.values())
    for dopant, (_, values) in MODELS.items():
        [bar] = drawn(figures["models"], f"{dopant} spread")
        assert bar.get_y() == pytest.approx(min(values))
        assert bar.get_height() == pytest.approx(max(values) - min(values))


def test_unconverged_bands_are_marked(unconverged: dict[str, Figure]):
    assert "NOT CONVERGED" in unconverged["profiles"].texts[-1].get_text()
    assert not drawn(unconverged["profiles"], "N curve")
    legend = [text.get_text() for text in unconverged["convergence"].legends[0].get_texts()]
    assert legend[0] == "N, oct-tet-oct (not converged)"


def test_missing_data_are_not_drawn():
    alone = migration_result(["N"], unconverged="N").model_copy(
        update={"models": [], "engine_spreads": [], "refinements": []}
    )
    assert sorted(all_figures(alone)) == ["convergence", "path"]
    with pytest.raises(ValueError, match="no converged band"):
        hops_figure(alone)
    with pytest.raises(ValueError, match="no barrier of another potential"):
        models_figure(alone)


def test_other_host_has_no_published_lines(result: MigrationResult):
    other = result.model_copy(update={"formula": "Na"})
    for figure in (profiles_figure(other), convergence_figure(other)):
        assert not drawn(figure, "N published")


def test_ladder_shows_every_engine_side_by_side(result: MigrationResult) -> None:
    figure = ladder_figure(result)
    [axes] = figure.axes
    labels = [label.get_text().replace("\n", " ") for label in axes.get_xticklabels()]
    assert labels == [
        "chgnet 0.3.0",
        "sevennet-0 7net-0 single points",
        "sevennet-0 7net-0 relaxed",
        "gpaw 26.7.0 (PBE, PW 350 eV) single points",
        "gpaw 26.7.0 (PBE, PW 350 eV) relaxed",
    ]
    [line] = drawn(figure, f"P {TOT}")
    assert line.get_ydata() == pytest.approx([0.337, 0.35, 0.328, 0.434, 0.453], abs=1e-3)
    [relaxed] = drawn(figure, f"P {TOT} relaxed")
    assert list(relaxed.get_xdata()) == [0, 2, 4]
    # The failed step of N is left out, not drawn at zero.
    [line] = drawn(figure, f"N {OTO}")
    assert list(line.get_xdata()) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="no refined hop"):
        ladder_figure(result.model_copy(update={"refinements": []}))
