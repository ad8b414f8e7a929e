"""Mean-squared displacements of paths that are read once."""

import numpy as np
import pytest
from walks import brownian

from liponflow.analysis.transport.mean_squares import MOST_INTERVALS, Accumulator


def accumulated(path: np.ndarray, block: int):
    accumulator = Accumulator(path.shape[1])
    for begin in range(0, len(path), block):
        accumulator.add(path[begin : begin + block])
    return accumulator.result()


def fft_msd(path: np.ndarray) -> np.ndarray:
    """Return the MSD at every interval and all origins, by the autocorrelation."""
    frames = len(path)
    power = np.abs(np.fft.rfft(path, 2 * frames, axis=0)) ** 2
    correlation = np.fft.irfft(power, axis=0)[:frames].sum(axis=2)
    squares = np.concatenate([[np.zeros(path.shape[1])], np.cumsum((path**2).sum(axis=2), axis=0)])
    lags = np.arange(frames)
    both = squares[frames - lags] + squares[frames] - squares[lags]
    return ((both - 2 * correlation) / (frames - lags)[:, None]).mean(axis=1)


@pytest.fixture(scope="module")
def path() -> np.ndarray:
    return np.cumsum(brownian(3000, 12, 0.02, 5), axis=0)


def test_agrees_with_fourier_transforms(path: np.ndarray) -> None:
    squares = accumulated(path, 100)
    own = np.trace(squares.own, axis1=1, axis2=2)
    expected = fft_msd(path)[squares.lags]
    every = squares.spacings == 1
    assert np.allclose(own[every], expected[every], rtol=1e-9)
    assert np.allclose(own, expected, rtol=0.03)
    together = np.trace(squares.collective, axis1=1, axis2=2)
    summed = fft_msd(path.sum(axis=1, keepdims=True))[squares.lags] / path.shape[1]
    assert np.allclose(together[every], summed[every], rtol=1e-9)
    assert np.allclose(together, summed, rtol=0.1)


def test_every_interval_is_exact(path: np.ndarray) -> None:
    squares = accumulated(path, 100)
    for lag, spacing, own, fourth in zip(
        squares.lags, squares.spacings, squares.own, squares.fourth, strict=True
    ):
        origins = np.arange(0, len(path) - lag, spacing)
        moved = (path[origins + lag] - path[origins]).reshape(-1, 3)
        assert np.allclose(own, moved.T @ moved / len(moved), rtol=1e-9)
        assert fourth == pytest.approx(np.mean((moved**2).sum(axis=1) ** 2))


@pytest.mark.parametrize("block", [1, 7, 3000])
def test_blocks_do_not_matter(path: np.ndarray, block: int) -> None:
    one, other = accumulated(path[:500], block), accumulated(path[:500], 100)
    assert np.array_equal(one.lags, other.lags)
    assert np.allclose(one.own, other.own)
    assert np.allclose(one.collective, other.collective)


def test_intervals_are_few_and_reach_half_the_run() -> None:
    squares = accumulated(np.zeros((100_000, 1, 3)), 5000)
    assert len(squares.lags) <= MOST_INTERVALS
    assert 0.8 * 50_000 / 1.25 < squares.lags[-1] <= 50_000
    assert (np.diff(squares.lags) > 0).all()
