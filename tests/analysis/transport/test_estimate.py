"""Where diffusion begins, and what it is."""

import numpy as np
import pytest
import scipp as sc
from kinisi.diffusion import Diffusion as Sampled
from scipy.signal import lfilter
from walks import brownian

from liponflow.analysis.transport.displacements import TransportError
from liponflow.analysis.transport.estimate import (
    Estimate,
    coefficient,
    effective_hops,
    estimate_diffusion,
    ratio,
)
from liponflow.analysis.transport.mean_squares import Accumulator, MeanSquares


def moments(path: np.ndarray) -> MeanSquares:
    accumulator = Accumulator(path.shape[1])
    accumulator.add(path)
    return accumulator.result()


def test_flight_is_not_diffusion() -> None:
    velocities = np.random.default_rng(0).normal(0, 0.1, (1, 20, 3))
    path = np.arange(400)[:, None, None] * velocities
    with pytest.raises(TransportError, match=r"exponent of 2\.00, .* at least 160 ps"):
        estimate_diffusion(moments(path), "a.xyz", interval=0.1)


def test_a_vibrating_crystal_does_not_diffuse() -> None:
    zero = 0
    for seed in range(30):
        path = np.random.default_rng(seed).normal(0, 0.1, (300, 20, 3))
        found = estimate_diffusion(moments(path), "a.xyz", interval=0.1)
        limits = coefficient(found.own)
        zero += limits.low <= 0 <= limits.high
        assert limits.high < 5e-5
        assert found.exponent == pytest.approx(0, abs=0.05)
    assert zero >= 26


def test_diffusion_begins_after_velocities_are_forgotten() -> None:
    """An Ornstein-Uhlenbeck velocity flies straight below its correlation time."""
    rng = np.random.default_rng(2)
    memory, frames, ions = 20.0, 4000, 20
    keep = np.exp(-1 / memory)
    velocities = np.zeros((frames, ions, 3))
    for number in range(1, frames):
        kick = rng.normal(0, 0.1 * np.sqrt(1 - keep**2), (ions, 3))
        velocities[number] = keep * velocities[number - 1] + kick
    squares = moments(np.cumsum(velocities[500:], axis=0))
    found = estimate_diffusion(squares, "a.xyz", interval=0.1)
    assert squares.lags[found.first] >= memory
    true = 0.01 * (1 + keep) / (1 - keep) / 2
    assert coefficient(found.own).low < true < coefficient(found.own).high


def test_intervals_hold_behind_straight_flight() -> None:
    """In 91 to 99 % of 200 repetitions; a fit from the first straight interval on holds few."""
    keep = np.exp(-1 / 2)
    true = 0.01 * (1 + keep) / (1 - keep) / 2
    held = 0
    for seed in range(200):
        rng = np.random.default_rng([seed, 9])
        kicks = rng.normal(0, 0.1 * np.sqrt(1 - keep**2), (400, 20, 3))
        kicks[0] = rng.normal(0, 0.1, (20, 3))
        velocities = lfilter([1.0], [1.0, -keep], kicks, axis=0)
        squares = moments(np.cumsum(velocities, axis=0))
        found = coefficient(estimate_diffusion(squares, "a.xyz", interval=0.1).own)
        held += found.low < true < found.high
    assert 0.91 <= held / 200 <= 0.99


def test_rare_hops_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    hops = rng.choice([-1.0, 1.0], (2000, 20, 3)) * (rng.random((2000, 20, 1)) < 0.01)
    path = np.cumsum(hops, axis=0)
    found = estimate_diffusion(moments(path), "a.xyz", interval=0.1)
    assert found.excess > 2
    assert coefficient(found.own).low < 0.005 < coefficient(found.own).high


def test_haven_ratio_of_ions_in_file() -> None:
    """Four ions that move together have a collective coefficient of four times the tracer's."""
    steps = brownian(1500, 4, 0.02, 4)[:, :1].repeat(4, axis=1)
    found = estimate_diffusion(moments(np.cumsum(steps, axis=0)), "a.xyz", interval=0.1)
    haven, low, high = ratio(coefficient(found.own), coefficient(found.collective))
    assert haven == pytest.approx(0.25, rel=0.01)
    assert low < 0.25 < high


def test_ratio_is_unknown_where_the_denominator_may_be_zero() -> None:
    assert ratio(Estimate(1, 0.9, 1.1), Estimate(1, -0.1, 2.1)) == (None, None, None)


def test_effective_hops_are_total_squares_over_that_of_the_hop() -> None:
    squares = moments(np.cumsum(brownian(200, 5, 0.02, 5), axis=0))
    largest = np.trace(squares.own, axis1=1, axis2=2).max() * 5
    assert effective_hops(squares, 2.0) == pytest.approx(largest / 4)


def test_agrees_with_the_posterior_that_kinisi_samples() -> None:
    """Of the same mean squares, with kinisi's own approximation of their covariance."""
    squares = moments(np.cumsum(brownian(400, 20, 0.01, 1), axis=0))
    found = estimate_diffusion(squares, "a.xyz", interval=1.0)
    ours = coefficient(found.own)
    lengths = np.trace(squares.own, axis1=1, axis2=2)
    independent = squares.ions * (squares.frames - 1) / squares.lags
    along = ["time interval"]
    curve = sc.DataArray(
        sc.array(
            dims=along,
            values=lengths,
            variances=(squares.fourth - lengths**2) / independent,
            unit="angstrom**2",
        ),
        coords={
            "time interval": sc.array(dims=along, values=squares.lags.astype(float), unit="ps"),
            "n_samples": sc.array(dims=along, values=independent),
        },
    )
    theirs = Sampled(sc.DataGroup({"da": curve, "dimensionality": sc.scalar(3)}))
    start = sc.scalar(float(squares.lags[found.first]), unit="ps")
    seed = np.random.RandomState(1)
    theirs._diffusion(start, progress=False, n_samples=400, n_burn=200, random_state=seed)
    values = theirs.D.values / 1e-4
    low, high = np.percentile(values, [2.5, 97.5])
    # A tenth of the interval, and a third of its width, which kinisi has somewhat larger.
    assert values.mean() == pytest.approx(ours.value, abs=0.1 * (ours.high - ours.low))
    assert high - low == pytest.approx(ours.high - ours.low, rel=0.35)
