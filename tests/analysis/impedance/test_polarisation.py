"""Conductivity from the current under constant voltage."""

from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.impedance.geometry import Geometry
from liponflow.analysis.impedance.polarisation import polarisation_result
from liponflow.analysis.impedance.published import published_film
from liponflow.analysis.measured.table import Table, TableError
from liponflow.analysis.provenance import file_provenance

FILM = published_film({"Li", "P", "O", "N"})
GEOMETRY = Geometry(FILM.thickness, area=0.5, area_error=0.005)
TIME = np.arange(0.0, 36000.0, 20.0)
STEADY = FILM.electronic * FILM.voltage / GEOMETRY.constant


MADE = file_provenance([], {}, "i.csv")


def measured(noise: float = 0.05, seed: int = 0, tau: float = 2000.0, **given: object):
    current = STEADY * (1 + 300 * np.exp(-TIME / tau))
    current = current + np.random.default_rng(seed).normal(0, noise * STEADY, len(TIME))
    table = Table(Path("i.csv"), [], np.column_stack([TIME, current]))
    options = {"voltage": FILM.voltage, "steady_from": None, "material": "LiPON"} | given
    return polarisation_result(table, GEOMETRY, MADE, **options)


def test_the_published_conductivity_comes_back_from_its_current() -> None:
    assert STEADY / GEOMETRY.area == pytest.approx(3.24e-11, rel=0.01)
    result = measured()
    assert result.conductivity == pytest.approx(FILM.electronic, rel=0.02)
    assert result.conductivity_low < FILM.electronic < result.conductivity_high
    assert result.converged


def test_intervals_hold_the_truth_as_often_as_they_say_or_more() -> None:
    inside = 0
    for seed in range(100):
        result = measured(noise=0.3, seed=seed, tau=500.0)
        inside += result.conductivity_low <= FILM.electronic <= result.conductivity_high
    # The drift, which is noise here, widens them.
    assert inside >= 93


def test_a_current_that_still_falls_is_not_steady() -> None:
    result = measured(tau=8000.0)
    assert "is not steady" in result.warnings[0]
    assert not result.converged


def test_noise_alone_gives_an_upper_limit() -> None:
    current = np.random.default_rng(3).normal(0, 1e-12, len(TIME))
    current -= current[-360:].mean()
    table = Table(Path("i.csv"), [], np.column_stack([TIME, current]))
    result = polarisation_result(
        table, GEOMETRY, file_provenance([], {}, "i.csv"), voltage=1.0, steady_from=None,
        material="LiPON",
    )  # fmt: skip
    assert result.conductivity_low == 0
    assert any("within its noise" in text for text in result.warnings)


def test_a_short_steady_range_is_refused() -> None:
    with pytest.raises(TableError, match="choose a lower --steady-from"):
        measured(steady_from=35900.0)
