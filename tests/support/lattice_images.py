"""Images of lattices from plane waves, with the spacings and angles of crystals by hand.

Nothing here uses the package: spacings and angles follow from the lattice constants by the
formulas of the crystal systems.
"""

from math import acos, atan, degrees, sqrt

import numpy as np

LI, LI2O, LI3N_A, LI3N_C = 3.51, 4.619, 3.648, 3.875
PO4 = (6.115, 5.2394, 4.8554)


def _two(d_first: float, d_second: float, angle: float):
    return [(d_first, 0.0), (d_second, angle)]


GRAINS = {
    "Li": [
        [(LI / sqrt(2), 0.0), (LI / sqrt(2), 60.0), (LI / sqrt(2), 120.0)],  # [111]
        _two(LI / sqrt(2), LI / sqrt(2), 90.0),  # [001]
    ],
    "Li2O": [_two(LI2O / sqrt(3), LI2O / sqrt(3), degrees(acos(1 / 3)))],  # [110]
    "Li3N": [_two(LI3N_C, LI3N_A * sqrt(3) / 2, 90.0)],  # [100]: (001) and (010)
    "Li3PO4": [
        # [001]: (110) and (-110)
        _two(
            1 / sqrt(1 / PO4[0] ** 2 + 1 / PO4[1] ** 2),
            1 / sqrt(1 / PO4[0] ** 2 + 1 / PO4[1] ** 2),
            180 - 2 * degrees(atan(PO4[0] / PO4[1])),
        ),
        # [100]: (011) and (01-1)
        _two(
            1 / sqrt(1 / PO4[1] ** 2 + 1 / PO4[2] ** 2),
            1 / sqrt(1 / PO4[1] ** 2 + 1 / PO4[2] ** 2),
            180 - 2 * degrees(atan(PO4[1] / PO4[2])),
        ),
    ],
}
"""Spacings (Å) and angles (degrees) of the waves of a grain, for one or two zone axes."""


def grain(shape, pixel, waves, turn, phases):
    """Return the sum of plane waves of amplitude 1 (pixel in nm, turn in degrees)."""
    y, x = np.mgrid[: shape[0], : shape[1]] * pixel * 10
    image = np.zeros(shape)
    for (spacing, angle), phase in zip(waves, phases, strict=True):
        direction = np.radians(angle + turn)
        along = (x * np.cos(direction) + y * np.sin(direction)) / spacing
        image += np.cos(2 * np.pi * along + phase)
    return image


def layered(boundaries, layers, *, height, pixel, amplitude, seed, size=6.0):
    """Return an image of grains in layers along x, with noise of standard deviation 1.

    Parameters
    ----------
    boundaries
        Places of the boundaries from the left to the right edge (nm).
    layers
        Phases of each layer; the grains take them in turn. Empty for an amorphous one.
    height
        Of the image (nm).
    amplitude
        Of each wave.
    size
        Side of a grain (nm).
    """
    rng = np.random.default_rng(seed)
    rows, columns = round(height / pixel), round(boundaries[-1] / pixel)
    image = rng.normal(size=(rows, columns))
    y, x = np.mgrid[:rows, :columns] * pixel
    number = max(int(height * boundaries[-1] / size**2), 1)
    centres = rng.uniform([0, 0], [height, boundaries[-1]], (number, 2))
    nearest = np.full((rows, columns), np.inf)
    owner = np.zeros((rows, columns), dtype=int)
    for place, (cy, cx) in enumerate(centres):
        distance = (y - cy) ** 2 + (x - cx) ** 2
        owner[distance < nearest] = place
        nearest = np.minimum(nearest, distance)
    for layer, phases in enumerate(layers):
        inside = (x >= boundaries[layer]) & (x < boundaries[layer + 1])
        for place in np.unique(owner[inside]) if phases else []:
            region = inside & (owner == place)
            waves = GRAINS[phases[place % len(phases)]]
            chosen = waves[rng.integers(len(waves))]
            box = tuple(slice(axis.min(), axis.max() + 1) for axis in np.nonzero(region))
            turn, shifts = rng.uniform(0, 180), rng.uniform(0, 2 * np.pi, len(chosen))
            shape = image[box].shape
            image[box] += amplitude * region[box] * grain(shape, pixel, chosen, turn, shifts)
    return image
