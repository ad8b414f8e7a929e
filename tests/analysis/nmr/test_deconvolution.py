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


@pytest.mark.parametrize(("smooth", "noise"), [(1, 0.1), (6, 0.04)])
def test_intervals_hold_the_shares_as_often_as_they_say(smooth: int, noise: float) -> None:
    inside, trials = np.zeros(len(FILM)), 60
    for seed in range(trials):
        shares = found_in(spectrum(FILM, noise, seed, smooth)).shares
        inside += [
            abs(shares.values[unit] - share) < 1.96 * shares.errors[unit]
            for unit, share in FILM.items()
        ]
    # The binomial standard error of 60 trials is 2.8 %; correlations are estimated themselves.
    assert (inside / trials >= 0.85).all()
    assert inside.mean() / trials < 0.995


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
