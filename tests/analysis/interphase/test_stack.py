"""Stacks of layers against hand arithmetic."""

import pytest

from liponflow.analysis.interphase.mixing import Mixing
from liponflow.analysis.interphase.stack import (
    MixedLayer,
    area_resistance,
    leakage_current,
    potential_profile,
)

EXACT = 1e-9
IONIC = {"Li2O": 1e-12, "Li3N": 1e-4, "LiPON": 2.3e-6}


@pytest.mark.parametrize(
    ("thickness", "phase", "resistance"),
    # t / σ: 21.1e-7 / 1e-12, 11.6e-7 / 1e-4, 1e-4 / 2.3e-6.
    [(21.1, "Li2O", 2.11e6), (11.6, "Li3N", 0.0116), (1000.0, "LiPON", 43.478260869565)],
)
def test_pure_layers(thickness: float, phase: str, resistance: float) -> None:
    for mixing in Mixing:
        layer = MixedLayer(thickness, {phase: 1.0})
        assert area_resistance(layer, IONIC, mixing) == pytest.approx(resistance, rel=EXACT)


def test_a_layer_in_series_is_the_sum_of_its_parts() -> None:
    whole = area_resistance(MixedLayer(10, {"Li2O": 0.3, "Li3N": 0.7}), IONIC, Mixing.SERIES)
    parts = [MixedLayer(3, {"Li2O": 1.0}), MixedLayer(7, {"Li3N": 1.0})]
    assert whole == pytest.approx(
        sum(area_resistance(part, IONIC, Mixing.SERIES) for part in parts), rel=EXACT
    )


def test_potential_is_linear_in_a_uniform_stack_and_falls_where_it_resists() -> None:
    uniform = potential_profile([1.0] * 4, [2.0] * 4, 4.0)
    assert uniform == pytest.approx([0, 1, 2, 3, 4], abs=EXACT)
    # A layer that blocks electrons takes the whole potential.
    blocked = potential_profile([1.0, 1.0, 1.0], [1.0, 1e12, 1.0], 4.0)
    assert blocked == pytest.approx([0, 0, 4, 4], abs=1e-9)


def test_leakage_is_that_of_the_sum() -> None:
    # 3.7 µm of 1.2e-14 S/cm: 3.08e10 Ω cm².
    assert leakage_current([3.7e-4 / 1.2e-14], 1.0) == pytest.approx(3.243e-11, rel=1e-3)
