"""Images of lattices: intensities with the size of a pixel."""

from dataclasses import dataclass

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.boundary import FileError

LEAST_PIXELS = 32
"""Least number of rows and columns: fewer resolve no spots."""

SATURATED = 0.01
"""Share of pixels at the largest value, above which an image counts as saturated: our choice."""


class ImageError(FileError):
    """An image that cannot be used."""


@dataclass(frozen=True)
class LatticeImage:
    """An image.

    Attributes
    ----------
    intensity
        Intensities in any unit, shape (rows, columns).
    pixel
        Size of a pixel (nm).
    pixel_source
        Where the size of the pixel comes from.
    source
        The file.
    """

    intensity: FloatArray
    pixel: float
    pixel_source: str
    source: str

    @property
    def size(self) -> tuple[float, float]:
        """Height and width (nm)."""
        rows, columns = self.intensity.shape
        return rows * self.pixel, columns * self.pixel

    def doubts(self) -> list[str]:
        """Return what is doubtful about the intensities, in plain words."""
        highest = float((self.intensity == self.intensity.max()).mean())
        if highest > SATURATED:
            remark = (
                f"{self.source}: {highest:.0%} of the pixels have the largest value: the image is "
                "saturated, which adds false spots at multiples of the true ones"
            )
            return [remark]
        return []


def checked_image(
    intensity: FloatArray, pixel: float, pixel_source: str, source: str
) -> LatticeImage:
    """Return an image whose intensities and size are usable.

    Raises
    ------
    ImageError
        If it is too small, constant or not finite.
    """
    rows, columns = intensity.shape
    if min(rows, columns) < LEAST_PIXELS:
        raise ImageError(
            f"{source}: {columns} x {rows} pixels, fewer than {LEAST_PIXELS} in one direction"
        )
    if not np.isfinite(intensity).all():
        raise ImageError(f"{source}: holds values that are not finite; export the image again")
    if intensity.min() == intensity.max():
        raise ImageError(f"{source}: every pixel is {intensity.flat[0]:g}; it shows nothing")
    return LatticeImage(intensity, pixel, pixel_source, source)
