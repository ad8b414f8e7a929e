"""Pair correlation functions: g(r), coordination numbers, G(r), T(r) and S(q).

Conventions are those of Keen, J. Appl. Crystallogr. 34, 172 (2001): g(r) -> 1 at random,
G(r) = 4πrρ[g(r) - 1], S(q) of Faber and Ziman (1965) -> 1 at large q. T(r) is 4πrρ g(r), without
Keen's factor of the squared mean scattering length.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from liponflow.arrays import FloatArray, IntArray

PEAK_SHARE = 0.3
"""Smallest height of a first peak, as a share of the highest value of g(r)."""
SMOOTHING = 0.08
"""Standard deviation (Å) of the Gaussian that g(r) is smoothed with to find its extrema."""
MINIMUM_REACH = 2.0
"""The first minimum is searched up to this distance (Å) beyond the first peak."""

Window = Literal["none", "lorch"]


class FirstShell(NamedTuple):
    """First peak of a g(r) and the minimum after it."""

    peak: float
    """Position of the peak (Å)."""
    minimum: float
    """Position of the minimum (Å); the middle of the gap where g(r) falls to zero."""


def radial_grid(r_max: float, bin_width: float) -> tuple[FloatArray, FloatArray]:
    """Return centres (Å) of equal bins from 0 to r_max, and volumes (Å³) of their shells.

    Examples
    --------
    >>> centres, volumes = radial_grid(1.0, 0.25)
    >>> centres.tolist()
    [0.125, 0.375, 0.625, 0.875]
    >>> round(float(volumes.sum()), 6)  # a sphere of radius 1
    4.18879
    """
    bins = round(r_max / bin_width)
    edges = np.linspace(0, r_max, bins + 1)
    return (edges[1:] + edges[:-1]) / 2, 4 * np.pi / 3 * np.diff(edges**3)


def partial_g(
    pairs: FloatArray | IntArray,
    volume: float | FloatArray,
    counts: tuple[int, int],
    shells: FloatArray,
    *,
    same: bool,
) -> FloatArray:
    """Return a partial g(r) from numbers of pairs.

    Parameters
    ----------
    pairs
        Pairs in every bin, each once; may have leading axes, such as frames.
    volume
        Volume of the cell (Å³), broadcast against `pairs`.
    counts
        Atoms of the two elements.
    shells
        Volumes of the shells (Å³).
    same
        Whether the two elements are the same.

    Returns
    -------
    array
        g(r), 1 for random positions (1 - 1/N for two atoms of one element, as there are N - 1
        others).
    """
    first, second = counts
    ordered = (2 if same else 1) * pairs
    g: FloatArray = ordered * volume / (first * second * shells)
    return g


def running_coordination(g: FloatArray, shells: FloatArray, density: float) -> FloatArray:
    """Return the mean number of neighbours up to the outer edge of every bin.

    Parameters
    ----------
    g
        Partial g(r).
    shells
        Volumes of the shells (Å³).
    density
        Number density of the neighbours' element (1/Å³).
    """
    number: FloatArray = np.cumsum(g * shells) * density
    return number


def first_shell(r: FloatArray, g: FloatArray) -> FirstShell | None:
    """Return the first peak of a g(r) and the minimum after it.

    Parameters
    ----------
    r
        Centres of equal bins (Å).
    g
        g(r).

    Returns
    -------
    FirstShell or None
        None if g(r) has no peak with a minimum after it on this grid.

    Notes
    -----
    The extrema are those of g(r) smoothed with a Gaussian of ``SMOOTHING``; the peak is the first
    maximum of at least ``PEAK_SHARE`` of the highest, the minimum the lowest point up to where
    g(r) has risen again, at most ``MINIMUM_REACH`` beyond the peak.
    """
    from scipy.ndimage import gaussian_filter1d

    step = float(r[1] - r[0])
    smooth = gaussian_filter1d(g, SMOOTHING / step, mode="constant")
    if smooth.max() <= 0:
        return None
    high = smooth >= PEAK_SHARE * smooth.max()
    rising = np.r_[True, smooth[1:] > smooth[:-1]]
    falling = np.r_[smooth[:-1] >= smooth[1:], False]
    peaks = np.flatnonzero(high & rising & falling)
    if not len(peaks):
        return None
    peak = int(peaks[0])
    last = min(len(r) - 1, peak + round(MINIMUM_REACH / step))
    behind = smooth[peak : last + 1]
    # Up to where it has risen by a tenth of the peak above the lowest point so far.
    lowest = np.minimum.accumulate(behind)
    risen = np.flatnonzero(behind > lowest + 0.1 * smooth[peak])
    if len(risen):
        behind = behind[: risen[0]]
    floor = behind.min()
    if floor > 0.9 * smooth[peak]:
        return None
    flat = np.flatnonzero(behind <= floor + 1e-3 * smooth[peak])
    if not len(risen) and flat[-1] == len(behind) - 1 and last == len(r) - 1:
        return None  # still falling at the end of the grid
    return FirstShell(float(r[peak]), float((r[peak + flat[0]] + r[peak + flat[-1]]) / 2))


def faber_ziman_weights(
    concentrations: Mapping[str, float], lengths: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Return the weights of the partial functions in the total one; they sum to 1.

    Parameters
    ----------
    concentrations
        Share of every element.
    lengths
        Scattering length of every element, in any unit; may be negative.

    Returns
    -------
    dict
        (2 - δ_ab) c_a c_b b_a b_b / <b>² for every unordered pair of elements, in the order of
        `concentrations`.

    Raises
    ------
    ValueError
        If the mean scattering length vanishes.

    Examples
    --------
    >>> faber_ziman_weights({"A": 0.5, "B": 0.5}, {"A": 1.0, "B": 1.0})
    {('A', 'A'): 0.25, ('A', 'B'): 0.5, ('B', 'B'): 0.25}
    """
    elements = list(concentrations)
    mean = sum(concentrations[e] * lengths[e] for e in elements)
    if abs(mean) < 1e-9 * max(abs(lengths[e]) for e in elements):
        raise ValueError(
            "the mean scattering length vanishes, so a Faber-Ziman S(q) does not exist; name "
            "another isotope"
        )
    amplitude = {e: concentrations[e] * lengths[e] / mean for e in elements}
    return {
        (a, b): (1 if a == b else 2) * amplitude[a] * amplitude[b]
        for i, a in enumerate(elements)
        for b in elements[i:]
    }


