"""Ratios of synthetic spectra with counting noise lie in their intervals as often as stated."""

from dataclasses import replace

import numpy as np
import pytest
from edge_spectra import ENERGY, L2, L3, mn_edge

from liponflow.analysis.eels.measured.edges import l_edges, other_edges
from liponflow.analysis.eels.measured.spectrum import (
    MeasuredSpectrum,
    SpectrumError,
    measured_spectrum,
)
from liponflow.analysis.eels.measured.white_lines import (
    Windows,
    check_covered,
    default_windows,
    find_lines,
    integrate,
    white_line_ratios,
)

REPETITIONS = 200
BACKGROUND = (587.0, 631.0)


def spectrum_of(counts: np.ndarray) -> MeasuredSpectrum:
    rows = np.atleast_2d(counts)
    return measured_spectrum(ENERGY, rows, grid=(len(rows),), source="mn.csv")


def noisy(mean: np.ndarray, number: int = REPETITIONS, seed: int = 3) -> MeasuredSpectrum:
    return spectrum_of(np.random.default_rng(seed).poisson(mean, (number, mean.size)))


def windows_of(spectrum: MeasuredSpectrum) -> Windows:
    return default_windows(
        find_lines(spectrum, BACKGROUND, l_edges("Mn")),
        background=BACKGROUND,
        half_width=None,
        widths=(1.5, 1.5),
        steps=None,
        continuum=None,
    )


@pytest.mark.parametrize("dose", [0.02, 1.0])
@pytest.mark.parametrize("ratio", [3.85, 2.4])
def test_ratio_lies_in_its_interval_in_95_percent(ratio: float, dose: float) -> None:
    spectrum = noisy(mn_edge(ratio, dose=dose))
    found = white_line_ratios(spectrum, windows_of(spectrum))
    assert 0.91 <= np.mean((found.low <= ratio) & (ratio <= found.high)) <= 0.98
    assert found.counting.mean() == pytest.approx(found.ratio.std(), rel=0.15)
    low, high = found.areas.interval()
    assert np.all((found.low <= low) & (high <= found.high))
    # With the steps where they are, the noise of counting is the only error.
    exact = replace(windows_of(spectrum), steps=(L3, L2))
    low, high = integrate(spectrum, exact).interval()
    assert 0.91 <= np.mean((low <= ratio) & (ratio <= high)) <= 0.98


def test_ratio_without_noise_is_exact() -> None:
    # The lines reach less than 1e-3 beyond the windows.
    spectrum = spectrum_of(mn_edge(2.9))
    windows = windows_of(spectrum)
    assert windows.steps == pytest.approx((L3, L2), abs=0.3)
    exact = replace(windows, steps=(L3, L2))
    assert white_line_ratios(spectrum, exact).ratio[0] == pytest.approx(2.9, rel=2e-3)
    assert integrate(spectrum, exact).l2[0] == pytest.approx(12000, rel=2e-3)


def test_noise_of_the_background_fit_is_part_of_the_error() -> None:
    # A narrow window far before the edge extrapolates worse.
    spectrum = noisy(mn_edge(2.6))
    far = replace(windows_of(spectrum), background=(562.0, 575.0))
    found = white_line_ratios(spectrum, far)
    near = white_line_ratios(spectrum, windows_of(spectrum))
    assert found.counting.mean() == pytest.approx(found.ratio.std(), rel=0.15)
    assert found.counting.mean() > 1.1 * near.counting.mean()


def test_gain_of_a_detector_enlarges_the_error() -> None:
    gain = 9.0
    spectrum = noisy(mn_edge(2.6))
    amplified = spectrum_of(gain * spectrum.counts)
    windows = windows_of(spectrum)
    errors = white_line_ratios(amplified, windows).counting
    assert errors.mean() == pytest.approx(
        white_line_ratios(spectrum, windows).counting.mean(), rel=0.05
    )
    # Normalised values have no noise of counting: it is that around the background.
    normalised = spectrum_of(spectrum.counts / 1234.5)
    assert not normalised.real_counts
    assert white_line_ratios(normalised, windows).counting.mean() == pytest.approx(
        errors.mean(), rel=0.05
    )


def test_map_is_integrated_in_parts_with_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    spectrum = noisy(mn_edge(2.6), number=7)
    windows = windows_of(spectrum)
    whole = integrate(spectrum, windows)
    monkeypatch.setattr("liponflow.analysis.eels.measured.integration._CHUNK", 2 * len(ENERGY) + 1)
    parts = integrate(spectrum, windows)
    assert all(np.allclose(a, b, rtol=1e-9) for a, b in zip(whole, parts, strict=True))


def test_points_without_the_element_are_not_seen() -> None:
    rng = np.random.default_rng(2)
    mean = np.stack([mn_edge(2.6, mn=0.0), mn_edge(2.6, mn=0.5)])
    spectrum = spectrum_of(rng.poisson(mean))
    assert integrate(spectrum, windows_of(spectrum)).seen.tolist() == [False, True]


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (560, 655, r"covers 560 to 655 eV.*need 628 to 661 eV; record the edge"),
        (633, 700, r"covers 633 to 700 eV"),
    ],
)
def test_axis_that_does_not_cover_the_edge_is_refused(
    low: float, high: float, message: str
) -> None:
    spectrum = spectrum_of(mn_edge(2.6))
    inside = (low <= ENERGY) & (high >= ENERGY)
    part = replace(spectrum, energy=ENERGY[inside], counts=spectrum.counts[:, inside])
    with pytest.raises(SpectrumError, match=rf"mn\.csv: {message}"):
        check_covered(part, l_edges("Mn"))


def test_axis_in_kev_is_recognised() -> None:
    spectrum = replace(spectrum_of(mn_edge(2.6)), energy=ENERGY / 1000)
    with pytest.raises(SpectrumError, match="looks like keV"):
        check_covered(spectrum, l_edges("Mn"))


def test_channels_wider_than_the_lines_are_refused() -> None:
    energy = 298.7 + 7.0 * np.arange(40)
    coarse = measured_spectrum(energy, np.full((1, 40), 1e4), grid=(), source="sc.csv")
    with pytest.raises(SpectrumError, match=r"sc\.csv: no channel within .* are 7 eV wide"):
        find_lines(coarse, (300.0, 390.0), l_edges("Sc"))


def test_too_little_before_or_after_the_edge_is_refused() -> None:
    spectrum = spectrum_of(mn_edge(2.6))
    windows = windows_of(spectrum)
    inside = ENERGY >= 624
    part = replace(spectrum, energy=ENERGY[inside], counts=spectrum.counts[:, inside])
    with pytest.raises(SpectrumError, match=r"7 eV \(29 channels\) of the background window 587"):
        integrate(part, windows)
    late = replace(windows, continuum=(720.0, 740.0))
    with pytest.raises(SpectrumError, match=r"before the continuum after L2 at 720 to 740 eV"):
        integrate(spectrum, late)


def test_edges_are_tabulated() -> None:
    assert other_edges(520, 560, "V") == ["O K (543.1 eV)"]
    with pytest.raises(SpectrumError, match="no 3d metal with white lines"):
        l_edges("P")
