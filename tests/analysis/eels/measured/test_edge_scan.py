"""Areas of synthetic edges with counting noise lie in their limits as often as stated."""

import numpy as np
import pytest

from liponflow.analysis.eels.measured.edge_scan import default_windows, scan_edges
from liponflow.analysis.eels.measured.edge_scan_result import EdgeScanResult
from liponflow.analysis.eels.measured.edges import edge_energy, other_edges
from liponflow.analysis.eels.measured.spectrum import SpectrumError, measured_spectrum
from liponflow.analysis.provenance import file_provenance

ENERGY = 330 + 0.5 * np.arange(300)
ONSET = 399.0
REPETITIONS = 200


def background(dose: float) -> np.ndarray:
    return dose * 8e4 * (ENERGY / 400) ** -3.2


def edge(height: float) -> np.ndarray:
    return np.where(ENERGY > ONSET, height * np.exp(-(ENERGY - ONSET) / 40), 0.0)


def measured(counts: np.ndarray, grid: tuple[int, ...], edges: tuple[str, ...] = ("N K",)):
    spectrum = measured_spectrum(ENERGY, counts, grid=grid, source="n.csv")
    windows = {name: default_windows(name) for name in edges}
    return scan_edges(spectrum, windows, file_provenance([], {}, "n.csv"), 12.0)


def repetitions(height: float, dose: float = 1.0) -> EdgeScanResult:
    mean = background(dose) + edge(height)
    counts = np.random.default_rng(5).poisson(mean, (REPETITIONS, mean.size)).astype(float)
    return measured(counts, (REPETITIONS,))


@pytest.mark.parametrize("dose", [0.02, 1.0])
def test_area_lies_within_its_limits_in_95_percent(dose: float) -> None:
    result = repetitions(2500 * dose, dose)
    low, high = result.edges[0].window
    inside = (low <= ENERGY) & (high > ENERGY)
    truth = 0.5 * edge(2500 * dose)[inside].sum()
    areas = np.array([point.area for point in result.points])
    counting = np.array([point.error_counting for point in result.points])
    error = np.array([point.error for point in result.points])
    assert areas.mean() == pytest.approx(truth, abs=3 * areas.std() / np.sqrt(REPETITIONS))
    assert counting.mean() == pytest.approx(areas.std(), rel=0.15)
    assert 0.91 <= np.mean(np.abs(areas - truth) <= 1.96 * counting) <= 0.98
    assert np.mean(np.abs(areas - truth) <= 1.96 * error) >= 0.95


def test_an_absent_edge_is_seen_in_less_than_one_of_a_hundred_spectra() -> None:
    result = repetitions(0.0)
    assert sum(point.seen for point in result.points) <= 0.01 * REPETITIONS
    assert "N K is not above the noise at any point" in result.warnings


def test_areas_are_relative_to_the_largest_of_a_scan() -> None:
    shares = (0.0, 0.5, 1.0)
    counts = np.array([background(50) + edge(2500 * 50 * share) for share in shares])
    result = measured(np.round(counts), (3,))
    assert [point.relative for point in result.points] == pytest.approx(shares, abs=0.005)
    assert [point.seen for point in result.points] == [False, True, True]
    assert [point.position for point in result.points] == [0, 12, 24]
    # The signal at the edge is the edge itself.
    (scanned,) = result.edges
    signal = np.array(scanned.signals[2].signal)
    assert np.abs(signal - edge(2500 * 50)[np.isin(ENERGY, scanned.energy)]).max() < 500
    assert "N K at 2 of 3 points" in result.criterion


def test_rows_and_columns_of_a_map_are_counted_from_1() -> None:
    counts = np.random.default_rng(1).poisson(background(1) + edge(2500), (6, ENERGY.size))
    result = measured(counts.astype(float), (2, 3))
    assert [point.point for point in result.points[::5]] == [[1, 1], [2, 3]]
    assert result.points[0].position is None
    assert result.edges[0].signals == []


def test_windows_that_the_spectrum_does_not_cover_are_refused() -> None:
    counts = np.round(background(1) + edge(2500))[None]
    with pytest.raises(SpectrumError, match=r"n\.csv: covers 330 to 479\.5 eV, and O K is"):
        measured(counts, (), ("O K",))


def test_edges_are_tabulated_or_suggested() -> None:
    assert edge_energy("Mn L") == 638.7
    assert default_windows("P K").signal == (2125.5, 2175.5)
    with pytest.raises(SpectrumError, match=r"Nb K: not among .* such as 'N K'"):
        edge_energy("Nb K")
    assert other_edges(90, 140, "P") == ["Si L3 (99.2 eV)", "Si L2 (99.8 eV)", "Be K (111.5 eV)"]
