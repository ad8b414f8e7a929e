from pathlib import Path

import numpy as np
import pytest
from lattice_images import layered
from PIL import Image

from liponflow.analysis.diffraction.layer_statistics_result import LayerStatisticsResult
from liponflow.analysis.diffraction.layers_result import LayersResult
from liponflow.analysis.kinds import get_kind
from liponflow.workflows.measurement import get_measurement

PIXEL = 0.09
BOUNDARIES = [0.0, 21.1, 32.7, 76.4, 90.0]
PHASES = [["Li", "Li2O"], ["Li", "Li2O", "Li3N"], ["Li2O", "Li3N", "Li3PO4"], []]
"""Layers of Figure 4.6 K of the dissertation, and glass behind them."""


def saved(folder: Path, image: np.ndarray, name: str = "image") -> Path:
    scaled = (image - image.min()) / np.ptp(image) * 65535
    path = folder / f"{name}.tif"
    Image.fromarray(scaled.astype(np.uint16)).save(path)
    return path


def measured(path: Path, **given) -> LayersResult:
    result = get_measurement("layers").measure([path], {"pixel": str(PIXEL)} | given)
    assert isinstance(result, LayersResult)
    return result


@pytest.fixture(scope="module", params=[0, 1])
def interphase(request, tmp_path_factory: pytest.TempPathFactory) -> LayersResult:
    # Crystals of 4 nm, as in section 4.3.3.
    image = layered(
        BOUNDARIES, PHASES, height=48, pixel=PIXEL, amplitude=0.7, seed=request.param, size=4.0
    )
    return measured(saved(tmp_path_factory.mktemp("image"), image), step="1.3333")


def test_gives_the_layers_of_the_image_back(interphase: LayersResult) -> None:
    assert [set(layer.phases.split(" + ")) for layer in interphase.layers] == [
        {"Li", "Li2O"},
        {"Li", "Li2O", "Li3N"},
        {"Li2O", "Li3N", "Li3PO4"},
        {"amorphous"},
    ]
    starts = [layer.start for layer in interphase.layers]
    # Half a tile: what is less than half in a tile hardly shows under the window.
    np.testing.assert_allclose(starts, BOUNDARIES[:-1], atol=2.0)
    for layer, width in zip(interphase.layers, np.diff(BOUNDARIES), strict=True):
        assert layer.low is not None
        assert layer.high is not None
        assert layer.low <= width <= layer.high


def test_compares_with_the_published_layers(interphase: LayersResult) -> None:
    assert [layer.published for layer in interphase.layers] == [21.1, 11.6, 43.7, None]


def test_the_figures_show_tiles_and_layers(interphase: LayersResult) -> None:
    figures = get_kind("layers").draw(interphase)
    assert set(figures) == {"tiles", "layers"}
    panels = [axes for axes in figures["tiles"].axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in panels] == interphase.phases
    for axes, name in zip(panels, interphase.phases, strict=True):
        assert len(axes.patches) == sum(name in tile.phases for tile in interphase.tiles)
    words = " ".join(text.get_text() for text in figures["layers"].axes[1].texts)
    assert "43.7 nm" in words
    assert f"{interphase.layers[0].width:.1f} nm" in words


def test_layers_from_top_to_bottom_are_the_same(tmp_path: Path) -> None:
    image = layered(
        [0, 18, 34], [["Li"], []], height=16.5, pixel=PIXEL, amplitude=0.7, seed=2, size=4.0
    )
    right = measured(saved(tmp_path, image), step="2")
    down = measured(saved(tmp_path, image.T), step="2", direction="down")
    assert [layer.model_dump() for layer in down.layers] == [
        layer.model_dump() for layer in right.layers
    ]
    assert [(tile.x, tile.y) for tile in down.tiles] == [(t.y, t.x) for t in right.tiles]
    assert right.layers[0].phases == "Li"
    assert right.layers[1].start == pytest.approx(18, abs=3)
    assert LayersResult.model_validate(right.model_dump()) == right
    assert set(get_kind("layers").draw(down)) == {"tiles", "layers"}


def test_noise_is_one_amorphous_layer(tmp_path: Path) -> None:
    result = measured(saved(tmp_path, np.random.default_rng(4).normal(size=(140, 280))), tile="6")
    assert [layer.phases for layer in result.layers] == ["amorphous"]
    assert result.layers[0].low is None
    assert any("amorphous or too noisy" in text for text in result.warnings)
    assert any("2 lines of tiles, and 3 are needed" in text for text in result.warnings)


def test_gives_the_mean_layers_of_several_images_back(tmp_path: Path) -> None:
    """Three images whose layers differ by a few nm, with Li on one side and glass on the other."""
    widths = [(10.0, 22.0, 14.0, 10.0), (10.0, 18.0, 12.0, 10.0), (10.0, 20.0, 19.0, 10.0)]
    phases = [["Li"], ["Li", "Li2O"], ["Li2O", "Li3N"], []]
    paths = [
        saved(
            tmp_path,
            layered(
                [0.0, *np.cumsum(row)],
                phases,
                height=20,
                pixel=PIXEL,
                amplitude=0.8,
                seed=seed,
                size=4.0,
            ),
            f"region_{seed}",
        )
        for seed, row in enumerate(widths)
    ]
    result = get_measurement("layers").measure(paths, {"pixel": str(PIXEL), "step": "1.3333"})
    assert isinstance(result, LayerStatisticsResult)
    found = {row.phases: row for row in result.widths}
    means = dict(zip(["Li + Li2O", "Li2O + Li3N"], np.mean(widths, axis=0)[1:3], strict=True))
    assert set(found) == {*means, "together"}
    for name, mean in means.items():
        assert found[name].images == 3
        assert found[name].mean == pytest.approx(mean, abs=2.0)
    assert found["together"].mean == pytest.approx(sum(means.values()), abs=2.0)
    assert result.images == [str(path) for path in paths]


def test_refuses_long_steps_and_the_same_image_twice(tmp_path: Path) -> None:
    path = saved(tmp_path, np.random.default_rng(5).normal(size=(80, 80)))
    with pytest.raises(ValueError, match="--step 9 is longer than a tile of 6 nm"):
        measured(path, step="9", tile="6")
    with pytest.raises(ValueError, match=r"is the image .*image\.tif; give each image once"):
        get_measurement("layers").measure([path, path], {"pixel": "0.09"})
    with pytest.raises(ValueError, match="smaller than a tile of 8 nm; give a smaller --tile"):
        measured(path, tile="8")
