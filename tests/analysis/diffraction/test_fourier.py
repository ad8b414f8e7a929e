import sys

import numpy as np
import pytest
from lattice_images import grain
from scipy.ndimage import gaussian_filter

from liponflow.analysis.diffraction.fourier import (
    FALSE_ALARM,
    MissingExtraError,
    find_rings,
    find_spots,
    observable_range,
    transform,
)

PIXEL = 0.08
RANGE = (2.0, 6.0)


def spots(image):
    return find_spots(transform(image, PIXEL), RANGE)


@pytest.mark.parametrize("blur", [0.0, 0.8])
def test_noise_has_hardly_a_spot(blur: float) -> None:
    # White noise, and noise of a transfer function. 200 transforms: 2 false ones are expected, and
    # 10 would be 5 standard deviations away.
    rng = np.random.default_rng(1)
    images = rng.normal(size=(200, 72, 72))
    false = sum(len(spots(gaussian_filter(image, blur)).spacing) > 0 for image in images)
    assert FALSE_ALARM == 0.01
    assert false <= 9


def test_places_of_spots_are_right_within_their_errors() -> None:
    rng = np.random.default_rng(2)
    normal, turned = [], []
    for _ in range(60):
        spacing, angle = rng.uniform(2.2, 5.0), rng.uniform(0, 180)
        waves = grain((80, 80), PIXEL, [(spacing, 0.0)], angle, [rng.uniform(0, 6)])
        found = spots(rng.uniform(0.4, 2) * waves + rng.normal(size=waves.shape))
        normal.append((found.spacing[0] - spacing) / found.error[0])
        turned.append(abs((found.angle[0] - angle + 90) % 180 - 90))
    assert 0.5 < np.sqrt(np.mean(np.square(normal))) < 1.3
    assert abs(np.mean(normal)) < 0.4
    assert np.median(turned) < 0.5


def test_resolves_the_spots_of_a_grain() -> None:
    waves = grain((128, 128), PIXEL, [(2.482, 0.0), (2.482, 60.0), (2.482, 120.0)], 17, [0, 1, 2])
    found = spots(0.5 * waves + np.random.default_rng(3).normal(size=waves.shape))
    assert len(found.spacing) == 3
    np.testing.assert_allclose(found.spacing, 2.482, rtol=0.01)
    np.testing.assert_allclose(np.sort(found.angle), [17, 77, 137], atol=1.0)


def test_an_image_that_is_not_square_has_the_same_spacings() -> None:
    waves = grain((90, 200), PIXEL, [(3.875, 0.0), (3.159, 90.0)], 35, [0, 1])
    found = spots(waves + np.random.default_rng(4).normal(size=waves.shape))
    np.testing.assert_allclose(np.sort(found.spacing), [3.159, 3.875], rtol=0.01)


def test_finds_a_ring_of_many_grains_and_a_halo() -> None:
    rng = np.random.default_rng(5)
    ring = sum(
        grain((256, 256), PIXEL, [(2.667, 0.0)], turn, [rng.uniform(0, 6)])
        for turn in np.linspace(0, 180, 150, endpoint=False)
    )
    found = find_rings(transform(0.3 * ring + rng.normal(size=ring.shape), PIXEL), RANGE)
    assert found.narrow.any()
    assert found.spacing[found.narrow][0] == pytest.approx(2.667, rel=0.02)
    # A band of frequencies 30 % wide is not a ring.
    noise = np.fft.fft2(rng.normal(size=(256, 256)))
    k = np.hypot(*np.meshgrid(*2 * [np.fft.fftfreq(256, PIXEL * 10)]))
    halo = np.fft.ifft2(noise * (1 + 3 * np.exp(-(((k - 0.3) / 0.04) ** 2)))).real
    found = find_rings(transform(halo, PIXEL), RANGE)
    assert len(found.spacing) == 1
    assert not found.narrow[0]
    assert found.spacing[0] == pytest.approx(1 / 0.3, rel=0.05)


def test_noise_has_no_rings() -> None:
    rng = np.random.default_rng(6)
    images = rng.normal(size=(40, 96, 96))
    assert sum(len(find_rings(transform(image, PIXEL), RANGE).spacing) for image in images) <= 2


def test_refuses_regions_that_show_no_spacing() -> None:
    with pytest.raises(ValueError, match="take a larger region"):
        observable_range((8, 8), 0.1)


def test_names_the_extra_without_scikit_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skimage.feature", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'liponflow\[images\]'"):
        spots(np.random.default_rng(0).normal(size=(64, 64)))
