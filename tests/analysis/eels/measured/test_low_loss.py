"""A known spectrum, convolved with a synthetic low loss, is recovered."""

from dataclasses import replace

import numpy as np
import pytest
from edge_spectra import ENERGY, mn_edge

from liponflow.analysis.eels.measured.low_loss import (
    adjoint,
    check_even,
    plural_scattering_filter,
    removed,
    zero_loss_position,
)
from liponflow.analysis.eels.measured.spectrum import (
    MeasuredSpectrum,
    SpectrumError,
    measured_spectrum,
)

STEP = 0.25
AXIS = -10 + STEP * np.arange(480)


def low_loss(thickness: float, offset: float = 0.0) -> MeasuredSpectrum:
    """Return a zero-loss peak with plasmons at 22 and 44 eV, in units of the mean free path."""
    parts = zip((0.35, 1.5, 2.1), (0, 22, 44), (1, thickness, thickness**2 / 2), strict=True)
    counts = sum(
        weight / width * np.exp(-(((AXIS - place) / width) ** 2) / 2)
        for width, place, weight in parts
    )
    return measured_spectrum(
        AXIS + offset, np.round(1e6 * np.exp(-thickness) * counts)[None], grid=(), source="low.csv"
    )


def scattered(single: np.ndarray, thickness: float) -> np.ndarray:
    """Return what plural scattering makes of a spectrum, by sums over the further losses."""
    found = single.copy()
    for width, place, weight in ((1.5, 22, thickness), (2.1, 44, thickness**2 / 2)):
        losses = STEP * np.arange(len(single))
        kernel = np.exp(-(((losses - place) / width) ** 2) / 2)
        kernel *= weight / kernel.sum()
        found += np.convolve(single, kernel)[: len(single)]
    return found


def test_single_scattering_is_recovered() -> None:
    edge = mn_edge(2.6) - mn_edge(2.6, mn=0.0)
    measured = scattered(edge, 0.8)
    response = plural_scattering_filter(low_loss(0.8), STEP, len(edge))
    error = np.abs(removed(response, measured) - edge).max() / edge.max()
    assert np.abs(measured - edge).max() / edge.max() > 0.1
    assert error < 0.01


def test_uneven_channels_are_refused_and_rounded_ones_are_not() -> None:
    even = measured_spectrum(ENERGY, mn_edge(2.6)[None], grid=(), source="mn.csv")
    check_even(replace(even, energy=np.round(ENERGY, 1)))
    uneven = replace(even, energy=ENERGY + np.where(ENERGY > 650, 0.5, 0.0))
    with pytest.raises(SpectrumError, match=r"mn\.csv: the channel at 650.* resample"):
        check_even(uneven)


def test_zero_loss_position_is_found_and_does_not_matter() -> None:
    assert zero_loss_position(low_loss(0.5, offset=1.7)) == pytest.approx(1.7, abs=0.05)
    moved = plural_scattering_filter(low_loss(0.5, offset=2.0), STEP, 400)
    assert moved == pytest.approx(plural_scattering_filter(low_loss(0.5), STEP, 400), abs=0.02)


def test_adjoint_gives_the_same_weighted_sum() -> None:
    rng = np.random.default_rng(1)
    signal, weights = rng.random(600), rng.random(600)
    response = plural_scattering_filter(low_loss(0.8), STEP, 600)
    corrected = weights @ removed(response, signal)
    assert corrected == pytest.approx(adjoint(response, weights) @ signal)


def test_other_spectra_are_refused() -> None:
    core = measured_spectrum(ENERGY, mn_edge(2.6)[None], grid=(), source="core.csv")
    with pytest.raises(SpectrumError, match=r"core\.csv: the highest peak is at .*lies within 20"):
        zero_loss_position(core)
    short = low_loss(0.5)
    short = replace(short, energy=AXIS[:60], counts=short.counts[:, :60])
    with pytest.raises(SpectrumError, match="at least 10 eV"):
        plural_scattering_filter(short, STEP, 100)
