"""Limits of shares by the profile of the sum of squares."""

import numpy as np
import pytest
from nmr_spectra import FILM, SHIFT, UNITS, WIDTHS, spectrum
from scipy.optimize import least_squares

from liponflow.analysis.measured.fit import Start
from liponflow.analysis.nmr.deconvolution import correlation_time
from liponflow.analysis.nmr.share_limits import Profile

STARTS = {f"shift{n}": Start(s, s - 2, s + 2) for n, s in enumerate(UNITS.values())} | {
    f"sigma{n}": Start(w / 2, 0.1, 20.0) for n, w in enumerate(WIDTHS.values())
}


def profile_of(intensity: np.ndarray) -> Profile:
    """Return the profile around the best fit, found from the true values without lmfit."""
    true = np.array([item.value for item in STARTS.values()])
    bare = Profile(SHIFT, intensity, len(UNITS), STARTS, true, 1.0)
    best = least_squares(lambda p: bare._residual(p, None), true).x
    residual = bare._residual(best, None)
    return Profile.of(
        SHIFT,
        intensity,
        STARTS,
        best,
        freedom=len(SHIFT) - 13,
        together=correlation_time(residual),
    )


@pytest.mark.parametrize(
    ("smooth", "noise", "least"), [(1, 0.1, 0.88), (6, 0.04, 0.85), (1, 1 / 3, 0.88)]
)
def test_limits_hold_the_shares_as_often_as_they_say(
    smooth: int, noise: float, least: float
) -> None:
    """Shares are within their limits if holding them costs less than is allowed."""
    inside, trials = np.zeros(len(FILM)), 60
    for seed in range(trials):
        profile = profile_of(spectrum(FILM, noise, seed, smooth))
        inside += [profile.excess(n, share) <= 0 for n, share in enumerate(FILM.values())]
    # The binomial standard error of 60 trials is 2.8 %; correlations are estimated themselves.
    assert (inside / trials >= least).all()
    assert inside.mean() / trials < 0.995


def test_limits_of_a_peak_that_is_not_there_begin_at_zero() -> None:
    profile = profile_of(spectrum(FILM | {"Q1_0": 0.0}, 0.5))
    low, high = profile.limits(1, 0.002, 0.005)
    assert low == 0.0
    assert 0 < high < 0.05
    assert profile.excess(1, high) == pytest.approx(0, abs=0.1)
