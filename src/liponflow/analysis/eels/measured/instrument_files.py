"""Spectra in the formats of instruments, read by RosettaSciIO."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liponflow.analysis.eels.measured.spectrum import (
    MeasuredSpectrum,
    SpectrumError,
    measured_spectrum,
)
from liponflow.analysis.eels.measured.text_files import refuse_simulated
from liponflow.analysis.instruments import MOST_BYTES, read_signals

READERS = {
    ".msa": "msa",
    ".emsa": "msa",
    ".dm3": "digitalmicrograph",
    ".dm4": "digitalmicrograph",
    ".hspy": "hspy",
}
"""Module of RosettaSciIO by the ending of the file."""

ENERGY_UNITS = {"ev", "kev"}
_MOST_MAP = 2
"""Directions of a scan."""


def read_instrument_file(path: Path, axis: tuple[float, float] | None = None) -> MeasuredSpectrum:
    """Read a file of an instrument.

    Parameters
    ----------
    path
        EMSA/MAS text (.msa), Gatan DigitalMicrograph (.dm3, .dm4) or HyperSpy (.hspy). Of several
        spectra in it, one that holds the zero loss is the low-loss spectrum of the other.
    axis
        Energy of the first channel and the width of a channel (eV), in place of the file's own.

    Raises
    ------
    SpectrumError
        If RosettaSciIO is not installed, the file is too large, holds no spectrum of energy loss
        or several, or has no calibration.
    """
    name = READERS[path.suffix.lower()]
    with read_signals(path, name, SpectrumError, instead="export the spectrum as .csv") as read:
        spectra = [item for item in read if _is_spectrum(item)]
        if axis is not None and len(spectra) > 1:
            raise SpectrumError(
                f"{path}: holds {len(spectra)} spectra, and --axis {axis[0]:g} {axis[1]:g} is "
                "that of one: export the core loss by itself"
            )
        found = [_spectrum(path, item, axis) for item in spectra]
    if not found:
        others = ", ".join(sorted({kind for item in read if (kind := _kind(item))}))
        raise SpectrumError(
            f"{path}: holds no spectrum of energy losses{f', but {others}' if others else ''}; "
            "export the spectrum, not the image"
        )
    core = max(found, key=lambda item: (item.energy[0], item.counts.size))
    low = [item for item in found if item is not core and item.energy[0] <= 0 <= item.energy[-1]]
    if len(found) > 1 + len(low) or len(low) > 1:
        ranges = ", ".join(f"{item.energy[0]:g} to {item.energy[-1]:g}" for item in found)
        raise SpectrumError(
            f"{path}: holds spectra of {ranges} eV, and one is measured, beside its low loss: "
            "export it by itself"
        )
    return replace(core, low_loss=low[0]) if low else core


def _kind(item: Mapping[str, Any]) -> str:
    """Return the kind of signal, such as EELS or EDS_TEM; empty if the file does not say."""
    return str(item.get("metadata", {}).get("Signal", {}).get("signal_type", "")).upper()


def _is_spectrum(item: Mapping[str, Any]) -> bool:
    axes, kind = item["axes"], _kind(item)
    if kind:
        return bool(axes) and "EELS" in kind
    units = {str(axis.get("units", "")).lower() for axis in axes}
    return len(axes) == 1 or bool(units & ENERGY_UNITS)


def _spectrum(
    path: Path, item: Mapping[str, Any], axis: tuple[float, float] | None
) -> MeasuredSpectrum:
    axes, data = item["axes"], item["data"]
    if np.issubdtype(data.dtype, np.complexfloating):
        raise SpectrumError(
            f"{path}: its values are complex numbers, and counts are real; give the spectrum as "
            "recorded"
        )
    # Stored as small integers, they grow up to eightfold in memory.
    needed = data.size * np.dtype(np.float64).itemsize
    if needed > MOST_BYTES:
        raise SpectrumError(
            f"{path}: its counts need {needed:,} bytes, and at most {MOST_BYTES:,} are read; "
            "crop or bin it"
        )
    header = [str(item.get("metadata", {}).get("General", {}).get("title", ""))]
    refuse_simulated(path, header)
    place = next(
        (n for n, one in enumerate(axes) if str(one.get("units", "")).lower() in ENERGY_UNITS),
        len(axes) - 1,
    )
    counts: NDArray[Any] = np.moveaxis(np.asarray(data, dtype=np.float64), place, -1)
    grid = tuple(size for size in counts.shape[:-1] if size > 1)
    if len(grid) > _MOST_MAP:
        raise SpectrumError(
            f"{path}: {len(grid)} directions beside the energy, and at most 2 are read; choose one"
        )
    one, channels = axes[place], counts.shape[-1]
    unit = str(one.get("units", ""))
    if axis is not None:
        energy: NDArray[Any] = axis[0] + axis[1] * np.arange(channels)
        unit = "eV"
    elif unit.lower() not in ENERGY_UNITS:
        raise SpectrumError(
            f"{path}: its axis has the unit {unit or '(none)'} and no calibration in eV; give it "
            "as --axis FIRST_ENERGY CHANNEL_WIDTH (eV)"
        )
    elif "axis" in one:
        energy = np.asarray(one["axis"], dtype=float)
    else:
        energy = float(one["offset"]) + float(one["scale"]) * np.arange(channels)
    return measured_spectrum(
        energy, counts.reshape(-1, channels), grid=grid, source=str(path), unit=unit
    )
