"""Checks of the images of a band."""

from collections.abc import Sequence

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.periodic import shortest

MIN_IMAGES = 3
"""Smallest number of images: two end points and one between them."""

MIN_DISTANCE = 0.1
"""End points closer than this (Å, over all atoms) are the same state."""

_SAME_CELL = 1e-6
"""Largest difference (Å) of a lattice vector's component between images."""


def check_images(images: Sequence[Structure]) -> None:
    """Refuse images that do not form a path.

    Raises
    ------
    ValueError
        If there are fewer than three, or they differ in atoms, order of atoms or cell.
    """
    if len(images) < MIN_IMAGES:
        raise ValueError(
            f"a band of {len(images)} images: give the two end points and at least one between"
        )
    first = images[0]
    for number, image in enumerate(images):
        if len(image) != len(first):
            raise ValueError(
                f"image {number} has {len(image)} atoms ({image.formula}), image 0 has "
                f"{len(first)} ({first.formula}): a band has the same atoms in every image"
            )
        if image.species != first.species:
            raise ValueError(
                f"image {number} ({image.formula}) has other atoms than image 0 "
                f"({first.formula}), or the same in another order: sort them alike"
            )
        if not np.allclose(image.lattice.matrix, first.lattice.matrix, rtol=0, atol=_SAME_CELL):
            raise ValueError(
                f"image {number} has another cell than image 0: a band has one cell, relax the "
                "end points in it"
            )


def check_ends(images: Sequence[Structure]) -> None:
    """Refuse, by a ValueError, end points that are the same structure."""
    first = images[0]
    matrix = first.lattice.matrix
    shift = shortest(images[-1].frac_coords - first.frac_coords, matrix)
    apart = float(np.linalg.norm(shift @ matrix))
    if apart < MIN_DISTANCE:
        raise ValueError(
            f"the end points are the same structure ({apart:.3f} Å apart, over all atoms): "
            "give two different states"
        )
