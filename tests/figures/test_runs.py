"""Figures of bands, molecular dynamics and single calculations show the data of the result."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.runs import CalculationResult, MDResult, NEBResult
from liponflow.figures.runs import band_figures, calculation_figures, dynamics_figures
from liponflow.store.results import find_results, open_store

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "0.2.0.db"


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    store = open_store(GOLDEN, read_only=True)
    found = {item.result.kind: item.result for item in find_results(store)}
    store.close()
    return found


@pytest.fixture
def band(golden: dict[str, Any]) -> NEBResult:
    result = golden["neb"].model_copy(deep=True)
    assert isinstance(result, NEBResult)
    return result


@pytest.fixture
def dynamics(golden: dict[str, Any]) -> MDResult:
    result = golden["md"].model_copy(deep=True)
    assert isinstance(result, MDResult)
    return result


def line(axes: Axes, gid: str) -> np.ndarray:
    (found,) = (item for item in axes.lines if item.get_gid() == gid)
    return np.array(found.get_data())


def written(figure: Figure) -> str:
    legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return " ".join([*(text.get_text() for text in figure.texts), *legends])


def test_band_shows_images_and_the_curve_of_the_barrier(band: NEBResult) -> None:
    figures = band_figures(band)
    energies, forces = figures["band"].axes
    images = line(energies, "energy converged").T
    assert images.tolist() == [[image.distance, image.energy] for image in band.images]
    curve = line(energies, "curve")[1]
    assert curve.max() - curve[0] == pytest.approx(band.barrier, abs=1e-3)
    assert f"forward {band.barrier:.3f} eV" in written(figures["band"])
    assert line(forces, "max_force converged")[1].tolist() == [i.max_force for i in band.images]
    assert energies.get_ylabel() == "energy\n(eV)"
    history = line(figures["convergence"].axes[0], "force")
    assert history[1].tolist() == band.force_history


def test_unconverged_band_has_no_curve(band: NEBResult) -> None:
    band.converged = band.images[2].converged = False
    band.barrier = band.reverse_barrier = None
    figure = band_figures(band)["band"]
    energies = figure.axes[0]
    assert line(energies, "energy unconverged").T.tolist() == [
        [band.images[2].distance, band.images[2].energy]
    ]
    assert "curve" not in {item.get_gid() for item in energies.lines}
    assert "images, not converged" in written(figure)
    assert "NOT CONVERGED" in written(figure)


def test_band_without_energies_of_its_end_points_shows_forces(band: NEBResult) -> None:
    for image in band.images:
        image.energy = None
    band.barrier = band.reverse_barrier = None
    (axes,) = band_figures(band)["band"].axes
    assert axes.get_ylabel() == "largest force\n(eV/Å)"
    for image in band.images:
        image.max_force = None
    assert "band" not in band_figures(band)


def test_dynamics_show_each_series_and_the_targets(dynamics: MDResult) -> None:
    panels = dynamics_figures(dynamics)["series"].axes
    names = ["temperatures", "potential_energies", "total_energies", "pressures"]
    assert [axes.lines[0].get_gid() for axes in panels] == names  # the volume is fixed
    for axes, name in zip(panels, names, strict=True):
        times, values = axes.lines[0].get_data()
        np.testing.assert_array_equal(times, dynamics.times)
        np.testing.assert_array_equal(values, np.array(getattr(dynamics, name), dtype=float))
        assert axes.get_ylabel().replace("\n", " ").split(" (")[0]
    targets = [item for item in panels[0].lines if item.get_gid() == "target"]
    assert [item.get_ydata()[0] for item in targets] == [
        stage.target_temperature for stage in dynamics.stages
    ]
    assert targets[-1].get_xdata()[1] == pytest.approx(dynamics.times[-1])


def test_series_without_times_and_with_gaps_are_drawn(dynamics: MDResult) -> None:
    """A pressure may be unknown, and a short run has one block."""
    volumes = [1000.0 + step for step in range(len(dynamics.times))]
    dynamics = dynamics.model_copy(
        update={"times": [], "volumes": volumes, "pressures": [None] * len(volumes), "stages": []}
    )
    panels = dynamics_figures(dynamics)["series"].axes
    assert panels[-1].lines[0].get_gid() == "volumes"
    last = panels[0].lines[0].get_xdata()[-1]
    assert last == pytest.approx(len(volumes) * dynamics.stride * dynamics.time_step * 1e-3)


def test_calculation_shows_its_structure_energy_and_force(golden: dict[str, Any]) -> None:
    result = golden["calculation"]
    assert isinstance(result, CalculationResult)
    figure = calculation_figures(result)["structure"]
    title = figure.axes[0].get_title()
    assert f"{result.energy_per_atom:.4f} eV/atom" in title
    assert f"largest force {result.calculation.max_force:.3f} eV/Å" in title
    assert {"Ni", "O"} <= set(written(figure).split())
    assert figure.axes[0].collections or figure.axes[0].patches
