"""Tests of mixtures along a scan, on synthetic spectra with known shares."""

import builtins
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.support.mixtures import ENERGIES, GRID, curves, references, scan

from liponflow.analysis.eels.mixture import fit_mixture
from liponflow.analysis.eels.mixture_result import MixtureFit, Scale
from liponflow.analysis.eels.spectrum import Spectrum

PROFILE = [0.9, 0.7, 0.5, 0.3, 0.1]
SHIFTS = [0.3, -0.2, 0.1, 0.0, 0.4]
NOISE_FREE = 0.02
"""Largest error of a share without noise."""
COVERAGE = (0.91, 0.98)
"""Range of the coverage of 95 % intervals in 200 repetitions: about three standard errors."""


def two(share: float) -> dict[str, float]:
    return {"LiPON": share, "Li2O": 1 - share}


def test_shares_and_shifts_without_noise() -> None:
    spectra = scan([two(share) for share in PROFILE], 1e5, SHIFTS)
    fit, warnings = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), spacing=12.0)
    for point, share, shift in zip(fit.points, PROFILE, SHIFTS, strict=True):
        assert point.shares is not None
        assert point.shares["LiPON"] == pytest.approx(share, abs=NOISE_FREE * share)
        assert point.shares["Li2O"] == pytest.approx(1 - share, abs=NOISE_FREE * (1 - share))
        assert point.shift == pytest.approx(shift, abs=0.01)
        assert point.converged
    assert [point.position for point in fit.points] == [0, 12, 24, 36, 48]
    assert fit.references_suffice
    assert fit.noise == "estimated"
    assert len(warnings) == 1
    assert "not taken as counts" in warnings[0]


def test_weights_are_multiples_of_references_as_given() -> None:
    spectrum = 300 * curves(ENERGIES)["LiPON"] + 100 * curves(ENERGIES)["Li2O"]
    scales: tuple[Scale, ...] = ("given", "area")
    for scale in scales:
        fit, _ = fit_mixture(
            ENERGIES, spectrum, references("LiPON", "Li2O"), shift=0, scale=scale, diagnose=False
        )
        point = fit.points[0]
        assert point.weights == pytest.approx({"LiPON": 300, "Li2O": 100}, rel=1e-3)
        assert point.shares is not None
        sizes = {item.name: item.area if scale == "area" else 1 for item in fit.references}
        share = 300 * sizes["LiPON"] / (300 * sizes["LiPON"] + 100 * sizes["Li2O"])
        assert point.shares["LiPON"] == pytest.approx(share, abs=2e-3)


def held(fit: MixtureFit, share: float) -> float:
    """Return in how many points the interval holds a share."""
    return float(
        np.mean(
            [
                (point.share_lows or {})["LiPON"] <= share <= (point.share_highs or {})["LiPON"]
                for point in fit.points
            ]
        )
    )


def test_intervals_of_counts_hold_the_share_in_95_percent() -> None:
    spectra = scan([two(0.3)] * 200, 8000, [0.2] * 200, seed=3)
    fit, _ = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), diagnose=False)
    assert COVERAGE[0] <= held(fit, 0.3) <= COVERAGE[1]
    # The standard errors are those of the repetitions, and chi² of good fits is 1 on average.
    for errors, values in (
        (
            [p.weight_errors["LiPON"] or 0.0 for p in fit.points],
            [p.weights["LiPON"] for p in fit.points],
        ),
        ([p.shift_error or 0.0 for p in fit.points], [p.shift for p in fit.points]),
    ):
        assert np.mean(errors) == pytest.approx(np.std(values), rel=0.2)
    assert np.mean([point.chi2_per_dof for point in fit.points]) == pytest.approx(1, abs=0.05)
    assert fit.references_suffice


def test_intervals_of_an_absent_reference_hold_zero() -> None:
    spectra = scan([two(0.0)] * 200, 3000, [0.2] * 200, seed=3)
    fit, _ = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), diagnose=False)
    # At the boundary a 95 % interval errs to one side only, in 2.5 %.
    assert 0.94 <= held(fit, 0.0) < 1
    assert np.median([(point.share_highs or {})["LiPON"] for point in fit.points]) < 0.05


