"""The model of a space charge as a result."""

from typing import Any

import numpy as np
import pytest

from liponflow.analysis.space_charge.result import SpaceChargeResult
from liponflow.workflows.model import get_model

CATHODE = {
    "name": "LiCoO2", "permittivity": 10.0, "sites": 3.1e22,
    "interstitial": 0.83, "vacancy": -0.13,
}  # fmt: skip


def compute(**overrides: Any) -> SpaceChargeResult:
    result = get_model("space_charge").compute(overrides=overrides)
    assert isinstance(result, SpaceChargeResult)
    return result


def test_preset_has_the_printed_bending_of_the_cathode() -> None:
    result = compute()
    cathode, electrolyte = result.layers
    assert cathode.bending == pytest.approx(-0.3, abs=0.005)  # downwards
    # Li leaves the cathode for the electrolyte.
    assert cathode.lithium == pytest.approx(-electrolyte.lithium)
    assert cathode.lithium < 0
    assert cathode.vacancies[0] > cathode.interstitials[0]
    assert electrolyte.interstitials[0] > electrolyte.vacancies[0]
    assert result.warnings == []


def test_potential_is_continuous_from_bulk_to_bulk() -> None:
    result = compute()
    cathode, electrolyte = result.layers
    assert cathode.potential[0] == pytest.approx(electrolyte.potential[0])
    assert cathode.potential[-1] == pytest.approx(0.0, abs=1e-3)
    assert electrolyte.potential[-1] == pytest.approx(result.drop, abs=1e-3)
    assert np.interp(cathode.width, cathode.depth, cathode.potential) == pytest.approx(
        cathode.drop / np.e, rel=0.02
    )


def test_drop_is_the_difference_of_the_levels() -> None:
    assert compute().drop == pytest.approx(0.48)
    reversed_ = compute(cathode=CATHODE | {"interstitial": -0.13, "vacancy": 0.83})
    assert reversed_.drop == pytest.approx(-0.48)
    assert reversed_.layers[0].bending == pytest.approx(-compute().layers[0].bending)


def test_equal_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no space charge"):
        compute(cathode=CATHODE | {"interstitial": 0.35, "vacancy": 0.35})


def test_phase_without_defects_is_refused() -> None:
    with pytest.raises(ValueError, match="screen nothing"):
        compute(cathode=CATHODE | {"interstitial": 4.0, "vacancy": 2.0}, temperature=100)


def test_unstable_pair_of_defects_is_refused() -> None:
    with pytest.raises(ValueError, match=r"together cost -0\.1 eV"):
        compute(cathode=CATHODE | {"interstitial": 0.1, "vacancy": -0.2})


def test_short_and_crowded_layers_are_doubtful() -> None:
    dense = CATHODE | {"interstitial": 0.7, "vacancy": -0.6}
    told = " ".join(compute(cathode=dense).warnings)
    assert "a continuum is doubtful" in told
    assert "defects so close interact" in told


def test_large_drops_at_low_temperature_have_finite_numbers() -> None:
    result = compute(cathode=CATHODE | {"interstitial": 5.0, "vacancy": -4.9}, temperature=80)
    assert result.drop == pytest.approx(4.95)
    assert result.layers[0].occupied <= 100 * (1 + 1e-9)
