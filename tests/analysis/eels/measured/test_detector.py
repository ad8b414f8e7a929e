"""Columns of a detector that are dark, hot or saturated."""

import numpy as np
import pytest
from edge_spectra import ENERGY, mn_edge

from liponflow.analysis.eels.measured.detector import repaired
from liponflow.analysis.eels.measured.spectrum import (
    MeasuredSpectrum,
    SpectrumError,
    measured_spectrum,
)

RANGE = (580.0, 690.0)


def spectrum_of(counts: np.ndarray) -> MeasuredSpectrum:
    return measured_spectrum(ENERGY, np.atleast_2d(counts), grid=(), source="mn.csv")


def noisy() -> np.ndarray:
    return np.random.default_rng(1).poisson(mn_edge(2.6)).astype(float)


def test_spectrum_without_faults_is_only_cropped() -> None:
    counts = noisy()
    found = repaired(spectrum_of(counts), *RANGE)
    inside = (RANGE[0] <= ENERGY) & (RANGE[1] >= ENERGY)
    assert np.array_equal(found.counts[0], counts[inside])
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("start", "length", "value"), [(300, 1, 0.0), (300, 3, 0.0), (320, 1, 1e6)]
)
def test_dark_or_hot_columns_are_interpolated_with_a_warning(
    start: int, length: int, value: float
) -> None:
    counts = noisy()
    damaged = counts.copy()
    damaged[start : start + length] = value
    found = repaired(spectrum_of(damaged), *RANGE)
    assert f"columns of the detector at {ENERGY[start]:g}" in found.warnings[0]
    place = int(np.flatnonzero(found.energy == ENERGY[start])[0])
    expected = mn_edge(2.6)[start : start + length]
    assert found.counts[0, place : place + length] == pytest.approx(expected, rel=0.1)


def test_some_of_many_columns_are_named() -> None:
    counts = noisy()
    counts[300:360:10] = 0
    found = repaired(spectrum_of(counts), *RANGE)
    assert "at 635, 637.5, 640, 642.5, 645, ... eV were interpolated" in found.warnings[0]


def test_many_dark_columns_are_refused() -> None:
    counts = noisy()
    counts[300:310] = 0
    with pytest.raises(SpectrumError, match=r"mn\.csv: 10 neighbouring columns .* are dark"):
        repaired(spectrum_of(counts), *RANGE)


def test_saturated_detector_is_refused() -> None:
    with pytest.raises(SpectrumError, match=r"saturated at 63.* eV \(point 1, 20000 counts"):
        repaired(spectrum_of(np.minimum(noisy(), 20000.0)), *RANGE)
