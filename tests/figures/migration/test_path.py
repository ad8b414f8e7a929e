import numpy as np
import pytest
from matplotlib.figure import Figure
from migration_example import TO, TT, migration_result

from liponflow.analysis.migration.result import MigrationResult
from liponflow.figures.migration.path import bottleneck, path_figure, short_label


@pytest.fixture(scope="module")
def result() -> MigrationResult:
    return migration_result()


@pytest.fixture(scope="module")
def figure(result: MigrationResult) -> Figure:
    return path_figure(result)


def test_each_dopant_has_a_panel_with_its_bottleneck(figure: Figure):
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["N, oct-tet-oct", "P, tet-tet", "O, tet-oct"]


def test_path_has_every_image_in_order_inside_the_cell(figure: Figure, result: MigrationResult):
    for axes, found in zip(figure.axes, result.migrations, strict=True):
        [path] = [c for c in axes.collections if c.get_gid() == f"{found.dopant} path"]
        places = np.asarray(path.get_offsets())
        assert len(places) == 7
        along = (places - places[0]) @ (places[-1] - places[0])
        assert (np.diff(along) > 0).all()
        lines = np.vstack([line.get_xydata() for line in axes.lines])
        assert (places > lines.min(axis=0)).all()
        assert (places < lines.max(axis=0)).all()


def test_path_is_viewed_from_its_side(figure: Figure, result: MigrationResult):
    for axes, found in zip(figure.axes, result.migrations, strict=True):
        [path] = [c for c in axes.collections if c.get_gid() == f"{found.dopant} path"]
        places = np.asarray(path.get_offsets())
        hop = bottleneck(result, found)
        assert hop is not None
        assert np.linalg.norm(places[-1] - places[0]) > 0.8 * hop.hop_distance


def test_ring_marks_the_saddle(figure: Figure, result: MigrationResult):
    for axes, found in zip(figure.axes, result.migrations, strict=True):
        [ring] = [c for c in axes.collections if c.get_gid() == f"{found.dopant} saddle"]
        [path] = [c for c in axes.collections if c.get_gid() == f"{found.dopant} path"]
        hop = bottleneck(result, found)
        assert hop is not None
        energies = [image.energy or 0 for image in hop.images]
        top = np.asarray(path.get_offsets())[int(np.argmax(energies))]
        assert np.asarray(ring.get_offsets())[0] == pytest.approx(top, abs=0.3)


def test_bottleneck_falls_back_on_the_hops_with_data(result: MigrationResult):
    oxygen = result.of("O")
    assert oxygen is not None
    found = bottleneck(result, oxygen)
    assert found is not None
    assert found.hop == TO
    lost = result.migrations[1].model_copy(update={"percolating_hops": []})
    without_way = result.model_copy(update={"migrations": [lost]})
    lowest = bottleneck(without_way, lost)
    assert lowest is not None
    assert lowest.hop == TT
    assert bottleneck(result.model_copy(update={"hops": []}), oxygen) is None


def test_result_without_images_is_refused(result: MigrationResult):
    with pytest.raises(ValueError, match="no images"):
        path_figure(result.model_copy(update={"hops": []}))


def test_labels_are_short_and_distinct():
    assert short_label("tetrahedral-octahedral 2") == "tet-oct 2"
