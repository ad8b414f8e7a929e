import numpy as np
import pytest

from liponflow.analysis.eels.combine import (
    added,
    area,
    common_grid,
    normalised,
    onset,
    resampled,
    weighted_mean,
)
from liponflow.analysis.eels.spectrum import Spectrum


def step_edge(begin: float, height: float, end: float) -> Spectrum:
    """Return an edge that rises from 0 to its height within 1 eV of its begin."""
    return Spectrum(energies=[begin, begin + 1, end], intensities=[0.0, height, height])


def test_mean_over_sites_is_that_computed_by_hand():
    mean = weighted_mean(
        [step_edge(50, 2.0, 60), step_edge(52, 6.0, 61), step_edge(51, 1.0, 59)],
        [2, 1, 1],
        step=1.0,
    )
    assert mean.energies == pytest.approx([50, 51, 52, 53, 54, 55, 56, 57, 58, 59])
    # The weights are a half and two quarters.
    assert mean.intensities == pytest.approx([0, 1, 1.25] + [2.75] * 7)


def test_only_ratios_of_weights_matter():
    spectra = [step_edge(50, 2.0, 60), step_edge(50, 6.0, 60)]
    small, large = (weighted_mean(spectra, weights).intensity for weights in ([0.1, 0.3], [1, 3]))
    np.testing.assert_allclose(small, large)


def test_l23_is_the_sum_with_the_splitting_of_the_energies():
    l2, l3 = step_edge(136.0, 1.0, 150), step_edge(130.0, 2.0, 149)
    total = added([l2, l3])
    at = dict(zip(np.round(total.energy, 2), total.intensity, strict=True))
    assert at[130.0] == 0
    assert at[134.0] == pytest.approx(2.0)
    assert at[136.5] == pytest.approx(2.5)
    assert at[140.0] == pytest.approx(3.0)
    assert total.energies[-1] == pytest.approx(149.0)


def test_grids_of_different_spectra_have_the_same_energies():
    one, two = common_grid([step_edge(50.013, 1, 60)]), common_grid([step_edge(51.721, 1, 62)])
    shared = np.intersect1d(np.round(one, 9), np.round(two, 9))
    assert len(shared) == pytest.approx((60 - 51.75) / 0.05 + 1)


def test_an_uneven_spectrum_is_interpolated_linearly_between_its_points():
    uneven = Spectrum(energies=[0.0, 0.1, 1.0, 4.0], intensities=[0.0, 1.0, 2.0, -1.0])
    assert resampled(uneven, np.array([0.05, 0.1, 2.0, 4.0])).tolist() == [0.5, 1.0, 1.0, -1.0]


def test_nothing_is_extrapolated_above_a_spectrum():
    with pytest.raises(ValueError, match="ends at 61 eV and the spectrum at 60 eV"):
        resampled(step_edge(50, 1, 60), np.array([55.0, 61.0]))


def test_below_its_begin_a_spectrum_has_the_tail_of_its_step():
    energy = np.concatenate([np.linspace(-0.6, 0.6, 121), np.linspace(0.7, 60, 594)])
    step = Spectrum.from_arrays(530 + energy, 0.5 + np.arctan(energy / 0.1) / np.pi)
    below = np.array([529.0, 528.0, 525.0])
    exact = 0.5 + np.arctan((below - 530) / 0.1) / np.pi
    assert step.intensities[0] == pytest.approx(0.05, abs=0.005)
    np.testing.assert_allclose(resampled(step, below), exact, rtol=0.05)


def test_a_spectrum_that_begins_within_its_edge_is_not_continued_by_zeros():
    within = Spectrum(energies=[55.0, 56.0, 60.0], intensities=[0.5, 1.0, 1.0])
    with pytest.raises(ValueError, match=r"begins at 50 eV .* 55 eV with 50 % .*limit 25 %"):
        weighted_mean([step_edge(50, 1, 60), within], [1, 1])


@pytest.mark.parametrize("begin", [60.0, 59.95, 80.0])
def test_spectra_without_overlap_are_refused(begin: float):
    with pytest.raises(ValueError, match="do not overlap"):
        added([step_edge(50, 1, 60), step_edge(begin, 1, 90)])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], "2 spectra have 1 weights"),
        ([1.0, -0.5], "must not be negative"),
        ([0.0, 0.0], "nor all be 0"),
        ([1.0, float("nan")], "nan at index"),
    ],
)
def test_weights_that_average_nothing_are_refused(weights: list[float], message: str):
    with pytest.raises(ValueError, match=message):
        weighted_mean([step_edge(50, 1, 60), step_edge(50, 2, 60)], weights)


@pytest.mark.parametrize("step", [0.0, -1.0, float("nan")])
def test_steps_that_make_no_grid_are_refused(step: float):
    with pytest.raises(ValueError, match="above 0 eV"):
        common_grid([step_edge(50, 1, 60)], step)


def test_steps_that_make_too_many_points_are_refused():
    with pytest.raises(
        ValueError, match=r"makes 10000000 points \(limit 20000\): choose a larger"
    ):
        common_grid([step_edge(50, 1, 60)], 1e-6)


def test_no_spectra_have_no_grid():
    with pytest.raises(ValueError, match="no spectrum is given"):
        common_grid([])


def test_area_of_a_window_between_the_points_is_exact_for_straight_lines():
    ramp = Spectrum(energies=[0.0, 1.0, 4.0], intensities=[0.0, 1.0, 4.0])
    assert area(ramp, (0.5, 3.5)) == pytest.approx((3.5**2 - 0.5**2) / 2)


def test_normalised_spectra_have_the_area_or_the_maximum_one():
    edge = step_edge(50, 7.0, 60)
    assert area(normalised(edge, (52, 58)), (52, 58)) == pytest.approx(1)
    assert max(normalised(edge).intensities) == 1


def test_windows_beyond_a_spectrum_and_dark_spectra_are_refused():
    edge, dark = step_edge(50, 7.0, 60), Spectrum(energies=[1.0, 2.0], intensities=[0.0, 0.0])
    with pytest.raises(ValueError, match="reaches beyond the spectrum, which covers 50 to 60 eV"):
        normalised(edge, (40, 55))
    with pytest.raises(ValueError, match="is empty"):
        area(edge, (55, 55))
    with pytest.raises(ValueError, match="maximum of the spectrum is 0"):
        normalised(dark)
    with pytest.raises(ValueError, match="no edge"):
        onset(dark)


def test_onset_is_where_a_tenth_of_the_maximum_is_reached():
    edge = Spectrum(energies=[50.0, 51.0, 52.0, 53.0], intensities=[0.0, 0.09, 0.1, 1.0])
    assert onset(edge) == 52
