import pytest

from liponflow.analysis.interface.result import BrokenBonds, InterfaceResult
from liponflow.analysis.line_scan.result import ElementProfile, LineScanResult
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.report import values
from liponflow.report.findings import Finding


@pytest.fixture
def lithiation(by_kind: dict[str, Finding]) -> LithiationResult:
    result = by_kind["lithiation"].result
    assert isinstance(result, LithiationResult)
    return result


def test_mean_voltage_is_the_energy_between_the_ends(lithiation: LithiationResult) -> None:
    """The mean over a staircase is fixed by its ends: -(E(x2) - E(x1)) / (x2 - x1) + E(Li)."""
    first, last = lithiation.state(1.0), lithiation.state(2.0)
    assert first is not None
    assert last is not None
    assert lithiation.li_energy_per_atom is not None
    gained = first.energy_per_formula - last.energy_per_formula
    expected = gained + lithiation.li_energy_per_atom
    assert values.mean_voltage(lithiation, 1.0, 2.0) == pytest.approx(expected, abs=2e-3)


def test_mean_voltage_beyond_the_contents_is_none(lithiation: LithiationResult) -> None:
    assert values.mean_voltage(lithiation, 1.0, 3.0) is None
    assert values.mean_voltage(lithiation, 0.25, 1.0) is None


def test_mean_voltage_across_a_gap_is_none(lithiation: LithiationResult) -> None:
    gap = [step for step in lithiation.voltages if step.x_low != 0.5]
    assert values.mean_voltage(lithiation.model_copy(update={"voltages": gap}), 0, 2) is None


def test_elongation_needs_every_state(lithiation: LithiationResult) -> None:
    assert values.elongated(lithiation, above=1.0) is True
    flat = [state.model_copy(update={"c_over_a": 0.99}) for state in lithiation.states]
    assert values.elongated(lithiation.model_copy(update={"states": flat}), above=1.0) is False
    assert values.elongated(lithiation, above=2.0) is None


def test_shares_of_a_glass(by_kind: dict[str, Finding]) -> None:
    glass = by_kind["glass"].result
    shares = {item.name: item.share for item in glass.mean.li_environments}
    expected = shares["Li[O4]"] + shares["Li[O3N]"] + shares["Li[O2N2]"]
    assert values.lithium_tetrahedra(glass) == pytest.approx(expected)
    assert values.occurs(glass, "units", "Q0_0") is True
    assert values.occurs(glass, "units", "Q3_3") is False
    assert values.glass_transition(glass) is None
    assert values.apical_over_oxygen(glass) is None


def test_products_of_the_first_oxidation(by_kind: dict[str, Finding]) -> None:
    result = by_kind["stability"].result
    assert values.oxidation_products(result) == ["N2", "Li4P2O7", "P4N6O"]
    assert values.formation_energy(result, "Li3P") == pytest.approx(-0.634, abs=1e-3)
    assert values.formation_energy(result, "Li99P") is None
    assert "Li2O" in (values.layer_phases(result) or [])
    assert "Li3PO4" in (values.electrode_products(result) or [])


def test_first_bond_needs_a_long_run_in_which_bonds_broke() -> None:
    bond = BrokenBonds.model_construct(bond="P-N (bridging)", broken_share=0.5)
    run = InterfaceResult.model_construct(
        duration=12.0, bonds=[bond], first_broken="P-N (bridging)"
    )
    assert values.first_bond(run) == "P-N (bridging)"
    assert values.first_bond(run.model_copy(update={"duration": 1.05})) is None
    assert values.first_bond(run.model_copy(update={"duration": None})) is None
    whole = bond.model_copy(update={"broken_share": 0.0})
    assert values.first_bond(run.model_copy(update={"bonds": [whole]})) is None


@pytest.mark.parametrize(
    ("unit", "elements", "width", "level"),
    [
        ("nm", ("P", "N"), 76.0, None),
        ("s", ("P", "N"), None, 54.0),
        ("nm", ("Mn", "O"), None, None),
        ("s", ("Mn", "O"), None, None),
    ],
)
def test_lengths_and_steps_of_etching_are_not_compared_with_each_other(
    unit: str, elements: tuple[str, ...], width: float | None, level: float | None
) -> None:
    profiles = [
        ElementProfile.model_construct(element=name, origin="measured", seen_from=54.0)
        for name in elements
    ]
    scan = LineScanResult.model_construct(unit=unit, width=76.0, profiles=profiles)
    assert values.interphase_width(scan) == width
    assert values.etching_level(scan, "N") == level