def reduced_pdf(r: FloatArray, g: FloatArray, density: float) -> FloatArray:
    """Return G(r) = 4πrρ[g(r) - 1] in 1/Å² (r in Å, number density of all atoms in 1/Å³)."""
    values: FloatArray = 4 * np.pi * r * density * (g - 1)
    return values


def structure_factor(q: FloatArray, r: FloatArray, pdf: FloatArray) -> FloatArray:
    """Return S(q) = 1 + (1/q) ∫ G(r) sin(qr) dr, the integral over the grid of r.

    Parameters
    ----------
    q
        Momentum transfers (1/Å), above 0.
    r
        Centres of equal bins (Å).
    pdf
        G(r) on them (1/Å²); beyond the grid it is taken to be zero.
    """
    step = r[1] - r[0]
    values: FloatArray = 1 + np.sin(np.outer(q, r)) @ pdf * step / q
    return values


def pdf_from_structure_factor(
    r: FloatArray, q: FloatArray, s: FloatArray, *, window: Window = "none"
) -> FloatArray:
    """Return G(r) = (2/π) ∫ q[S(q) - 1] W(q) sin(qr) dq, the integral over the grid of q.

    Parameters
    ----------
    r
        Distances (Å).
    q
        Equally spaced momentum transfers (1/Å); the last is the end of an experiment.
    s
        S(q) on them.
    window
        ``none`` ends the integral sharply, as most experiments do, and leaves ripples of
        wavelength 2π/q_max; ``lorch`` multiplies by sin(πq/q_max)/(πq/q_max) (Lorch, J. Phys. C
        2, 229, 1969), which trades them for broader peaks.
    """
    step = q[1] - q[0]
    weight = np.full(len(q), step)
    weight[[0, -1]] = step / 2
    if window == "lorch":
        weight *= np.sinc(q / q[-1])
    values: FloatArray = 2 / np.pi * np.sin(np.outer(r, q)) @ (q * (s - 1) * weight)
    return values


def broadened(r: FloatArray, g: FloatArray, sigma: float) -> FloatArray:
    """Return a radial distribution broadened by a Gaussian, in place of thermal motion.

    Parameters
    ----------
    r
        Centres of equal bins (Å).
    g
        g(r).
    sigma
        Standard deviation (Å) of the distance of a pair; 0 changes nothing.

    Returns
    -------
    array
        r²g(r) convoluted with the Gaussian, over r² + sigma²: g(r) = 1 stays 1, and the number of
        pairs is kept except for a share (sigma/r)² of a peak at r.
    """
    from scipy.ndimage import gaussian_filter1d

    if sigma == 0:
        return g
    step = float(r[1] - r[0])
    # Beyond the grid g(r) is 1; about r = 0 the function is even.
    padding = np.zeros(int(5 * sigma / step) + 1)
    excess = gaussian_filter1d(np.r_[r**2 * (g - 1), padding], sigma / step, mode="reflect")
    values: FloatArray = 1 + excess[: len(r)] / (r**2 + sigma**2)
    return values


def weighted_sum(
    partials: Mapping[tuple[str, str], FloatArray], weights: Mapping[tuple[str, str], float]
) -> FloatArray:
    """Return the sum of partial functions times the weights of their pairs."""
    total: FloatArray = np.sum([weights[pair] * partials[pair] for pair in weights], axis=0)
    return total
