"""Spots and rings in the Fourier transform of an image of a lattice.

The transform of an image without a lattice has powers that follow an exponential distribution
around a mean that depends on the spatial frequency only, as of noise through the transfer function
of a microscope. A spot is a maximum that is too high for it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter
from scipy.signal import find_peaks, windows

from liponflow.arrays import BoolArray, FloatArray

FALSE_ALARM = 0.01
"""Probability of a false spot in a transform without a lattice: our choice."""

LEAST_PERIODS = 4.0
"""Periods that an image must hold along its shorter side, so that a spacing is measured."""

LEAST_PIXELS = 2.2
"""Pixels that a period must have; two is the limit of sampling."""

RING_SIGNIFICANCE = 6.0
"""Height of a ring above the smooth background, in standard errors: our choice."""

WIDEST_RING = 0.1
"""Width of a ring relative to its radius, above which it is a halo of an amorphous phase."""

_ANGSTROMS = 10.0
_LN2 = float(np.log(2))
_FLOOR = 1e-12
_HALF_BIN = 1.5
"""Half width of the rings that give the background (pixels of the transform)."""
_SPOT_ERROR = 0.7
"""Standard error of the place of a spot is this over the square root of its height over the
background (pixels of the transform); the tests check it with spots of known place."""
_LEAST_SPOT_ERROR = 0.05


class MissingExtraError(ValueError):
    """scikit-image is not installed."""


@dataclass(frozen=True)
class Spots:
    """Spots of one half of a transform; the other half is the same.

    Attributes
    ----------
    spacing
        Spacings (Å), shape (spots,), in order of falling height.
    error
        Standard errors (Å), shape (spots,).
    angle
        Directions of the normals of the planes in the image, from the direction of a row (to the
        right) towards that of a column (down), 0 to 180 degrees, shape (spots,).
    height
        Powers relative to the background at the same spatial frequency, shape (spots,).
    """

    spacing: FloatArray
    error: FloatArray
    angle: FloatArray
    height: FloatArray


@dataclass(frozen=True)
class Rings:
    """Rings of a transform.

    Attributes
    ----------
    spacing, error
        As of spots (Å).
    width
        Full width at half of the height, relative to the radius.
    height
        Mean power relative to the background.
    """

    spacing: FloatArray
    error: FloatArray
    width: FloatArray
    height: FloatArray

    @property
    def narrow(self) -> BoolArray:
        """Whether each is a ring of crystals, or else a halo."""
        return self.width <= WIDEST_RING


@dataclass(frozen=True)
class Transform:
    """Power of the windowed Fourier transform of an image.

    Attributes
    ----------
    power
        Power over the background at the same spatial frequency, zero frequency in the middle,
        shape (rows, columns).
    frequency
        Spatial frequencies of the pixels (1/Å), same shape.
    steps
        Steps of the frequency along columns and rows (1/Å).
    mean
        Background by whole radius (the shorter of the steps).
    """

    power: FloatArray
    frequency: FloatArray
    steps: tuple[float, float]
    mean: FloatArray


def observable_range(shape: tuple[int, int], pixel: float) -> tuple[float, float]:
    """Return the least and the largest spacing that an image can show (Å).

    Parameters
    ----------
    shape
        Rows and columns.
    pixel
        Size of a pixel (nm).

    Raises
    ------
    ValueError
        If the image is too small for any.

    Examples
    --------
    >>> [round(d, 3) for d in observable_range((100, 200), 0.05)]
    [1.1, 12.5]
    """
    least = LEAST_PIXELS * pixel * _ANGSTROMS
    largest = min(shape) * pixel * _ANGSTROMS / LEAST_PERIODS
    if largest <= least:
        raise ValueError(
            f"{shape[1]} x {shape[0]} pixels of {pixel:g} nm show no spacing {LEAST_PERIODS:g} "
            "times; take a larger region"
        )
    return least, largest


def transform(intensity: FloatArray, pixel: float) -> Transform:
    """Return the power of the Fourier transform under a Hann window.

    Parameters
    ----------
    intensity
        Image, shape (rows, columns).
    pixel
        Size of a pixel (nm).
    """
    rows, columns = intensity.shape
    hann = np.outer(windows.hann(rows, sym=False), windows.hann(columns, sym=False))
    flat = intensity - np.average(intensity, weights=hann)
    raw = np.abs(np.fft.fftshift(np.fft.fft2(flat * hann))) ** 2
    steps = (1 / (rows * pixel * _ANGSTROMS), 1 / (columns * pixel * _ANGSTROMS))
    y = (np.arange(rows) - rows // 2)[:, None] * steps[0]
    x = (np.arange(columns) - columns // 2)[None, :] * steps[1]
    frequency = np.hypot(y, x)
    radius = frequency / min(steps)
    mean = _background(raw, radius, round(float(radius.max())) + 1)
    at_pixels = np.interp(radius, np.arange(len(mean)), mean)
    return Transform(raw / np.maximum(at_pixels, _FLOOR * raw.max()), frequency, steps, mean)


def _background(raw: FloatArray, radius: FloatArray, number: int) -> FloatArray:
    """Return the mean power by radius from medians, which spots do not raise.

    The median of an exponential distribution is ln 2 of its mean.
    """
    order = np.argsort(radius, axis=None)
    sorted_radii, sorted_powers = radius.ravel()[order], raw.ravel()[order]
    places = np.arange(number)
    low = np.searchsorted(sorted_radii, places - _HALF_BIN)
    high = np.searchsorted(sorted_radii, places + _HALF_BIN)
    medians = np.array(
        [np.median(sorted_powers[a:b]) if b > a else 0.0 for a, b in zip(low, high, strict=True)]
    )
    return medians / _LN2


def find_spots(found: Transform, d_range: tuple[float, float]) -> Spots:
    """Return the spots of a transform.

    Parameters
    ----------
    found
        The transform.
    d_range
        Least and largest spacing (Å).

    Raises
    ------
    MissingExtraError
        If scikit-image is not installed.

    Notes
    -----
    The threshold is that of the largest of as many exponential powers as there are pixels in one
    half of the range, so that a transform of noise has a spot with the probability
    :data:`FALSE_ALARM`. Places are refined by parabolas through the logarithms of the powers of
    three neighbours in each direction: the main maximum of the Hann window is nearly a Gaussian.
    """
    try:
        from skimage.feature import peak_local_max
    except ImportError as error:
        raise MissingExtraError(
            "images are measured with scikit-image, which is not installed: `pip install "
            "'liponflow[images]'`"
        ) from error
    rows, columns = found.power.shape
    inside = (found.frequency >= 1 / d_range[1]) & (found.frequency <= 1 / d_range[0])
    upper = np.zeros_like(inside)
    upper[: rows // 2] = True
    upper[rows // 2, columns // 2 :] = True
    inside &= upper
    number = int(inside.sum())
    threshold = -np.log(FALSE_ALARM / max(number, 1))
    peaks = peak_local_max(
        np.where(inside, found.power, 0.0),
        min_distance=2,
        threshold_abs=threshold,
        exclude_border=False,
    )
    heights = np.array([found.power[row, column] for row, column in peaks])
    places = np.array([_refined(found.power, row, column) for row, column in peaks]).reshape(-1, 2)
    y = (places[:, 0] - rows // 2) * found.steps[0]
    x = (places[:, 1] - columns // 2) * found.steps[1]
    frequency = np.hypot(y, x)
    errors = max(found.steps) * np.maximum(_SPOT_ERROR / np.sqrt(heights), _LEAST_SPOT_ERROR)
    return Spots(
        spacing=1 / frequency,
        error=errors / frequency**2,
        angle=np.degrees(np.arctan2(y, x)) % 180,
        height=heights,
    )


def _refined(power: FloatArray, row: int, column: int) -> tuple[float, float]:
    """Return the place of a maximum between pixels."""

    def shift(low: float, middle: float, high: float) -> float:
        a, b, c = np.log(np.maximum([low, middle, high], _FLOOR))
        curvature = a - 2 * b + c
        return float(np.clip((a - c) / (2 * curvature), -0.5, 0.5)) if curvature < 0 else 0.0

    rows, columns = power.shape
    up, down = power[row - 1, column], power[(row + 1) % rows, column]
    left, right = power[row, column - 1], power[row, (column + 1) % columns]
    middle = power[row, column]
    return row + shift(up, middle, down), column + shift(left, middle, right)


def find_rings(found: Transform, d_range: tuple[float, float]) -> Rings:
    """Return the rings and halos of a transform.

    Parameters
    ----------
    found
        The transform.
    d_range
        Least and largest spacing (Å).

    Returns
    -------
    Rings
        Maxima of the median power along the radius, in order of falling spacing. Medians leave
        out spots; the smooth background is their median over a quarter of the range.
    """
    step = min(found.steps)
    radii = np.arange(len(found.mean))
    first, last = int(np.ceil(1 / d_range[1] / step)), int(1 / d_range[0] / step)
    values = found.mean[first : last + 1]
    empty = np.zeros(0)
    if len(values) < 8:  # noqa: PLR2004 - no maximum beside a background
        return Rings(empty, empty, empty, empty)
    smooth = gaussian_filter1d(values, 1.0)
    background = gaussian_filter1d(median_filter(smooth, max(len(values) // 3, 5)), 2.0)
    relative = smooth / np.maximum(background, _FLOOR * values.max())
    # Half of the pixels are independent; the window correlates neighbours in both directions.
    independent = np.pi * radii[first : last + 1] * 2 * _HALF_BIN / 4
    errors = 1 / np.sqrt(np.maximum(independent, 1.0)) / _LN2
    peaks, shape = find_peaks(relative, prominence=0.0, width=0.0, rel_height=0.5)
    real = [
        place
        for place, peak in enumerate(peaks)
        if shape["prominences"][place] > RING_SIGNIFICANCE * errors[peak]
    ]
    at = peaks[real] + first
    width = shape["widths"][real]
    frequency = at * step
    return Rings(
        spacing=1 / frequency,
        error=np.maximum(width / 2.355 / 4, 0.25) * step / frequency**2,
        width=width / at,
        height=relative[peaks[real]],
    )
