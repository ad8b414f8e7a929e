"""Lowest states of a lithiation with a better engine, beside those of the campaign's."""

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.refinement import Reference, RungState, refined_states
from liponflow.analysis.result import Calculation, EngineInfo

BETTER = EngineInfo(name="better", version="2", functional="PBE", surrogate=False)
CELL = Structure(Lattice.cubic(4.0), ["Ni"], [[0, 0, 0]])
FORMULA_UNITS = 2
BEFORE = Reference({0.0: -10.0, 0.5: -12.0, 1.0: -16.0}, li_energy=-2.0)


def calculation(
    energy: float, *, converged: bool = True, engine: EngineInfo = BETTER
) -> Calculation:
    return Calculation(
        engine=engine,
        structure=CELL,
        energy=energy,
        max_force=0.01 if converged else 0.3,
        force_limit=0.05,
        converged=converged,
        ionic_steps=5,
    )


METAL = calculation(-1.5)


def states(*energies: float | None) -> list[RungState]:
    """Return states at x = 0, 0.5 and 1 with energies per formula unit."""
    return [
        RungState(
            n_li=n_li,
            geometry_of="cheap 1",
            relaxed=False,
            calculation=None if energy is None else calculation(FORMULA_UNITS * energy),
        )
        for n_li, energy in enumerate(energies)
    ]


def test_voltages_of_both_engines_stand_between_the_same_contents() -> None:
    found, voltages, warnings = refined_states(
        "better 2", states(-20.0, -22.9, -25.5), METAL, BEFORE, formula_units=FORMULA_UNITS
    )
    assert warnings == []
    # 0.5 lies on the hull of the better engine only.
    assert [state.energy_above_hull for state in found] == [0.0, 0.0, 0.0]
    assert [state.above_hull_before for state in found] == pytest.approx([0.0, 1.0, 0.0])
    assert [(v.x_low, v.x_high) for v in voltages] == [(0.0, 0.5), (0.5, 1.0)]
    assert [v.voltage for v in voltages] == pytest.approx([5.8 - 1.5, 5.2 - 1.5])
    assert [v.voltage_before for v in voltages] == pytest.approx([4.0 - 2.0, 8.0 - 2.0])
    assert {state.states for state in found} == {"single point"}


def test_failed_state_is_left_out_of_both_hulls() -> None:
    found, voltages, warnings = refined_states(
        "better 2", states(-20.0, None, -25.5), METAL, BEFORE, formula_units=FORMULA_UNITS
    )
    assert [state.energy_per_formula for state in found] == [-20.0, None, -25.5]
    assert found[1].above_hull_before is None
    [step] = voltages
    assert (step.x_low, step.x_high) == (0.0, 1.0)
    assert step.voltage == pytest.approx(5.5 - 1.5)
    assert warnings == [
        "better 2, x = 0.5: the calculation failed; the run's report names its directory and cause"
    ]


@pytest.mark.parametrize(
    ("metal", "complaint"),
    [
        (None, "no voltages: Li metal: its relaxation failed"),
        (calculation(-1.5, converged=False), "no voltages: Li metal: largest force 0.300"),
        (
            calculation(-1.5, engine=BETTER.model_copy(update={"functional": "LDA"})),
            r"no voltages: Li metal: functional (LDA and PBE)",
        ),
    ],
)
def test_without_metal_on_the_scale_of_the_states_there_are_no_voltages(
    metal: Calculation | None, complaint: str
) -> None:
    found, voltages, warnings = refined_states(
        "better 2", states(-20.0, -22.9, -25.5), metal, BEFORE, formula_units=FORMULA_UNITS
    )
    assert voltages == []
    assert len(found) == 3
    assert complaint in warnings[0]


def test_state_of_another_method_is_not_combined() -> None:
    mixed = states(-20.0, -22.9, -25.5)
    other = calculation(-30.0, engine=BETTER.model_copy(update={"functional": "LDA"}))
    mixed[1] = mixed[1].model_copy(update={"calculation": other})
    found, voltages, _ = refined_states(
        "better 2", mixed, METAL, BEFORE, formula_units=FORMULA_UNITS
    )
    assert found[1].energy_per_formula is None
    assert "on another scale than the other states: functional (PBE and LDA)" in (
        found[1].reason or ""
    )
    assert len(voltages) == 1
