"""Statistics of layers over images, from results that are put together here."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from liponflow.analysis.diffraction.layer_statistics import summarise_images
from liponflow.analysis.diffraction.layers_result import LayersResult, PhaseLayer
from liponflow.analysis.kinds import get_kind
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo

PHASES = ["Li", "Li + Li2O", "Li2O + Li3N + Li", "Li3PO4 + Li2O + Li3N", "amorphous"]
PUBLISHED = [21.1, 11.6, 43.7]
MADE: dict[str, Any] = {
    "engine": EngineInfo(name="experiment", version=None, surrogate=False),
    "preset": "as read", "parameters": {}, "input_fingerprint": "", "parent_uuids": [],
}  # fmt: skip


def image(name: str, widths: list[float], phases: list[str], **changes: Any) -> LayersResult:
    ends = np.cumsum([0.0, *widths]).tolist()
    layers = [
        PhaseLayer(
            layer=number + 1, phases=own, start=start, end=end, width=end - start, low=None,
            high=None, start_low=None, start_high=None, published=None, shares={},
        )
        for number, (own, (start, end)) in enumerate(zip(phases, pairwise(ends), strict=True))
    ]  # fmt: skip
    given: dict[str, Any] = {
        "formula": "Li", "converged": True, "criterion": "c", "direction": "right", "pixel": 0.1,
        "pixel_source": "given", "size": [10.0, ends[-1]], "tile": 4.0, "step": 1.0,
        "tolerance": 2.0, "d_range": [1.0, 6.0], "named_share": 1.0, "ambiguous_share": 0.0,
        "phases": ["Li", "Li2O"], "layers": layers, "tiles": [], "intensity": [],
        "provenance": provenance(source_structure=name, **MADE),
    }  # fmt: skip
    return LayersResult.model_validate(given | changes)


def many(number: int, seed: int, spread: float = 0.2) -> list[LayersResult]:
    rng = np.random.default_rng(seed)
    return [
        image(
            f"{place}.tif",
            [9.0, *(np.array(PUBLISHED) * rng.normal(1, spread, 3)).tolist(), 20.0],
            PHASES,
        )
        for place in range(number)
    ]


MADE_OF_ALL = provenance(source_structure="ten images", **MADE)


def test_means_and_spreads_are_those_of_the_complete_layers() -> None:
    images = many(10, seed=1)
    found = summarise_images(images, MADE_OF_ALL)
    assert [row.phases for row in found.widths] == [
        "Li + Li2O", "Li + Li2O + Li3N", "Li2O + Li3N + Li3PO4", "together"
    ]  # fmt: skip
    widths = np.array([[layer.width for layer in one.layers[1:4]] for one in images])
    widths = np.column_stack([widths, widths.sum(axis=1)])
    np.testing.assert_allclose([row.mean for row in found.widths], widths.mean(axis=0))
    np.testing.assert_allclose([row.spread for row in found.widths], widths.std(axis=0, ddof=1))
    assert [row.published for row in found.widths] == pytest.approx([*PUBLISHED, 76.4])
    assert not found.warnings


def test_intervals_are_those_of_students_t() -> None:
    images = many(5, seed=2)
    row = summarise_images(images, MADE_OF_ALL).widths[0]
    expected = ttest_1samp([one.layers[1].width for one in images], 0.0).confidence_interval(0.95)
    assert (row.low, row.high) == pytest.approx(tuple(expected))


def test_layer_that_an_edge_cuts_does_not_count() -> None:
    images = [
        image("a.tif", [5.0, 12.0, 43.0, 9.0], PHASES[1:]),
        image("b.tif", [9.0, 20.0, 11.0, 44.0, 9.0], PHASES),
        image("c.tif", [9.0, 22.0, 10.0, 30.0], PHASES[:4]),
    ]
    found = {row.phases: row for row in summarise_images(images, MADE_OF_ALL).widths}
    assert (found["Li + Li2O"].images, found["Li + Li2O"].mean) == (2, pytest.approx(21.0))
    assert found["Li2O + Li3N + Li3PO4"].mean == pytest.approx(43.5)
    assert found["Li + Li2O + Li3N"].images == 3
    whole = found["together"]
    assert (whole.images, whole.mean, whole.spread) == (1, pytest.approx(75.0), None)
    [rare] = summarise_images(images, MADE_OF_ALL).warnings
    assert "fewer than the 3 images: Li + Li2O (2)" in rare
    other = image("d.tif", [6.0, 12.0, 43.0, 9.0], PHASES[1:])
    [cut] = summarise_images([images[0], other], MADE_OF_ALL).warnings
    assert cut.startswith("Li + Li2O: no image has such a layer between two others")


def test_figure_shows_every_image_and_the_published_widths() -> None:
    result = summarise_images(many(6, seed=3), MADE_OF_ALL)
    [figure] = get_kind("layer_statistics").draw(result).values()
    left, right = figure.axes
    assert [text.get_text() for text in left.get_yticklabels()] == [str(n) for n in range(6)]
    assert len([bar for bar in left.patches if bar.get_width() > 0]) == 6 * 5
    named = {patch.get_facecolor() for patch in left.get_legend().get_patches()}
    assert len(named) == 3
    assert named < {bar.get_facecolor() for bar in left.patches}
    diamonds = [
        place for line in right.lines if line.get_marker() == "D" for place in line.get_xdata()
    ]
    assert diamonds == pytest.approx([*PUBLISHED, 76.4])
    assert get_kind("layer_statistics").read(result.model_dump(mode="json")) == result


def test_interval_that_reaches_zero_is_drawn() -> None:
    result = summarise_images(many(2, seed=4), MADE_OF_ALL)
    first = result.widths[0].model_copy(update={"low": 0.0, "high": 40.0})
    changed = result.model_copy(update={"widths": [first, *result.widths[1:]]})
    [figure] = get_kind("layer_statistics").draw(changed).values()
    bar = figure.axes[1].collections[0]
    assert bar.get_segments()[0][:, 0].tolist() == pytest.approx([0.0, 40.0])
