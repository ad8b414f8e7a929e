import numpy as np
import pytest

from liponflow.analysis.glass.bonding import Values
from liponflow.analysis.glass.distribution import Distribution, listed


def test_mean_width_and_number_are_taken_over_all_blocks() -> None:
    chance = np.random.default_rng(0)
    found = Distribution(bins=0)
    everything, frame_means = [], []
    for _ in range(4):
        frames = np.repeat(np.arange(5), 3)
        values = 1.6 + 0.1 * chance.standard_normal(15)
        found.add(5, {"P-O": Values(values, frames)})
        everything.append(values)
        frame_means.append(values.reshape(5, 3).mean(axis=1))
    [bond] = found.bond_statistics(20)
    values = np.concatenate(everything)
    assert bond.length == pytest.approx(values.mean())
    assert bond.width == pytest.approx(values.std())
    assert bond.number == 3
    means = np.concatenate(frame_means)
    assert bond.error is not None
    assert bond.error >= means.std() / np.sqrt(19) * 0.999


def test_frames_without_a_bond_type_are_left_out_of_its_error() -> None:
    found = Distribution(bins=0)
    for index in range(20):
        there = {"P-N": Values(np.array([1.6]), np.array([0]))} if index % 2 else {}
        found.add(1, there)
    [bond] = found.bond_statistics(20)
    assert (bond.number, bond.error) == (0.5, 0)


def test_angle_distribution_integrates_to_1() -> None:
    found = Distribution(bins=90)
    angles = np.random.default_rng(1).normal(109.5, 5, 400)
    found.add(1, {"O-P-O": Values(angles, np.zeros(400, dtype=np.int64))})
    [angle] = found.angle_statistics(1)
    assert sum(angle.density) * 2 == pytest.approx(1)
    assert angle.angle == pytest.approx(angles.mean())
    assert np.argmax(angle.density) in (53, 54, 55)  # bins of 2 degrees


def test_listed_values_have_six_digits() -> None:
    assert listed(np.array([1 / 3, 123456789.0])) == [0.333333, 123457000.0]
