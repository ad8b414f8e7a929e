"""Spectra in columns of text: the energy loss, and the counts of one or several points."""

import re
from pathlib import Path

import numpy as np

from liponflow.analysis.eels.measured.spectrum import (
    MeasuredSpectrum,
    SpectrumError,
    measured_spectrum,
)
from liponflow.analysis.measured.table import read_numbers
from liponflow.arrays import FloatArray

_UNIT = re.compile(r"\b(k?ev)\b", re.IGNORECASE)
_SIMULATED = re.compile(r"\bFEFF\b|EELS calculation|xmu\.dat|\bFDMNES\b|\bOCEAN\b", re.IGNORECASE)
_HEADER_LINES = 60


def read_columns(path: Path, axis: tuple[float, float] | None = None) -> MeasuredSpectrum:
    """Read columns of text.

    Parameters
    ----------
    path
        The first column is the energy loss (eV), each further one the counts of a point. Lines
        before the numbers are a header, whose ``eV`` or ``keV`` is the unit of the axis.
    axis
        Energy of the first channel and the width of a channel (eV), in place of the first column.

    Raises
    ------
    SpectrumError
        If it is no such file, its axis looks like numbers of channels, or FEFF computed it.
    """
    header, table = read_numbers(path, SpectrumError)
    refuse_simulated(path, header)
    if table.shape[1] < 2:  # noqa: PLR2004 - energy and counts
        raise SpectrumError(
            f"{path}: no two columns of numbers; a spectrum has the energy loss (eV) and counts"
        )
    unit = _unit(header)
    energy: FloatArray = table[:, 0]
    if axis is not None:
        energy, unit = np.asarray(axis[0] + axis[1] * np.arange(len(table))), "eV"
    elif not unit and _counts_channels(energy):
        raise SpectrumError(
            f"{path}: the first column {energy[0]:g}, {energy[1]:g}, ... looks like numbers of "
            "channels; give the calibration as --axis FIRST_ENERGY CHANNEL_WIDTH (eV), or write "
            "'energy (eV)' above the column if it is one"
        )
    points = table.shape[1] - 1
    grid = () if points == 1 else (points,)
    return measured_spectrum(energy, table[:, 1:].T, grid=grid, source=str(path), unit=unit)


def refuse_simulated(path: Path, header: list[str]) -> None:
    """Refuse spectra that a program computed.

    Raises
    ------
    SpectrumError
        With the reason.
    """
    if any(_SIMULATED.search(line) for line in header[:_HEADER_LINES]):
        raise SpectrumError(
            f"{path}: a simulated spectrum, and this analysis is for measured ones. FEFF computes "
            "L2 and L3 separately, without the interaction of the core hole with the d electrons, "
            "so that its L3/L2 is about 2 whatever the valence, and its intensities are not "
            "counts. As a reference of a mixture give the eels.dat or the eels.json itself, or "
            "the columns without this header"
        )


def _unit(header: list[str]) -> str:
    found = [match[1] for line in header if (match := _UNIT.search(line))]
    return found[-1] if found else ""


def _counts_channels(energy: FloatArray) -> bool:
    return energy[0] in {0.0, 1.0} and bool((np.diff(energy) == 1.0).all())
