"""Steps in profiles."""

import numpy as np
import pytest
from scipy.stats import norm

from liponflow.analysis.line_scan.step import REACH, Profile, first_seen, fit_step
from liponflow.analysis.measured.fit import FitError

X = np.arange(0.0, 240.0, 4.0)


def counts(seed: int = 0, centre: float = 110.0, spread: float = 16.0, sign: int = 1) -> Profile:
    mean = 40 + 500 * norm.cdf(sign * (X - centre) / spread)
    return Profile("P", X, np.random.default_rng(seed).poisson(mean).astype(float), counts=True)


def edges(profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    step = fit_step(profile)
    values, covariance = step.found.evaluate(step.edge)
    return values, step.found.quantile * np.sqrt(np.diag(covariance))


def test_onset_and_width_are_those_of_five_percent() -> None:
    assert norm.cdf(-REACH) == pytest.approx(0.05)
    (onset, end, width), half = edges(counts())
    assert onset == pytest.approx(110 - REACH * 16, abs=2 * half[0])
    assert end == pytest.approx(110 + REACH * 16, abs=2 * half[1])
    assert width == pytest.approx(end - onset)


def test_a_profile_seen_from_the_other_side_is_its_mirror() -> None:
    forward = counts()
    back = Profile("P", X, forward.values[::-1], counts=True)
    (onset, *_, width), _ = edges(forward)
    (mirrored, *_, other), _ = edges(back)
    assert not fit_step(back).rises
    assert mirrored == pytest.approx(X[-1] + X[0] - onset, abs=0.05)
    assert other == pytest.approx(width, rel=1e-3)


def test_intervals_hold_onset_and_width_as_often_as_they_say() -> None:
    inside = np.zeros(2)
    for seed in range(150):
        (onset, _, width), half = edges(counts(seed))
        inside += [
            abs(onset - (110 - REACH * 16)) < half[0],
            abs(width - 2 * REACH * 16) < half[2],
        ]
    # The binomial standard error of 150 trials is 1.8 %.
    assert (inside / 150 >= 0.9).all()
    assert (inside / 150 <= 0.99).all()


def test_the_level_at_which_an_element_appears_is_between_two_points() -> None:
    level = np.arange(0.0, 300.0, 6.0)
    values = np.clip((level - 50.0) / 60, 0, 1) * 12
    profile = Profile("N", level, values, counts=False)
    step = fit_step(profile)._replace(noise=0.05)
    assert step.poor == pytest.approx(0, abs=0.2)
    step = step._replace(found=step.found)
    seen, unseen = first_seen(profile, step)
    assert unseen is not None
    assert seen is not None
    assert seen - unseen == 6
    assert seen > 50


def test_an_element_that_is_always_there_is_seen_from_the_beginning() -> None:
    profile = counts(centre=-200.0)
    with pytest.raises(FitError):
        fit_step(profile)
    step = fit_step(counts())
    always = counts()._replace(values=np.full(len(X), 500.0))
    assert first_seen(always, step) == (0.0, None)
    assert first_seen(always._replace(values=np.zeros(len(X))), step) == (None, None)
