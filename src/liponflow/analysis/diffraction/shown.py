"""Images as results keep them for figures: few pixels, 256 greys."""

import numpy as np

from liponflow.arrays import FloatArray

MOST_SHOWN = 256
"""Rows and columns of an image or a transform that a result keeps."""

_DARKEST, _BRIGHTEST = 0.5, 99.5
"""Percentiles that become black and white."""


def greys(intensity: FloatArray) -> list[list[int]]:
    """Return an image with at most MOST_SHOWN rows and columns, from 0 (black) to 255 (white).

    Parameters
    ----------
    intensity
        Shape (rows, columns). Square blocks are averaged; what is left at the lower and right
        edges is left out.

    Examples
    --------
    >>> greys(np.array([[0.0, 1.0], [1.0, 2.0]]))
    [[0, 128], [128, 255]]
    """
    block = -(-max(intensity.shape) // MOST_SHOWN)
    rows, columns = (size // block for size in intensity.shape)
    cut = intensity[: rows * block, : columns * block]
    values = cut.reshape(rows, block, columns, block).mean(axis=(1, 3))
    low, high = np.percentile(values, [_DARKEST, _BRIGHTEST])
    scaled = np.clip((values - low) / max(high - low, np.finfo(float).tiny), 0, 1)
    found: list[list[int]] = (scaled * 255).round().astype(int).tolist()
    return found