def test_intervals_of_normalised_spectra_hold_the_share_in_95_percent() -> None:
    spectra = 0.01 * scan([two(0.3)] * 200, 8000, [0.2] * 200, seed=3)
    fit, _ = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), diagnose=False)
    assert COVERAGE[0] <= held(fit, 0.3) <= COVERAGE[1]
    assert np.mean([point.dispersion for point in fit.points]) == pytest.approx(0.01, rel=0.05)


def test_a_weight_of_zero_has_a_limit_and_no_standard_error() -> None:
    spectra = scan([{"LiPON": 1.0}] * 4, 3000, seed=1)
    fit, _ = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), diagnose=False)
    absent = [point for point in fit.points if point.weights["Li2O"] == 0]
    assert absent
    for point in absent:
        assert point.weight_errors["Li2O"] is None
        assert (point.share_lows or {})["Li2O"] == 0
        assert 0 < (point.share_highs or {})["Li2O"] < 0.1


def test_three_references_with_noise() -> None:
    shares = [{"LiPON": 0.5, "Li2O": 0.3, "Li3P": 0.2}] * 3
    fit, _ = fit_mixture(
        ENERGIES,
        scan(shares, 1e5, seed=2),
        references("LiPON", "Li2O", "Li3P"),
        diagnose=False,
    )
    for point in fit.points:
        assert point.shares == pytest.approx(shares[0], abs=0.03)
        assert sum((point.shares or {}).values()) == pytest.approx(1)


def test_a_missing_reference_is_seen() -> None:
    third = [0.0, 0.3, 0.0, 0.1, 0.1]
    shares = [
        {"LiPON": share, "Li2O": 1 - share, "Li3P": more}
        for share, more in zip(PROFILE, third, strict=True)
    ]
    spectra = scan(shares, 3e4, seed=0)
    pytest.importorskip("sklearn", reason="the extra eels is not installed")
    fit, warnings = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"))
    assert not fit.references_suffice
    assert fit.worst.point in {2, 4, 5}
    assert fit.free_components is not None
    assert fit.free_components.verdict == "reference missing"
    text = "\n".join(warnings)
    assert "do not describe points 2, 4, 5" in text
    assert "a reference is missing" in text
    strongest = ENERGIES[int(np.argmax(np.abs(fit.mean_residuals)))]
    assert strongest == pytest.approx(57, abs=2)
    complete, warnings = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O", "Li3P"))
    assert complete.references_suffice
    assert complete.free_components is not None
    assert complete.free_components.verdict == "not better"
    assert not warnings


def test_a_gain_is_told_from_a_missing_reference() -> None:
    spectra = 7 * scan([two(share) for share in PROFILE], 3e4, SHIFTS, seed=4)
    two_references = references("LiPON", "Li2O")
    _, warnings = fit_mixture(ENERGIES, spectra, two_references, diagnose=False)
    assert "counts times a gain (--noise estimated)" in "\n".join(warnings)
    fit, _ = fit_mixture(ENERGIES, spectra, two_references, noise="estimated", diagnose=False)
    assert fit.references_suffice
    assert np.mean([point.dispersion for point in fit.points]) == pytest.approx(7, rel=0.15)


def test_a_shift_at_its_bound_is_reported() -> None:
    spectra = scan([two(0.5)], 2e4, [0.8], seed=6)
    fit, warnings = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), shift=0.5)
    assert fit.points[0].shift == 0.5
    assert fit.points[0].shift_at_bound
    assert fit.points[0].shift_error is None
    assert "at its bound of 0.5 eV at point 1 (+0.5 eV)" in "\n".join(warnings)
    fit, _ = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), shift=1.5)
    assert fit.points[0].shift == pytest.approx(0.8, abs=0.1)
    assert not fit.points[0].shift_at_bound


