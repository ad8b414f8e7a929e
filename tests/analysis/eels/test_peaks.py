import numpy as np
import pytest

from liponflow.analysis.eels.peaks import find
from liponflow.analysis.eels.spectrum import Spectrum

ENERGY = np.arange(55.0, 80.0, 0.1)


def spectrum(*peaks: tuple[float, float]) -> Spectrum:
    """Return Gaussians of standard deviation 0.6 eV at these energies, with these heights."""
    heights = sum(height * np.exp(-(((ENERGY - at) / 0.6) ** 2) / 2) for at, height in peaks)
    return Spectrum.from_arrays(ENERGY, np.asarray(heights))


def test_positions_between_the_points_are_recovered():
    found = find(spectrum((59.534, 0.6), (63.027, 1.0), (70.081, 0.3)))
    assert [peak.energy for peak in found] == pytest.approx([59.534, 63.027, 70.081], abs=2e-3)
    assert [peak.height for peak in found] == pytest.approx([0.6, 1.0, 0.3], abs=1e-3)
    assert [peak.prominence for peak in found] == pytest.approx([0.6, 1.0, 0.3], abs=0.03)


def test_peaks_of_little_prominence_are_left_out():
    weak = spectrum((60.0, 1.0), (70.0, 0.04))
    assert len(find(weak)) == 1
    assert len(find(weak, prominence=0.03)) == 2


def test_the_prominence_counts_from_the_maximum_within_the_window():
    high_outside = spectrum((60.0, 0.04), (75.0, 1.0))
    assert [peak.energy for peak in find(high_outside)] == pytest.approx([75.0], abs=1e-3)
    within = find(high_outside, window=(55.0, 65.0))
    assert [peak.energy for peak in within] == pytest.approx([60.0], abs=1e-3)
    assert within[0].prominence == pytest.approx(1)


def test_a_plateau_has_its_peak_in_the_middle():
    flat = Spectrum(energies=[0.0, 1.0, 2.0, 3.0, 4.0], intensities=[0.0, 1.0, 1.0, 1.0, 0.0])
    assert [peak.energy for peak in find(flat)] == [2.0]


@pytest.mark.parametrize("sign", [1, -1])
def test_slopes_and_dark_spectra_have_no_peak(sign: int):
    assert find(Spectrum.from_arrays(ENERGY, sign * (ENERGY - 50))) == []


def test_a_window_of_two_points_is_refused():
    with pytest.raises(ValueError, match=r"2 points from 59\.99 to 60\.11 eV, and a peak"):
        find(spectrum((60.0, 1.0)), window=(59.99, 60.11))
