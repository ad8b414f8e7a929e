"""A measured spectrum, or the spectra of a line scan or a map, as one object."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.boundary import FileError

MOST_NEGATIVE = 0.01
"""Share of negative counts that a subtracted dark reference explains."""
KEV = 1000.0


class SpectrumError(FileError):
    """A measured spectrum that cannot be used."""

    page = "docs/measured_spectra.md"


@dataclass(frozen=True)
class MeasuredSpectrum:
    """Counts over one axis of energy loss.

    Attributes
    ----------
    energy
        Energy loss of each channel, eV, ascending, shape (channels,).
    counts
        Shape (points, channels); one point for a single spectrum.
    grid
        Points along each direction of a scan: ``()`` for one spectrum, ``(n,)`` for a line scan,
        ``(ny, nx)`` for a map.
    source
        File or files.
    real_counts
        Whether the values are whole numbers, whose noise is that of counting.
    low_loss
        The low-loss spectrum that was taken with it, if any.
    warnings
        What the user should know about the data.
    """

    energy: FloatArray
    counts: FloatArray
    grid: tuple[int, ...]
    source: str
    real_counts: bool
    low_loss: "MeasuredSpectrum | None" = None
    warnings: tuple[str, ...] = ()

    @property
    def dispersion(self) -> float:
        """Mean width of a channel, eV."""
        return float((self.energy[-1] - self.energy[0]) / (len(self.energy) - 1))

    def shifted(self, offset: float) -> Self:
        """Return the spectrum with its axis moved by an offset (eV)."""
        return replace(self, energy=self.energy + offset)

    def warned(self, *texts: str) -> Self:
        """Return the spectrum with further warnings."""
        return replace(self, warnings=(*self.warnings, *texts))


def measured_spectrum(
    energy: FloatArray, counts: FloatArray, *, grid: tuple[int, ...], source: str, unit: str = ""
) -> MeasuredSpectrum:
    """Return a checked spectrum.

    Parameters
    ----------
    energy
        Axis of energy loss, shape (channels,), ascending or descending.
    counts
        Shape (points, channels).
    grid
        See :class:`MeasuredSpectrum`.
    source
        File, for messages.
    unit
        Unit of the axis as the file states it: eV, keV, or empty.

    Raises
    ------
    SpectrumError
        If there are too few channels, a value is not finite, energies repeat or are in no order,
        or too many counts are negative.
    """
    if energy.size < MINIMUM_CHANNELS:
        raise SpectrumError(
            f"{source}: {energy.size} channels, too few for a spectrum (at least "
            f"{MINIMUM_CHANNELS}); give the spectrum as measured"
        )
    if not np.isfinite(energy).all():
        raise SpectrumError(f"{source}: the energy axis holds NaN or infinity; export it again")
    if energy[0] > energy[-1]:
        energy, counts = energy[::-1], counts[:, ::-1]
    if (np.diff(energy) <= 0).any():
        where = float(energy[:-1][np.diff(energy) <= 0][0])
        raise SpectrumError(
            f"{source}: energies do not ascend after {where:g}; the first column must be the "
            "energy loss in eV, so sort the rows by it and remove repeated ones"
        )
    notes = []
    if unit.lower() == "kev":
        energy = energy * KEV
        notes.append(f"{source}: the axis is in keV and was converted to eV")
    bad = ~np.isfinite(counts)
    if bad.any():
        point, channel = (int(item) for item in np.argwhere(bad)[0])
        raise SpectrumError(
            f"{source}: {int(bad.sum())} counts are NaN or infinite, the first at "
            f"point {point + 1}, {energy[channel]:g} eV; leave these points or channels out"
        )
    negative = float((counts < 0).mean())
    if negative > MOST_NEGATIVE:
        raise SpectrumError(
            f"{source}: {negative:.0%} of the counts are negative, and at most "
            f"{MOST_NEGATIVE:.0%} are explained by a dark reference; give the spectrum before "
            "any background was subtracted, whose noise is known"
        )
    if negative:
        notes.append(f"{source}: {int((counts < 0).sum())} negative counts; their noise is zero")
    return MeasuredSpectrum(
        energy=np.ascontiguousarray(energy, dtype=float),
        counts=np.ascontiguousarray(counts, dtype=float),
        grid=grid,
        source=source,
        real_counts=bool((counts == np.round(counts)).all() and counts.max() > 1),
        warnings=tuple(notes),
    )


MINIMUM_CHANNELS = 16
"""Channels below which nothing can be fitted."""


def line_scan(spectra: Sequence[MeasuredSpectrum]) -> MeasuredSpectrum:
    """Return spectra of several files as the points of one line scan, in order.

    Raises
    ------
    SpectrumError
        If a file is a scan itself, or the energy axes differ.
    """
    first, *others = spectra
    if not others:
        return first
    for item in spectra:
        if len(item.counts) > 1:
            raise SpectrumError(
                f"{item.source}: holds {len(item.counts)} spectra already; give it alone, or one "
                "spectrum per file"
            )
        same = item.energy.shape == first.energy.shape
        if not same or not np.allclose(item.energy, first.energy, atol=0.1 * first.dispersion):
            raise SpectrumError(
                f"{item.source}: its energy axis is not that of {first.source}; export all points "
                "of a line scan on one axis"
            )
    return replace(
        first,
        counts=np.vstack([item.counts for item in spectra]),
        grid=(len(spectra),),
        source=f"{first.source} and {len(others)} more",
        real_counts=all(item.real_counts for item in spectra),
        warnings=tuple(text for item in spectra for text in item.warnings),
    )
