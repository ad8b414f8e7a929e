"""Imaginary modes and order of stationary points."""

import numpy as np
import pytest

from liponflow.analysis.migration.saddle import (
    imaginary_modes,
    saddle_reason,
    without_translations,
)


def particle_on_a_surface(position: tuple[float, float]) -> list[float]:
    """Return the frequencies of cos(x) cos(y), as negative values for negative curvatures."""
    x, y = position
    hessian = np.array(
        [
            [-np.cos(x) * np.cos(y), np.sin(x) * np.sin(y)],
            [np.sin(x) * np.sin(y), -np.cos(x) * np.cos(y)],
        ]
    )
    curvatures = np.linalg.eigvalsh(hessian)
    return (np.sign(curvatures) * np.sqrt(np.abs(curvatures))).tolist()


@pytest.mark.parametrize(
    ("position", "imaginary"),
    [((np.pi, 0.0), 0), ((np.pi / 2, np.pi / 2), 1), ((0.0, 0.0), 2)],
    ids=["minimum", "saddle", "hill"],
)
def test_stationary_points_have_known_numbers_of_imaginary_modes(
    position: tuple[float, float], imaginary: int
):
    frequencies = particle_on_a_surface(position)
    assert len(imaginary_modes(frequencies)) == imaginary
    assert (saddle_reason(frequencies) is None) == (imaginary == 1)


def test_largest_imaginary_mode_comes_first():
    assert imaginary_modes([-1.0, -3.0, 2.0]) == [3.0, 1.0]


def test_soft_imaginary_mode_is_kept_when_translations_are_removed():
    assert without_translations([-0.3, -0.01, 0.0, 0.01, 5.0]) == [-0.3, 5.0]
