import numpy as np
import pytest

from liponflow.analysis.block_average import MINIMUM_BLOCKS, BlockAverage, NamedAverages


def correlated(number: int, memory: float, seed: int = 0) -> np.ndarray:
    """Return an autoregressive series of unit variance with correlation time `memory` (steps)."""
    chance = np.random.default_rng(seed)
    decay = np.exp(-1 / memory)
    noise = chance.standard_normal(number) * np.sqrt(1 - decay**2)
    values = np.empty(number)
    values[0] = chance.standard_normal()
    for i in range(1, number):
        values[i] = decay * values[i - 1] + noise[i]
    return values


def test_average_does_not_depend_on_how_frames_are_split() -> None:
    values = np.random.default_rng(0).standard_normal((1000, 3))
    whole, pieces = BlockAverage(3), BlockAverage(3)
    whole.add(values)
    for part in np.array_split(values, [1, 8, 9, 100, 555, 556]):
        pieces.add(part)
    assert pieces.mean == pytest.approx(values.mean(axis=0))
    assert pieces.error() == pytest.approx(whole.error())
    assert pieces.count == 1000


def test_independent_frames_have_the_standard_error_of_the_mean() -> None:
    values = np.random.default_rng(1).standard_normal((4096, 400))
    average = BlockAverage(400)
    average.add(values)
    error = average.error()
    assert error is not None
    plain = 1 / np.sqrt(4096)
    # The maximum of several noisy estimates is slightly too large.
    assert plain < error.mean() < 1.4 * plain


@pytest.mark.parametrize("memory", [5, 20])
def test_error_of_correlated_frames_includes_the_correlation_time(memory: int) -> None:
    number, series = 4096, 40
    values = np.column_stack([correlated(number, memory, seed) for seed in range(series)])
    average = BlockAverage(series)
    average.add(values)
    error = average.error()
    assert error is not None
    # Variance of the mean of an autoregressive series: (1 + d)/(1 - d)/n with d = exp(-1/memory).
    decay = np.exp(-1 / memory)
    exact = np.sqrt((1 + decay) / (1 - decay) / number)
    assert 0.85 * exact < error.mean() < 1.4 * exact
    assert error.mean() > 2 * values.std() / np.sqrt(number)


def test_error_of_few_frames_has_the_small_sample_correction() -> None:
    """Ten frames are one level of blocks: the standard error with n - 1 in the variance."""
    values = np.random.default_rng(2).standard_normal(MINIMUM_BLOCKS)
    average = BlockAverage(1)
    average.add(values[:, None])
    exact = np.std(values, ddof=1) / np.sqrt(MINIMUM_BLOCKS)
    assert average.error() == pytest.approx([exact], rel=1e-12)


def test_too_few_frames_have_no_error() -> None:
    average = BlockAverage(1)
    average.add(np.zeros(MINIMUM_BLOCKS - 1))
    assert average.error() is None
    average.add(np.zeros(1))
    assert average.error() == pytest.approx([0])


def test_memory_grows_only_logarithmically_with_frames() -> None:
    average = BlockAverage(1)
    for _ in range(64):
        average.add(np.zeros(64))
    assert len(average._levels) == 13  # log2(4096) + 1


def test_quantities_that_appear_late_count_as_zero_before() -> None:
    averages, whole = NamedAverages(), BlockAverage(1)
    averages.add(50, {})
    averages.add(50, {"late": np.ones(50)})
    averages.add(20, {})
    whole.add(np.r_[np.zeros(50), np.ones(50), np.zeros(20)])
    assert averages.means() == {"late": pytest.approx(50 / 120)}
    assert averages.errors()["late"] == pytest.approx(float(whole.error()[0]))
