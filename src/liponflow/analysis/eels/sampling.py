"""Average of a spectrum over the sites of an element of which a sample was computed.

The sites are in groups (strata) of similar surroundings, of which one or two members were
computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from liponflow.arrays import FloatArray, IntArray

NO_SECOND_MEMBER = "unknown: no group has two computed sites that differ"
"""Basis of an error that cannot be estimated."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Which of the sites of an element were computed.

    Attributes
    ----------
    groups
        Number of the group of every computed site, shape (computed,).
    sizes
        Sites of every group, shape (groups,).
    variances
        Variance of the fingerprints of the members of every group, shape (groups,); in the squared
        unit of `distances`.
    distances
        Distances between the fingerprints of the computed sites, shape (computed, computed).
    """

    groups: IntArray
    sizes: IntArray
    variances: FloatArray
    distances: FloatArray

    @property
    def computed(self) -> IntArray:
        """Computed sites of every group, shape (groups,)."""
        found: IntArray = np.bincount(self.groups, minlength=len(self.sizes))
        return found

    @property
    def weights(self) -> FloatArray:
        """Weight of every computed site, shape (computed,); their sum is 1."""
        found: FloatArray = (self.sizes / self.computed / self.sizes.sum())[self.groups]
        return found


@dataclass(frozen=True)
class SampledError:
    """Estimated error of an average.

    Attributes
    ----------
    value
        Norm of the error over the norm of the average; None if it cannot be estimated.
    basis
        What it rests on.
    """

    value: float | None
    basis: str


def sampled_average(spectra: FloatArray, sample: Sample) -> FloatArray:
    """Return the average over all sites, shape (energies,).

    Parameters
    ----------
    spectra
        Spectra of the computed sites on one grid, shape (computed, energies).
    sample
        What they stand for.
    """
    found: FloatArray = sample.weights @ spectra
    return found


def sampled_error(energy: FloatArray, spectra: FloatArray, sample: Sample) -> SampledError:
    r"""Estimate the error of an average because not all sites were computed.

    Parameters
    ----------
    energy
        Energies (eV), increasing, shape (energies,).
    spectra, sample
        As for :func:`sampled_average`.

    Notes
    -----
    For m_k of the n_k sites of group k, of all N sites, the mean square error of a stratified
    sample is (W. G. Cochran, Sampling Techniques, 3rd ed., 1977, chapter 5, as commonly quoted and
    not compared with the print; here with the norm of spectra)

    .. math:: E^2 = \sum_k (n_k/N)^2 (1 - m_k/n_k) s_k^2 / m_k .

    Where two members were computed, s_k² is half the squared norm of their difference. Elsewhere
    s_k² = g² v_k, with the variance v_k of the fingerprints in the group and the gain g of the
    spectrum on the fingerprint: g² is the sum of squared differences of spectra over that of
    fingerprints, over the pairs of computed sites within groups. This is exact on average if
    members are drawn at random and the spectrum is linear in the fingerprint with the same gain in
    every direction. Central members do better.

    Without two computed members of any group there is no estimate. The differences between groups
    are not a measure: they gave errors that were 2 to 6 times too small for P L3 of LiPON, as a
    fingerprint that tells groups apart says little about the spectra within them.
    """
    sizes, computed = sample.sizes, sample.computed
    open_groups = np.flatnonzero((computed < sizes) & (sample.variances > 0))
    if not len(open_groups):
        return SampledError(0.0, "all sites that differ were computed")
    within = {
        int(sample.groups[a]): squared_norm(energy, spectra[a] - spectra[b])
        for a, b in _pairs(sample)
    }
    gain = _gain(energy, spectra, sample)
    if gain is None and not within.keys() >= {int(group) for group in open_groups}:
        return SampledError(None, NO_SECOND_MEMBER)
    total = 0.0
    for group in open_groups:
        n, m = int(sizes[group]), int(computed[group])
        if int(group) in within:
            variance = within[int(group)] / 2
        else:
            assert gain is not None  # noqa: S101 - returned above
            variance = gain * float(sample.variances[group])
        total += (n / sizes.sum()) ** 2 * (1 - m / n) * variance / m
    average = squared_norm(energy, sampled_average(spectra, sample))
    basis = f"the spread within {len(within)} of {len(sizes)} groups"
    return SampledError(float(np.sqrt(total / average)), basis)


def squared_norm(energy: FloatArray, intensity: FloatArray) -> float:
    """Return the integral of the squared intensity over the energies."""
    return float(np.trapezoid(intensity**2, energy))


def _pairs(sample: Sample) -> Iterator[tuple[int, int]]:
    """Yield the pairs of computed sites of the same group."""
    for a, b in combinations(range(len(sample.groups)), 2):
        if sample.groups[a] == sample.groups[b]:
            yield a, b


def _gain(energy: FloatArray, spectra: FloatArray, sample: Sample) -> float | None:
    """Return the squared gain of the spectrum on the fingerprint; None if no pair differs."""
    pairs = list(_pairs(sample))
    apart = sum(float(sample.distances[a, b]) ** 2 for a, b in pairs)
    if not apart:
        return None
    return sum(squared_norm(energy, spectra[a] - spectra[b]) for a, b in pairs) / apart
