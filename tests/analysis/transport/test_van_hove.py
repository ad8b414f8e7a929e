"""Van Hove functions of motion whose functions are known."""

import numpy as np
import pytest
from walks import brownian

from liponflow.analysis.transport.van_hove import VanHove, VanHoveFunction

DIFFUSIVITY = 0.01
CELL = np.diag([12.0, 11.0, 13.0])


def functions(path: np.ndarray, size: int = 77) -> list[VanHoveFunction]:
    places = path @ np.linalg.inv(CELL)
    found = VanHove(places.shape[1], CELL)
    for begin in range(0, len(places), size):
        found.add(places[begin : begin + size])
    return found.result()


@pytest.fixture(scope="module")
def path() -> np.ndarray:
    start = np.random.default_rng(1).random((40, 3)) @ CELL
    return start + np.cumsum(brownian(3000, 40, DIFFUSIVITY, 7), axis=0)


def test_brownian_motion_is_gaussian(path: np.ndarray) -> None:
    for found in functions(path)[:2]:
        variance = 2 * DIFFUSIVITY * found.lag
        r = found.r
        density = np.exp(-(r**2) / 2 / variance) / (2 * np.pi * variance) ** 1.5
        expected = 4 * np.pi * r**2 * density
        # Distance of the distribution functions: some hundred independent windows.
        assert np.abs(np.cumsum(found.own - expected)).max() * 0.1 < 0.05
        assert found.own.sum() * 0.1 + found.beyond == pytest.approx(1)
        assert found.alpha == pytest.approx(0, abs=0.15)


def test_independent_ions_are_anywhere(path: np.ndarray) -> None:
    for found in functions(path):
        assert found.distinct[30:].mean() == pytest.approx(1, abs=0.1)


def test_times_double_up_to_half_the_run(path: np.ndarray) -> None:
    assert [found.lag for found in functions(path)] == [128, 256, 512, 1024]


def test_ions_that_follow_each_other_are_found_where_another_was() -> None:
    """In a file that moves by one distance in 8 frames, each takes the place of the next."""
    apart = 13 / 4
    steps = np.arange(80)[:, None, None] * [0.0, 0.0, apart / 8]
    path = np.arange(4)[None, :, None] * [0.0, 0.0, apart] + steps
    found = functions(path)[0]
    assert found.lag == 8
    assert found.distinct.argmax() == 0
    assert found.distinct[1:20].max() == 0
    assert found.own[int(apart / 0.1)] * 0.1 == pytest.approx(1)


def test_blocks_do_not_matter(path: np.ndarray) -> None:
    for one, other in zip(functions(path[:500], 500), functions(path[:500], 7), strict=True):
        assert np.allclose(one.own, other.own)
        assert np.array_equal(one.distinct, other.distinct)


def test_hopping_is_not_gaussian() -> None:
    rng = np.random.default_rng(3)
    hops = rng.choice([-1.0, 1.0], (3000, 40, 3)) * (rng.random((3000, 40, 1)) < 0.005)
    found = functions(np.cumsum(hops, axis=0))[0]
    assert found.alpha > 0.5


def test_a_single_ion_has_no_others() -> None:
    assert not len(functions(np.cumsum(brownian(100, 1, 0.01, 2), axis=0))[0].distinct)