@pytest.mark.parametrize("exponent", [2.0, 3.3, 4.7])
def test_a_power_law_background_is_fitted_with_the_references(exponent: float) -> None:
    # Noise-free, so that what is left is the error of two power laws for one.
    background = 4e4 * (ENERGIES / 50) ** -exponent / len(ENERGIES) * 4
    spectra = scan([two(0.3)], 4e4) + background
    fit, _ = fit_mixture(
        ENERGIES, spectra, references("LiPON", "Li2O"), background="power-law", diagnose=False
    )
    assert (fit.points[0].shares or {})["LiPON"] == pytest.approx(0.3, abs=0.01)
    assert fit.points[0].background_share == pytest.approx(
        background.sum() / spectra.sum(), abs=0.02
    )
    assert "background" in fit.worst.components


def test_a_constant_background_is_fitted_with_the_references() -> None:
    spectra = scan([two(0.3)], 3e4) + 100
    fit, _ = fit_mixture(
        ENERGIES, spectra, references("LiPON", "Li2O"), background="constant", diagnose=False
    )
    assert (fit.points[0].shares or {})["LiPON"] == pytest.approx(0.3, abs=0.005)


def test_a_point_without_counts_has_no_shares() -> None:
    spectra = scan([two(0.5), two(0.5)], 1e4, seed=8)
    spectra[1] = 0
    fit, warnings = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"), diagnose=False)
    assert fit.points[1].shares is None
    assert fit.points[1].counts == 0
    assert fit.points[1].shift == 0
    assert not fit.points[1].shift_at_bound
    assert "point 2: no counts of any reference" in "\n".join(warnings)


def test_a_reversed_axis_gives_the_same_shares() -> None:
    spectra = scan([two(0.4)], 2e4, seed=9)
    used = references("LiPON", "Li2O")
    forward, _ = fit_mixture(ENERGIES, spectra, used)
    backward, _ = fit_mixture(ENERGIES[::-1], spectra[:, ::-1], used)
    assert forward == backward


def test_references_of_another_scale_give_the_same_shares() -> None:
    spectra = scan([two(0.4)], 2e4, seed=9)
    used = references("LiPON", "Li2O")
    scaled = used | {"Li2O": Spectrum.from_arrays(GRID, 1e6 * used["Li2O"].intensity)}
    fit, _ = fit_mixture(ENERGIES, spectra, used)
    other, _ = fit_mixture(ENERGIES, spectra, scaled)
    assert other.points[0].shares == pytest.approx(fit.points[0].shares, abs=1e-6)


def test_noise_of_counted_references_is_reported() -> None:
    counted = {
        name: Spectrum.from_arrays(ENERGIES, scan([{name: 1.0}], 3e4, seed=11)[0])
        for name in ("LiPON", "Li2O")
    }
    spectra = scan([two(0.5)], 3e4, seed=12)
    _, warnings = fit_mixture(ENERGIES, spectra, counted, shift=0, diagnose=False)
    assert "its own noise adds" in "\n".join(warnings)
    assert "measure the reference longer" in "\n".join(warnings)


def test_without_scikit_learn_the_shares_are_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return original(name, *args, **kwargs)

    original = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    spectra = scan([two(share) for share in PROFILE], 2e4, seed=1)
    fit, warnings = fit_mixture(ENERGIES, spectra, references("LiPON", "Li2O"))
    assert fit.free_components is None
    assert "pip install 'liponflow[eels]'" in "\n".join(warnings)
    assert fit.points[0].shares is not None


def test_large_scale_of_counts_changes_no_share() -> None:
    spectra = scan([two(0.4)], 2e4, seed=9)
    used = references("LiPON", "Li2O")
    fits = [
        fit_mixture(ENERGIES, factor * spectra, used, noise="estimated", diagnose=False)[0]
        for factor in (1, 1e-8, 1e8)
    ]
    for fit in fits[1:]:
        assert_allclose(
            list((fit.points[0].share_highs or {}).values()),
            list((fits[0].points[0].share_highs or {}).values()),
            atol=1e-3,
        )
