"""Tests of damaged channels of a detector."""

import numpy as np
import pytest

from liponflow.analysis.eels.detector import dark_channels, dead_channels, saturated_channels


def test_a_channel_that_is_empty_by_chance_is_not_dark() -> None:
    few = np.random.default_rng(0).poisson(1.0, (1, 200)).astype(float)
    assert (few == 0).any()
    assert not dark_channels(few).any()


def test_equal_maxima_by_chance_are_not_saturated() -> None:
    many = np.random.default_rng(0).poisson(2000.0, (50, 500)).astype(float)
    assert not saturated_channels(many).any()
    assert not saturated_channels(np.full((1, 9), 99.0)).any()


@pytest.mark.parametrize("counts", [(50, 0, 60), (300, 99, 400), (20, 80, 26)])
def test_lone_dark_and_hot_channels_are_dead(counts: tuple[int, int, int]) -> None:
    assert dead_channels(np.array([counts], dtype=float)).tolist() == [False, True, False]


@pytest.mark.parametrize("counts", [(24, 0, 60), (300, 101, 400), (20, 70, 26), (0, 0, 0)])
def test_what_noise_or_an_edge_explains_is_not_dead(counts: tuple[int, int, int]) -> None:
    assert not dead_channels(np.array([counts], dtype=float)).any()


def test_dark_channels_at_the_ends_and_side_by_side_are_found() -> None:
    found = dark_channels(np.array([[0, 0, 60, 70, 0, 0, 0, 80, 60, 0]], dtype=float))
    assert found.tolist() == [True, True, False, False, True, True, True, False, False, True]
