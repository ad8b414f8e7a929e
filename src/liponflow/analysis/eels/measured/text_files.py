"""Spectra in columns of text: the energy loss, and the counts of one or several points."""

import re
from array import array
from pathlib import Path

import numpy as np

from liponflow.analysis.eels.measured.spectrum import (
    MeasuredSpectrum,
    SpectrumError,
    measured_spectrum,
)
from liponflow.arrays import FloatArray
from liponflow.decompression import read_text

_SEPARATOR = re.compile(r"[,;\t ]+")
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
    header, cells, width = list[str](), array("d"), 0
    for number, line in enumerate(read_text(path, errors="replace").splitlines(), start=1):
        text = line.strip()
        if not text:
            continue
        values = _numbers(text)
        if values is None and not cells:
            header.append(text)
            continue
        if values is None or (width and len(values) != width):
            raise SpectrumError(
                f"{path}, line {number}: {text[:60]!r} is not {width} numbers as the lines "
                "before; correct it"
            )
        width = len(values)
        cells.extend(values)
    refuse_simulated(path, header)
    if width < 2:  # noqa: PLR2004 - energy and counts
        raise SpectrumError(
            f"{path}: no two columns of numbers; a spectrum has the energy loss (eV) and counts"
        )
    table = np.array(cells).reshape(-1, width)
    unit = _unit(header)
    energy = table[:, 0]
    if axis is not None:
        energy, unit = axis[0] + axis[1] * np.arange(len(table)), "eV"
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


def _numbers(text: str) -> list[float] | None:
    try:
        return [float(word) for word in _SEPARATOR.split(text.strip(",; \t"))]
    except ValueError:
        return None


def _unit(header: list[str]) -> str:
    found = [match[1] for line in header if (match := _UNIT.search(line))]
    return found[-1] if found else ""


def _counts_channels(energy: FloatArray) -> bool:
    return energy[0] in {0.0, 1.0} and bool((np.diff(energy) == 1.0).all())
