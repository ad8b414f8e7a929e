"""Zero of energy and plural scattering of a core loss, from its low-loss spectrum.

Plural scattering is removed by the Fourier-ratio method (R. F. Egerton, Electron Energy-Loss
Spectroscopy in the Electron Microscope, 3rd ed., 2011, section 4.3.2): the transform of the core
loss, divided by that of the low loss and multiplied by that of its zero-loss peak.
"""

import numpy as np

from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.arrays import FloatArray

LARGEST_OFFSET = 20.0
"""Zero-loss peak farther from 0 (eV) than any drift: the axis is that of something else."""
_TOP = 0.5
_SMALLEST = 1e-4
"""Part of the low loss's transform, relative to its largest, below which it is noise."""


def zero_loss_position(low_loss: MeasuredSpectrum) -> float:
    """Return the position of the zero-loss peak (eV) on the axis of a low-loss spectrum.

    It is the centre of gravity of the channels above half of the maximum, all points together.

    Raises
    ------
    SpectrumError
        If the highest peak is not near 0.
    """
    total = low_loss.counts.sum(axis=0)
    top = int(total.argmax())
    above = total >= _TOP * total[top]
    first = top - int(np.argmin(above[top::-1])) if not above[: top + 1].all() else -1
    last = top + int(np.argmin(above[top:])) if not above[top:].all() else len(total)
    near = slice(first + 1, last)
    centre = float((low_loss.energy[near] * total[near]).sum() / total[near].sum())
    if abs(centre) > LARGEST_OFFSET:
        raise SpectrumError(
            f"{low_loss.source}: the highest peak is at {centre:.4g} eV, and a zero-loss peak "
            f"lies within {LARGEST_OFFSET:g} eV of 0; give the low-loss spectrum"
        )
    return centre


def plural_scattering_filter(
    low_loss: MeasuredSpectrum, dispersion: float, channels: int
) -> FloatArray:
    """Return the response that removes plural scattering, for a convolution.

    Parameters
    ----------
    low_loss
        Low-loss spectrum with its zero-loss peak; its points are added.
    dispersion
        Width of a channel of the core loss, eV.
    channels
        Channels of the core loss.

    Returns
    -------
    array, shape (channels,)
        Response in steps of the dispersion: its first element is close to 1, and element k takes
        away what a further loss of k channels added. Intensities become those of the electrons
        without a further loss.

    Raises
    ------
    SpectrumError
        If there is no zero-loss peak, or the low loss ends before 10 eV.
    """
    centre = zero_loss_position(low_loss)
    energy = low_loss.energy - centre
    if energy[-1] < SHORTEST_LOSS:
        raise SpectrumError(
            f"{low_loss.source}: ends {energy[-1]:.3g} eV after the zero-loss peak; plural "
            f"scattering needs at least {SHORTEST_LOSS:g} eV"
        )
    total = np.maximum(low_loss.counts.sum(axis=0), 0.0)
    # Circular transforms: enough room that nothing wraps round.
    size = 1 << int(np.ceil(np.log2(2 * max(channels, int(energy[-1] / dispersion) + 2))))
    axis = dispersion * np.fft.fftfreq(size, 1 / size)
    order = np.argsort(axis)
    sampled = np.zeros(size)
    sampled[order] = np.interp(axis[order], energy, total, left=0.0, right=0.0)
    zero = np.where(np.abs(axis) <= _end_of_zero_loss(energy, total), sampled, 0.0)
    both, peak = np.fft.fft(sampled), np.fft.fft(zero)
    usable = np.abs(both) > _SMALLEST * np.abs(both[0])
    ratio = np.where(usable, peak / np.where(usable, both, 1.0), 1.0)
    return np.real(np.fft.ifft(ratio))[:channels]


SHORTEST_LOSS = 10.0
"""Shortest low-loss spectrum (eV) that shows plural scattering; plasmons lie at 15 to 25 eV."""


def check_even(spectrum: MeasuredSpectrum) -> None:
    """Refuse a core loss whose channels are not evenly spaced: its transform would mix energies.

    Energies that a file rounds to fewer digits lie within half a channel of even ones.

    Raises
    ------
    SpectrumError
        With the energy that is farthest off.
    """
    energy = spectrum.energy
    off = np.abs(energy - np.linspace(energy[0], energy[-1], len(energy)))
    worst = int(off.argmax())
    if off[worst] > spectrum.dispersion / 2:
        raise SpectrumError(
            f"{spectrum.source}: the channel at {energy[worst]:g} eV is {off[worst]:.2g} eV from "
            f"where even ones of {spectrum.dispersion:.2g} eV lie (limit: half of one), and only "
            "on those is plural scattering removed; resample the spectrum, or leave out --low-loss"
        )


def removed(response: FloatArray, signal: FloatArray) -> FloatArray:
    """Return signals without plural scattering, shape (..., channels)."""
    return _convolved(signal, response)


def adjoint(response: FloatArray, weights: FloatArray) -> FloatArray:
    """Return what weights on the corrected signal are on the measured one, shape (channels,)."""
    return _convolved(weights[::-1], response)[::-1]


def _convolved(signal: FloatArray, response: FloatArray) -> FloatArray:
    size = 2 * signal.shape[-1]
    product = np.fft.rfft(signal, size) * np.fft.rfft(response, size)
    return np.fft.irfft(product, size)[..., : signal.shape[-1]]


def _end_of_zero_loss(energy: FloatArray, total: FloatArray) -> float:
    """Return where the zero-loss peak ends (eV): at its first minimum."""
    right = total[energy >= 0]
    rising = np.flatnonzero(np.diff(right) > 0)
    falling = rising[right[rising] < 0.1 * right.max()]
    place = falling[0] if falling.size else len(right) - 1
    return float(energy[energy >= 0][place])
