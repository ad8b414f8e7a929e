"""Repair of the columns of a detector that are dark or hot."""

from dataclasses import replace

import numpy as np

from liponflow.analysis.eels.detector import dead_channels, saturated_channels
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.arrays import BoolArray, FloatArray

MOST_REPAIRED = 4
"""Neighbouring dead channels that are interpolated; more hide a feature of the spectrum."""
_MOST_NAMED = 5


def repaired(spectrum: MeasuredSpectrum, low: float, high: float) -> MeasuredSpectrum:
    """Return the spectrum between two energies (eV), dead columns interpolated.

    Raises
    ------
    SpectrumError
        If the detector was saturated, or too many neighbouring columns are dark.
    """
    inside = (spectrum.energy >= low) & (spectrum.energy <= high)
    energy, counts = spectrum.energy[inside], spectrum.counts[:, inside]
    _refuse_saturated(spectrum.source, energy, counts)
    dead = dead_channels(counts)
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
    for point, (row, clipped) in enumerate(
        zip(counts, saturated_channels(counts), strict=True), start=1
    ):
        if clipped.any():
            raise SpectrumError(
                f"{source}: the detector was saturated at {energy[clipped][0]:g} eV "
                f"(point {point}, {row.max():g} counts in {int(clipped.sum())} channels); "
                "record with a shorter exposure"
            )


def _longest_run(flags: BoolArray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max()) if edges.size else 0
