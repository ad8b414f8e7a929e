import numpy as np
import pytest
from lattice_images import GRAINS, grain

from liponflow.analysis.diffraction.image import checked_image
from liponflow.analysis.diffraction.reflections import reflections
from liponflow.analysis.diffraction.tiles import measure_tiles, tile_grid
from liponflow.structures.diffraction import CANDIDATES, measured_crystal

PIXEL = 0.09
RANGE = (2.0, 6.0)
PHASES = [
    reflections(measured_crystal(name).structure, RANGE[0], name=name) for name in CANDIDATES
]


def measured(intensity, size: float = 6.0):
    image = checked_image(intensity, PIXEL, "--pixel", "x.tif")
    return measure_tiles(image, tile_grid(image, size, (size, size)), PHASES, 0.02, RANGE)


def test_tiles_of_noise_have_hardly_a_name() -> None:
    # A spot in 1 of 100 tiles is expected, and few of them meet a phase. 225 tiles.
    rng = np.random.default_rng(0)
    tiles = measured(rng.normal(size=(15 * 67, 15 * 67)))
    assert len(tiles) == 225
    assert sum(bool(tile.names) for tile in tiles) <= 7


@pytest.mark.parametrize("phase", ["Li", "Li2O", "Li3N", "Li3PO4"])
def test_names_the_phase_of_grains_in_noise(phase: str) -> None:
    rng = np.random.default_rng(1)
    image = rng.normal(size=(3 * 67, 4 * 67))
    for row in range(3):
        for column in range(4):
            waves = GRAINS[phase][(row + column) % len(GRAINS[phase])]
            place = slice(67 * row, 67 * row + 67), slice(67 * column, 67 * column + 67)
            shifts = rng.uniform(0, 6, len(waves))
            image[place] += 0.5 * grain((67, 67), PIXEL, waves, rng.uniform(0, 180), shifts)
    tiles = measured(image)
    right = sum(any(phase in name.split(" or ") for name in tile.names) for tile in tiles)
    wrong = sum(any(phase not in name.split(" or ") for name in tile.names) for tile in tiles)
    assert right >= 10
    assert wrong <= 3


def test_a_constant_part_has_no_spots() -> None:
    image = np.random.default_rng(2).normal(size=(70, 140))
    image[:, 67:] = 5.0
    assert measured(image)[1].spots == 0


def test_refuses_small_images_and_many_tiles() -> None:
    image = checked_image(np.random.default_rng(3).normal(size=(60, 400)), PIXEL, "", "x.tif")
    with pytest.raises(ValueError, match=r"x.tif: 36 x 5\.4 nm, smaller than a tile of 6 nm"):
        tile_grid(image, 6.0, (6.0, 6.0))
    with pytest.raises(ValueError, match=r"at most 5,000 are measured; give a larger --tile"):
        tile_grid(image, 2.0, (0.01, 0.05))
