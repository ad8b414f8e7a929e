import numpy as np
import pytest
from stability_entries import formation_entries, lipon, phase

from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal
from liponflow.analysis.stability.uncertainty import window_uncertainty

SAMPLES = 150
SPREAD = 4 / np.sqrt(2 * SAMPLES)  # four standard errors of a standard deviation


def test_zero_errors_give_zero_spread() -> None:
    entries, _ = lipon()
    found = window_uncertainty(entries, phase("Li2PO2N"), independent=0.0, shared={}, samples=2)
    assert found.low_mean == pytest.approx(0.677, abs=2e-3)
    assert (found.low_std, found.high_std) == (
        pytest.approx(0, abs=1e-9),
        pytest.approx(0, abs=1e-9),
    )
    assert found.share_with_window == 1
    assert {p.phase for p in found.products if p.where == "at 0 V"} == {"Li2O", "Li3N", "Li3P"}
    assert all(p.share == 1 and p.certain and p.predicted for p in found.products)


def test_spread_of_a_single_oxide_is_the_analytic_one() -> None:
    """The limit is -E(f)/2 per formula: an error s per atom, 3 atoms, 2 Li gives 3 s / 2 V."""
    entries = formation_entries({"Li2O": -2.0})
    oxide = crystal("Li2O", entries, Hull.of(entries))
    own = window_uncertainty(entries, oxide, independent=0.03, shared={}, samples=SAMPLES)
    assert own.high_std == pytest.approx(0.045, rel=SPREAD)
    assert own.high_mean == pytest.approx(3.0, abs=4 * 0.045 / np.sqrt(SAMPLES))
    assert own.high_interval == pytest.approx((3 - 1.96 * 0.045, 3 + 1.96 * 0.045), abs=0.05)
    # Error shared per O: one O per 2 Li.
    common = window_uncertainty(
        entries, oxide, independent=0.0, shared={"O": 0.04}, samples=SAMPLES
    )
    assert common.high_std == pytest.approx(0.02, rel=SPREAD)


def test_shared_anion_error_cancels_unless_the_anion_is_released() -> None:
    """Only oxidation of LiPO3 releases O2, so only its limit depends on the error of O."""
    entries = formation_entries(
        {"Li2O": -2.07, "Li3P": -0.7, "Li3PO4": -2.77, "P2O5": -2.46, "LiPO3": -2.72}
    )
    found = window_uncertainty(
        entries,
        crystal("Li3PO4", entries, Hull.of(entries)),
        independent=0.0,
        shared={"O": 0.05},
        samples=30,
    )
    assert found.low_std < 1e-4
    assert found.high_std > 0.02


def test_seed_determines_the_draws() -> None:
    entries = formation_entries({"Li2O": -2.0})
    oxide = crystal("Li2O", entries, Hull.of(entries))
    first, again, other = (
        window_uncertainty(entries, oxide, samples=5, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.high_mean != other.high_mean


def test_products_with_close_competitors_are_uncertain() -> None:
    entries, _ = lipon()
    found = window_uncertainty(entries, phase("Li2PO2N"), samples=25)
    at_zero = {p.phase: p for p in found.products if p.where == "at 0 V"}
    assert at_zero["Li2O"].certain
    assert at_zero["Li3P"].certain
    # Li3N and Li7PN4 are 3 meV/atom apart.
    assert not at_zero["Li3N"].certain
    assert at_zero["Li3N"].predicted
    assert not at_zero["Li7PN4"].predicted
    assert 0 < found.low_std < 0.2


def test_invalid_errors_are_refused() -> None:
    entries, _ = lipon()
    with pytest.raises(ValueError, match="standard errors must be 0 or more"):
        window_uncertainty(entries, phase("Li3P"), independent=-0.1)
    with pytest.raises(ValueError, match="at least one draw"):
        window_uncertainty(entries, phase("Li3P"), samples=0)
