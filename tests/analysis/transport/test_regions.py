"""Transport in slabs of the cell."""

from pathlib import Path

import numpy as np
import pytest
from walks import TRICLINIC, blocks, walk

from liponflow.analysis.transport.estimate import Diffusion, estimate_diffusion
from liponflow.analysis.transport.observed_documents import describe_observed
from liponflow.analysis.transport.regions import Region, parse_regions
from liponflow.analysis.transport.run import Run, follow_run

FAST, SLOW = 0.02, 0.002
"""Å² per frame, above and below the middle of the cell."""
SLABS = [Region("lower", 2, 0.0, 0.5), Region("upper", 2, 0.5, 1.0)]


def two_layers(frames: int, ions: int, cell: np.ndarray, seed: int) -> np.ndarray:
    """Return steps along a and b, faster in the upper half; the places are those of `walk`."""
    rng = np.random.default_rng(seed)
    start = np.random.default_rng(0).random((ions + 12, 3))[:ions, 2]
    sigma = np.sqrt(2 * np.where(start < 0.5, SLOW, FAST))
    first = cell[0] / np.linalg.norm(cell[0])
    second = cell[1] - (cell[1] @ first) * first
    second /= np.linalg.norm(second)
    random = rng.normal(size=(frames - 1, ions, 2)) * sigma[:, None]
    return random[..., :1] * first + random[..., 1:] * second


def run_of(cell: np.ndarray, seed: int) -> Run:
    frames = walk(two_layers(1500, 60, cell, seed), cell=cell, spread=0.0)
    return follow_run([Path("a")], lambda _: blocks(frames), species="Li", regions=SLABS)


@pytest.mark.parametrize("cell", [np.eye(3) * 10.0, TRICLINIC])
def test_each_layer_has_its_own_coefficient(cell: np.ndarray) -> None:
    run = run_of(cell, 3)
    found = describe_observed(run, estimate(run), 1)["regions"]
    for region, true in zip(found, (SLOW, FAST), strict=True):
        true_cm2 = true / 0.1 * 1e-4
        assert region.diffusivity == pytest.approx(true_cm2, rel=0.15)
        assert region.diffusivity_low < true_cm2 < region.diffusivity_high
        density = region.ions / (run.volume / 2 * 1e-30)
        charge, kelvin = 1.602176634e-19, 1.380649e-23 * 600
        expected = density * charge**2 * region.diffusivity * 1e-4 / kelvin / 100
        assert region.conductivity == pytest.approx(expected)
    assert found[0].ions + found[1].ions == pytest.approx(60)


def estimate(run: Run) -> Diffusion:
    return estimate_diffusion(run.squares, "a", interval=run.interval)


def test_intervals_of_a_slab_hold_the_true_coefficient() -> None:
    """Ions leave and come back."""
    held = 0
    for seed in range(30):
        rng = np.random.default_rng([seed, 5])
        steps = rng.normal(0, np.sqrt(2 * FAST), (199, 20, 3))
        frames = walk(steps, seed=seed, spread=0.0)
        run = follow_run([Path("a")], lambda _, f=frames: blocks(f, 400), species="Li",
                         regions=SLABS[:1])  # fmt: skip
        [region] = describe_observed(run, estimate(run), 1)["regions"]
        held += region.diffusivity_low < FAST / 0.1 * 1e-4 < region.diffusivity_high
    assert held >= 26


def test_a_slab_goes_through_the_boundary() -> None:
    outer = Region.parse("outer = c:0.75:0.25")
    assert outer.part == pytest.approx(0.5)
    places = np.array([[0, 0, 0.9], [0, 0, -0.1], [0, 0, 0.1], [0, 0, 1.5]])
    assert outer.holds(places).tolist() == [True, True, True, False]
    assert Region.parse("all=a:0:1").part == 1


def test_the_normal_is_across_the_other_vectors() -> None:
    normal = SLABS[0].normal(TRICLINIC)
    assert np.allclose([normal @ TRICLINIC[0], normal @ TRICLINIC[1]], 0)
    assert np.linalg.norm(normal) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("interface", "is not NAME=VECTOR:FROM:TO, such as"),
        ("a=d:0:1", "is not NAME=VECTOR"),
        ("a=c:0:x", "is not NAME=VECTOR"),
        ("a=c:0:nan", "fractions of the lattice vector"),
        ("a=c:0.5:0.5", "two different fractions"),
        ("a=c:0:1.5", "from 0 to 1"),
    ],
)
def test_bad_regions_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Region.parse(text)


def test_regions_have_different_names() -> None:
    with pytest.raises(ValueError, match="two regions have the name 'a'"):
        parse_regions(["a=c:0:0.5", "a=c:0.5:1"])
