"""Tests of what is fitted: channels, references and what is refused of them."""

from collections.abc import Mapping

import numpy as np
import pytest
from tests.support.mixtures import ENERGIES, GRID, curves, peak, references, scan

from liponflow.analysis.eels.mixture_problem import CONDITION_LIMIT, Problem, mixture_problem
from liponflow.analysis.eels.mixture_result import Background
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.arrays import FloatArray

MIXTURE = {"LiPON": 0.5, "Li2O": 0.5}


def problem(
    used: Mapping[str, Spectrum],
    counts: FloatArray | None = None,
    *,
    window: tuple[float, float] | None = None,
    shift: float = 0.5,
    background: Background = "none",
    energies: FloatArray = ENERGIES,
) -> Problem:
    counts = scan([MIXTURE], 1e4) if counts is None else counts
    return mixture_problem(
        energies, counts, used, window=window, shift=shift, background=background, scale="area"
    )


def cut(name: str, low: float, high: float) -> Spectrum:
    inside = (low <= GRID) & (high >= GRID)
    return Spectrum.from_arrays(GRID[inside], curves(GRID)[name][inside])


def test_channels_are_those_that_every_reference_covers_at_every_shift() -> None:
    used = references("LiPON") | {"Li2O": cut("Li2O", 54.85, 72.15)}
    found = problem(used, shift=0.5)
    assert found.energies[0] == 55.5
    assert found.energies[-1] == 71.5
    assert np.isfinite(found.components.at(0.5)).all()
    assert np.isfinite(found.components.at(-0.5)).all()
    with pytest.raises(ValueError, match=r"--window 52 70: reference Li2O covers 55\.[34]"):
        problem(used, window=(52, 70))


def test_a_reference_that_does_not_overlap_is_refused() -> None:
    far = Spectrum.from_arrays(GRID + 400, curves(GRID)["Li2O"])
    with pytest.raises(
        ValueError, match=r"reference Li2O covers 445 to 484\.9 eV and none.*same edge"
    ):
        problem(references("LiPON") | {"Li2O": far})
    kev = Spectrum.from_arrays(GRID / 1000, curves(GRID)["Li2O"])
    with pytest.raises(ValueError, match="Li2O seem to be in keV: multiply them by 1000"):
        problem(references("LiPON") | {"Li2O": kev})
    with pytest.raises(ValueError, match="of the spectra seem to be in keV"):
        problem(references("LiPON"), energies=ENERGIES / 1000, shift=0)


def test_the_same_reference_twice_is_refused() -> None:
    used = references("LiPON")
    again = Spectrum.from_arrays(GRID, 3 * used["LiPON"].intensity)
    with pytest.raises(ValueError, match=r"LiPON and copy are the most alike.*leave one out"):
        problem(used | {"copy": again})


def test_nearly_collinear_references_are_reported() -> None:
    used = references("LiPON", "Li2O")
    alike = Spectrum.from_arrays(GRID, used["LiPON"].intensity + 0.02 * peak(GRID, 62, 2))
    found = problem(used | {"glass": alike})
    assert CONDITION_LIMIT < found.condition < 1e4
    assert len(found.warnings) == 1
    assert "LiPON and glass are the most alike" in found.warnings[0]
    assert "above 30" in found.warnings[0]
    assert not problem(used).warnings


def test_a_reference_like_its_background_is_refused() -> None:
    flat = {"flat": Spectrum(energies=[45.0, 85.0], intensities=[1.0, 1.0])}
    with pytest.raises(ValueError, match="flat and the background are the most alike"):
        problem(flat, background="constant")


def test_negative_references() -> None:
    used = references("LiPON")
    slightly = used["LiPON"].intensity - 0.0201
    found = problem({"LiPON": Spectrum.from_arrays(GRID, slightly)})
    assert found.warnings == ["reference LiPON: negative intensities are set to 0"]
    with pytest.raises(ValueError, match=r"reference LiPON is negative, -0\.48"):
        problem({"LiPON": Spectrum.from_arrays(GRID, used["LiPON"].intensity - 0.5)})


def test_a_reference_without_intensity_in_the_window_is_refused() -> None:
    narrow = Spectrum.from_arrays(GRID, np.where(GRID > 75, 1.0, 0.0))
    with pytest.raises(ValueError, match=r"reference Li2O has no intensity from 55 to 65 eV"):
        problem(references("LiPON") | {"Li2O": narrow}, window=(55, 65))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": (65.0, 60.0)}, "lower energy first"),
        ({"window": (90.0, 95.0)}, r"no channel there, the spectra cover 50 to 79\.75"),
        ({"window": (60.0, 61.0)}, r"5 channels.*at least 8"),
        ({"shift": -1.0}, "at least 0 eV"),
        ({"shift": float("nan")}, "at least 0 eV"),
        ({"shift": 30.0}, "none of the fitted"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        problem(references("LiPON", "Li2O"), **arguments)  # type: ignore[arg-type]


def test_no_reference_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no reference: give at least one spectrum"):
        problem({})


def test_a_power_law_needs_positive_energies() -> None:
    with pytest.raises(ValueError, match=r"no value at -1 eV: choose a --window above 0"):
        problem(references("LiPON"), energies=ENERGIES - 51, background="power-law")


def test_damaged_channels_are_not_fitted() -> None:
    counts = np.round(scan([MIXTURE] * 3, 3e5))
    counts[:, 40] = 0
    counts[1] = np.minimum(counts[1], 5000)
    found = problem(references("LiPON", "Li2O"), counts)
    assert ENERGIES[40] in found.excluded
    assert ENERGIES[40] not in found.energies
    assert found.warnings[0] == "dark channels are not fitted: 60 eV"
    assert found.warnings[1].startswith("saturated channels are not fitted")
    assert len(found.excluded) > 4
