"""Measure how much noise the naming of phases and the finding of layers bear.

    python benchmarks/diffraction.py

Tiles are sums of the plane waves of one grain, turned at random, in noise of standard deviation 1
(tests/support/lattice_images.py). Candidates, tolerance and range are those of the command.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from lattice_images import GRAINS, grain, layered  # type: ignore[import-not-found]

from liponflow.analysis.diffraction.image import LatticeImage
from liponflow.analysis.diffraction.layers_summary import TileChoice, summarise_layers
from liponflow.analysis.diffraction.summary import CandidatePhase, shown_range
from liponflow.analysis.diffraction.tiles import measure_tiles, tile_grid
from liponflow.analysis.provenance import file_provenance
from liponflow.arrays import FloatArray
from liponflow.workflows.diffraction.files import IMAGE_RANGE
from liponflow.workflows.diffraction.phases import PhaseOptions, candidates

PIXEL, TOLERANCE = 0.09, 0.02
SIZES = (4.0, 6.0, 8.0)
"""Sides of a tile (nm)."""
AMPLITUDES = (0.1, 0.2, 0.3, 0.4, 0.6, 1.0)
"""Of each wave, over the standard deviation of the noise of a pixel."""
TILES, NOISE_TILES, IMAGES = 24, 900, 10
CRYSTAL, STEP = 4.0, 4 / 3
"""Size of the crystals in layers, that of a tile, and the step of tiles (nm)."""
WIDTHS = (21.1, 11.6, 43.7)
LAYERS = [["Li", "Li2O"], ["Li", "Li2O", "Li3N"], ["Li2O", "Li3N", "Li3PO4"], []]
_PATH = Path(__file__)


def phases(size: float) -> tuple[list[CandidatePhase], tuple[float, float]]:
    """Return the candidates of the command and the range of a tile."""
    side = round(size / PIXEL)
    seen = shown_range((side, side), PIXEL, IMAGE_RANGE)
    return candidates(PhaseOptions.model_validate({}), seen[0]), seen


def names_of(tiles: list[FloatArray], size: float) -> list[tuple[str, ...]]:
    """Return the names of the phases of tiles."""
    found, seen = phases(size)
    lines = [phase.reflections for phase in found]
    result = []
    for tile in tiles:
        image = LatticeImage(tile, PIXEL, "", "tile")
        grid = tile_grid(image, tile.shape[0] * PIXEL, (size, size))
        result += [one.names for one in measure_tiles(image, grid, lines, TOLERANCE, seen)]
    return result


def judged(phase: str, names: tuple[str, ...]) -> str:
    """Return whether names are right, ambiguous, partly wrong, wrong or none."""
    if not names:
        return "none"
    if phase in names:
        return "right" if len(names) == 1 else "with others"
    return "ambiguous" if any(phase in name.split(" or ") for name in names) else "wrong"


def naming() -> None:
    """Print what becomes of tiles of one grain by their size and amplitude."""
    rng = np.random.default_rng(0)
    print("| tile (nm) | amplitude | right | with others | ambiguous | wrong | none |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in SIZES:
        side = round(size / PIXEL)
        for amplitude in AMPLITUDES:
            counts: Counter[str] = Counter()
            for phase, zones in GRAINS.items():
                tiles = []
                for number in range(TILES):
                    waves = zones[number % len(zones)]
                    shifts = rng.uniform(0, 2 * np.pi, len(waves))
                    turn = rng.uniform(0, 180)
                    wave = grain((side, side), PIXEL, waves, turn, shifts)
                    tiles.append(amplitude * wave + rng.normal(size=(side, side)))
                counts.update(judged(phase, names) for names in names_of(tiles, size))
            shares = [
                f"{counts[key] / counts.total():.0%}"
                for key in ("right", "with others", "ambiguous", "wrong", "none")
            ]
            print(f"| {size:g} | {amplitude:g} | {' | '.join(shares)} |", flush=True)


def false_names() -> None:
    """Print the share of tiles of noise that get a name."""
    rng = np.random.default_rng(1)
    for size in SIZES:
        side = round(size / PIXEL)
        tiles = [rng.normal(size=(side, side)) for _ in range(NOISE_TILES)]
        false = sum(bool(names) for names in names_of(tiles, size))
        print(f"noise, tiles of {size:g} nm: {false} of {NOISE_TILES} named", flush=True)


def layers(amplitude: float, height: float) -> None:
    """Print the widths of the layers of several images."""
    ends = [0.0, *np.cumsum(WIDTHS).tolist(), sum(WIDTHS) + 14.0]
    found, seen = phases(CRYSTAL)
    right, held, widths = 0, Counter[int](), []
    for seed in range(IMAGES):
        intensity = layered(
            ends,
            LAYERS,
            height=height,
            pixel=PIXEL,
            amplitude=amplitude,
            seed=seed,
            size=CRYSTAL,
        )
        result = summarise_layers(
            LatticeImage(intensity, PIXEL, "", "image"),
            found,
            TileChoice(CRYSTAL, STEP, "right"),
            tolerance=TOLERANCE,
            d_range=seen,
            provenance=file_provenance([_PATH], {}, "synthetic"),
        )
        same = [set(layer.phases.split(" + ")) for layer in result.layers[:-1]]
        if same != [set(layer) for layer in LAYERS[:-1]]:
            print(f"  image {seed}:", " | ".join(layer.phases for layer in result.layers))
            continue
        right += 1
        widths.append([layer.width for layer in result.layers[:-1]])
        for place, (layer, width) in enumerate(zip(result.layers, WIDTHS, strict=False)):
            held[place] += (layer.low or 0) <= width <= (layer.high or np.inf)
    mean = np.mean(widths, axis=0).round(1) if widths else None
    spread = np.std(widths, axis=0).round(1) if widths else None
    print(
        f"amplitude {amplitude:g}, {height:g} nm high: phases of all layers right in {right} of "
        f"{IMAGES} images, mean widths {mean} nm, standard deviation {spread} nm, true "
        f"width in the interval {[held[place] for place in range(len(WIDTHS))]} times",
        flush=True,
    )


if __name__ == "__main__":
    begin = time.process_time()
    naming()
    false_names()
    for amplitude in (0.3, 0.5, 0.8):
        layers(amplitude, 48)
    layers(0.5, 24)
    print(f"CPU {time.process_time() - begin:.0f} s")
