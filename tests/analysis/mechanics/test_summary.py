"""Results of the model of mechanics against the printed numbers."""

import pytest

from liponflow.analysis.mechanics.indentation import (
    elastic_share,
    modulus_from_hardness,
    modulus_of,
)
from liponflow.analysis.mechanics.result import MechanicsResult
from liponflow.analysis.mechanics.summary import misfit, solve_dome
from liponflow.workflows.model import get_model

COPPER = {"modulus": 129.8, "poisson_ratio": 0.343, "external_pressure": 5.0}


@pytest.fixture(scope="module")
def published() -> MechanicsResult:
    result = get_model("mechanics").compute()
    assert isinstance(result, MechanicsResult)
    return result


def test_stress_from_chord_and_height_gives_the_thickness_back() -> None:
    measured = solve_dome(chord=20.0, height=2.0, thickness=0.7, **COPPER)
    wanted = solve_dome(chord=20.0, strain=measured.strain, stress=measured.stress, **COPPER)
    assert wanted.thickness == pytest.approx(0.7)
    assert wanted.radius == pytest.approx(measured.radius)
    assert wanted.height_ratio == pytest.approx(0.1)


def test_printed_stresses_are_a_shell_in_the_thin_limit(published: MechanicsResult) -> None:
    assert [dome.stress for dome in published.domes] == [0.151, 0.503]
    for dome in published.domes:
        assert dome.thin_shell_stress == pytest.approx(dome.stress, rel=0.03)
        assert dome.lame_stress == pytest.approx(dome.stress, rel=0.003)
    assert any("flowed" in warning for warning in published.warnings)


def test_misfit_in_the_limit_of_small_changes() -> None:
    found = misfit("film", 0.3, modulus=60.0, poisson_ratio=0.25, hardness=3.0)
    assert found.linear_strain == pytest.approx(0.1, rel=2e-3)  # a third of the volume
    assert found.stress == pytest.approx(60 * 0.001 / 0.75, rel=2e-3)
    shrinking = misfit("film", -11.0, modulus=33.0, poisson_ratio=0.25, hardness=2.7)
    assert shrinking.stress < 0 < shrinking.yield_ratio


def test_softer_film_has_less_misfit(published: MechanicsResult) -> None:
    stress = {(item.film, item.volume_change): item.stress for item in published.misfits}
    assert stress["freestanding", 11.0] == pytest.approx(1.56, abs=0.01)
    for change in (11.0, 13.0):
        ratio = stress["sputtered", change] / stress["freestanding", change]
        assert ratio == pytest.approx(77 / 33)


def test_printed_modulus_follows_from_the_hardness(published: MechanicsResult) -> None:
    soft, hard = published.indentations
    assert soft.modulus_from_hardness == pytest.approx(33.0)
    # The sputtered film cannot have the same recovered work.
    assert hard.modulus_from_hardness < 0.7 * hard.modulus
    assert any(warning.startswith("sputtered: ") for warning in published.warnings)


def test_recovered_work_in_the_limit_of_a_rigid_tip() -> None:
    # Diamond hardly matters below a soft film: E_r -> E / (1 - nu²).
    assert elastic_share(0.01, 1.0, 0.3) == pytest.approx(5 * 0.01 * 0.91, rel=2e-3)
    assert modulus_from_hardness(0.01, elastic_share(0.01, 1.0, 0.3), 0.3) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="no film below a diamond tip"):
        modulus_of(1200.0, 0.3)


def test_stress_of_a_dome_without_lengths_needs_the_stress() -> None:
    with pytest.raises(ValueError, match="chord"):
        solve_dome(strain=0.02, thickness=1.0, **COPPER)
