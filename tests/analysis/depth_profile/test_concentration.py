"""Concentrations from counts."""

from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.depth_profile.concentration import (
    TRITON,
    Profile,
    Reference,
    bin_edges,
    from_counts,
    from_table,
    is_concentration,
)
from liponflow.analysis.measured.table import Table, TableError

ENERGY = 2300.0 + np.arange(200.0)
REFERENCE = Reference(density=1e15, counts=1e5, time=1000.0, error=0.01)


def table(counts: np.ndarray, name: str = "counts") -> Table:
    return Table(Path("x.csv"), [f"energy (keV), {name}"], np.column_stack([ENERGY, counts]))


def test_energy_of_the_triton_follows_from_the_masses() -> None:
    """Two particles from one at rest; nuclei of AME2020 (M. Wang et al., 2021), in keV."""
    unit, electron = 931_494.102_42, 510.998_95
    lithium, neutron = 6.015_122_887_4 * unit - 3 * electron, 1.008_664_915_9 * unit
    alpha, triton = 4.002_603_254_1 * unit - 2 * electron, 3.016_049_281_3 * unit - electron
    whole = lithium + neutron
    energy = ((whole - triton) ** 2 - alpha**2) / (2 * whole)
    assert pytest.approx(energy, abs=0.5) == TRITON


def test_equation_3_2_with_round_numbers() -> None:
    # As many counts as the reference, in one second each: the ratio of the cross-sections.
    counts = np.full(200, 100.0)
    found = from_counts(table(counts), 1.0, REFERENCE, None, lithium_6=0.0759)
    assert found.values[0] == pytest.approx(1e15 * 3835 / 940 / 0.0759)


def test_counting_errors_are_those_of_repeated_counts() -> None:
    rng = np.random.default_rng(0)
    background = (table(np.full(200, 40.0)), 2000.0)
    drawn = [
        from_counts(
            table(rng.poisson(90.0, 200)), 1000.0, REFERENCE, background, lithium_6=0.0759
        ).binned(bin_edges(ENERGY, 22.0, 2300.0))
        for _ in range(300)
    ]
    scatter = np.std([profile.values for profile in drawn], axis=0)[:8]
    stated = np.mean([np.sqrt(profile.variance) for profile in drawn], axis=0)[:8]
    # The background is the same in all, so that only its share of the variance is missing.
    assert scatter == pytest.approx(stated * np.sqrt(90 / (90 + 10)), rel=0.15)
    assert REFERENCE.relative_error == pytest.approx(np.hypot(0.01, 1e5**-0.5))


def test_bins_hold_every_channel_once() -> None:
    profile = Profile(ENERGY, np.ones(200), np.ones(200))
    edges = bin_edges(ENERGY, 22.0, 2358.0)
    assert 2358.0 in edges
    assert profile.binned(edges).values.sum() == 200
    assert profile.minus(profile).binned(edges).variance.sum() == 400


def test_concentrations_are_known_by_their_heading() -> None:
    named = table(np.ones(200), "Li (atoms/cm2)")
    assert is_concentration(named)
    assert from_table(named).variance is None
    assert not is_concentration(table(np.ones(200)))


@pytest.mark.parametrize(
    ("counts", "background", "message"),
    [
        (np.full(200, -1.0), None, "counts are negative"),
        (np.ones(200), np.array([[1.0, 2.0], [2.0, 2.0]]), "its channels are not those of x.csv"),
    ],
)
def test_unusable_counts_are_refused(counts, background, message: str) -> None:
    other = None if background is None else (Table(Path("b.csv"), [], background), 1.0)
    with pytest.raises(TableError, match=message):
        from_counts(table(counts), 1.0, REFERENCE, other, lithium_6=0.0759)


def test_far_too_fine_bins_are_refused() -> None:
    with pytest.raises(TableError, match="choose a higher --resolution"):
        bin_edges(ENERGY, 1e-3, 2358.0)
