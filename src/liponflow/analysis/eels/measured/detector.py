"""Columns of a detector that are dark, hot or saturated."""

from dataclasses import replace

import numpy as np

from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.arrays import BoolArray, FloatArray

MOST_REPAIRED = 4
"""Neighbouring dead channels that are interpolated; more hide a feature of the spectrum."""
CLIPPED = 3
"""Neighbouring channels at exactly the same highest count, which saturation explains."""
SATURATED = 100.0
"""Counts below which neighbouring channels are equal by chance."""
_SHARE = 1 / 3
_FEWEST = 30.0
_MOST_NAMED = 5


def repaired(spectrum: MeasuredSpectrum, low: float, high: float) -> MeasuredSpectrum:
    """Return the spectrum between two energies (eV), dead columns interpolated.

    A column is dark or hot if it has less than a third or more than three times the counts of both
    its neighbours, over all points together: no feature of a spectrum is so narrow.

    Raises
    ------
    SpectrumError
        If the detector was saturated, or too many neighbouring columns are dark.
    """
    inside = (spectrum.energy >= low) & (spectrum.energy <= high)
    energy, counts = spectrum.energy[inside], spectrum.counts[:, inside]
    _refuse_saturated(spectrum.source, energy, counts)
    total = counts.sum(axis=0)
    # A channel without a count among well-filled ones, or alone against both neighbours.
    dead: BoolArray = (total <= 0) & (np.median(total) > _FEWEST)
    left, right = total[:-2], total[2:]
    middle = total[1:-1]
    dead[1:-1] |= (middle < _SHARE * np.minimum(left, right)) & (np.minimum(left, right) > _FEWEST)
    hot = (middle > np.maximum(left, right) / _SHARE) & (middle > _FEWEST / _SHARE)
    dead[1:-1] |= hot
    if not dead.any():
        return _cropped(spectrum, inside, counts)
    run = _longest_run(dead)
    names = ", ".join(f"{value:g}" for value in energy[dead][:_MOST_NAMED])
    names += ", ..." if dead.sum() > _MOST_NAMED else ""
    if run > MOST_REPAIRED:
        raise SpectrumError(
            f"{spectrum.source}: {run} neighbouring columns of the detector are dark (near "
            f"{names} eV), and at most {MOST_REPAIRED} are interpolated; use spectra with a gain "
            "reference, or crop them"
        )
    fixed = counts.copy()
    for point in fixed:
        point[dead] = np.interp(energy[dead], energy[~dead], point[~dead])
    return _cropped(spectrum, inside, fixed).warned(
        f"{spectrum.source}: dark or hot columns of the detector at {names} eV were interpolated; "
        "correct the spectra by the gain reference"
    )


def _cropped(
    spectrum: MeasuredSpectrum, inside: BoolArray, counts: FloatArray
) -> MeasuredSpectrum:
    return replace(spectrum, energy=spectrum.energy[inside], counts=counts)


def _refuse_saturated(source: str, energy: FloatArray, counts: FloatArray) -> None:
    highest = counts.max(axis=1, keepdims=True)
    clipped = (counts >= highest) & (highest > SATURATED)
    for point, row in enumerate(clipped, start=1):
        if _longest_run(row) >= CLIPPED:
            raise SpectrumError(
                f"{source}: the detector was saturated at {energy[row][0]:g} eV (point {point}, "
                f"{highest[point - 1, 0]:g} counts in {int(row.sum())} channels); record with a "
                "shorter exposure"
            )


def _longest_run(flags: BoolArray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max()) if edges.size else 0
