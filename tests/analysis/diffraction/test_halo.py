import numpy as np
import pytest

from liponflow.analysis.diffraction.halo import first_sharp_peak

Q = np.linspace(0.3, 8, 800)


@pytest.mark.parametrize("position", [1.2, 1.63, 2.1])
def test_position_and_width_of_a_gaussian_peak(position: float) -> None:
    sigma = 0.2
    s = 1 + 0.8 * np.exp(-(((Q - position) / sigma) ** 2) / 2)
    found = first_sharp_peak(Q, s)
    assert found.position == pytest.approx(position, abs=0.002)
    assert found.width == pytest.approx(2.3548 * sigma, rel=0.02)
    assert found.height == pytest.approx(1.8, abs=0.01)


def test_the_peak_beside_a_larger_one() -> None:
    s = np.exp(-(((Q - 1.6) / 0.25) ** 2)) + 1.5 * np.exp(-(((Q - 3.0) / 0.4) ** 2))
    found = first_sharp_peak(Q, s)
    assert found.position == pytest.approx(1.6, abs=0.01)
    assert found.width == pytest.approx(0.25 * 2 * np.sqrt(np.log(2)), rel=0.1)


@pytest.mark.parametrize("s", [Q, -Q, np.ones_like(Q)])
def test_refuses_curves_without_a_peak(s: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no peak of S"):
        first_sharp_peak(Q, s)


def test_refuses_a_range_without_points() -> None:
    with pytest.raises(ValueError, match="no peak of S"):
        first_sharp_peak(Q[Q > 3], Q[Q > 3])
