"""Shares of synthetic spectra."""

import numpy as np
import pytest
from nmr_spectra import FILM, SHIFT, UNITS, WIDTHS, spectrum

from liponflow.analysis.measured.fit import FitError
from liponflow.analysis.nmr.deconvolution import deconvolve


def found_in(intensity: np.ndarray, units: dict[str, float] = UNITS, reach: float = 2.0):
    return deconvolve("x.csv", SHIFT, intensity, units, reach=reach, shape="gaussian")


def test_shares_shifts_and_widths_come_back() -> None:
    found = found_in(spectrum(FILM, 0.05), {unit: place + 0.4 for unit, place in UNITS.items()})
    for peak in found.peaks:
        assert found.shares.values[peak.unit] == pytest.approx(FILM[peak.unit], abs=0.02)
        assert peak.shift == pytest.approx(UNITS[peak.unit], abs=0.15)
        assert peak.width == pytest.approx(WIDTHS[peak.unit], rel=0.1)
    assert sum(found.shares.values.values()) == pytest.approx(1)
    assert found.parts.sum(axis=0) + found.baseline == pytest.approx(spectrum(FILM, 0.0), abs=0.2)


def test_limits_of_overlapping_peaks_are_not_symmetric() -> None:
    shares = found_in(spectrum(FILM, 0.3, 1)).shares
    for unit, (low, high) in shares.limits.items():
        assert low < shares.values[unit] < high
        assert 3.5 < (high - low) / shares.errors[unit] < 8
    low, high = shares.limits["Q1_1"]
    value = shares.values["Q1_1"]
    assert high - value > 1.5 * (value - low)
    assert shares.interval("Q1_1") == (low, high)


def test_correlated_noise_widens_the_errors() -> None:
    white, broad = (found_in(spectrum(FILM, 0.3, 1, smooth)) for smooth in (1, 6))
    assert white.correlation < 1.5
    assert broad.correlation == pytest.approx(6, rel=0.5)
    assert broad.shares.errors["Q0_0"] > 1.5 * white.shares.errors["Q0_0"]


def test_a_shift_at_the_end_of_its_reach_is_named() -> None:
    wrong = UNITS | {"Q1_0": 0.0}
    assert "Q1_0" in found_in(spectrum(FILM, 0.05), wrong, reach=1.0).at_limit


def test_too_few_points_are_refused() -> None:
    with pytest.raises(FitError, match="at least 5 each are needed"):
        deconvolve("x", SHIFT[:12], SHIFT[:12], UNITS, reach=1.0, shape="gaussian")
