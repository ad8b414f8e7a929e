"""The material of a campaign: its energy on the scale of the entries and thermal terms."""

from typing import Any

import pytest
from pymatgen.core import Composition

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.gases import ThermalZero, free_energy
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.materials import Material
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.stability import TOPIC, StabilityParameters
from liponflow.workflows.stability.material import (
    excluded_names,
    heated_phases,
    material_of,
    without_excluded,
)

GLASS = GlassEnergy(
    formula="Li2.98PO3.3N0.46",
    energy_per_atom=-6.0,
    spread=0.01,
    n_models=3,
    scale="made up",
    uuid="abcd1234-0000",
)


ENERGIES = {"Li": -2.0, "P": -5.0, "O2": -10.0, "N2": -16.0}
"""eV per formula."""


def entries(scale: str = "made up; gases by reference", **more: float) -> EntrySet:
    return EntrySet.build(
        [
            Entry(name=name, composition=Composition(name).get_el_amt_dict(), energy=e, source="-")
            for name, e in {**ENERGIES, **more}.items()
        ],
        scale=scale,
        kind="total",
    )


def parameters(**overrides: Any) -> StabilityParameters:
    return load_parameters(StabilityParameters, TOPIC, "quick", {"electrode": None} | overrides)


def glass_of(energy: float, scale: str = "made up; gases by reference") -> Material:
    glass = GLASS.model_copy(update={"energy_per_atom": energy})
    return material_of(parameters(), entries(scale), glass)


def test_energy_of_a_glass_is_the_mean_of_its_models() -> None:
    # On a hull of elements only, this is the weighted mean of their energies.
    elements = (2.98 * -2 + 1 * -5 + 3.3 * -5 + 0.46 * -8) / 7.74
    found = glass_of(elements + 0.03)
    assert found.formula == "Li2.98PO3.3N0.46"
    assert found.above_hull == pytest.approx(0.03)
    assert found.energy_source == "glass result abcd1234: mean of 3 models, spread 10 meV/atom"


def test_glass_on_another_scale_is_refused() -> None:
    with pytest.raises(ValueError, match=r"energies on two scales .* give above_hull"):
        glass_of(-4.0, scale="Materials Project 2019, formation energies")


def test_composition_without_entry_is_assumed_on_the_hull() -> None:
    found = material_of(parameters(composition="Li2.98PO3.3N0.46"), entries(), None)
    assert found.above_hull == 0
    assert "assumed to lie on the hull" in found.energy_source


def test_excluded_formulas_match_in_any_order_of_elements() -> None:
    found = entries(Li2PO2N=-40.0)
    assert excluded_names(parameters(exclude="Li2PO2N, Li"), found) == ["Li2PO2N", "Li"]
    renamed = found.model_copy(
        update={
            "entries": tuple(
                e.model_copy(update={"name": "Li2PNO2"}) if e.name == "Li2PO2N" else e
                for e in found.entries
            )
        }
    )
    left = without_excluded(renamed, parameters(exclude="Li2PO2N"))
    assert {e.formula for e in renamed.entries} - {e.formula for e in left.entries} == {"Li2PO2N"}


def test_thermal_terms_of_gases_come_from_tables() -> None:
    cold = entries(Li2O=-20.0)
    material = material_of(parameters(composition="Li2O"), cold, None)
    warm, notes = heated_phases(
        cold, material, parameters(composition="Li2O", temperature=300, gas_pressure=0.2), None
    )
    assert warm.temperature == 300
    added = warm.named("O2").energy_per_atom - cold.named("O2").energy_per_atom
    # Uncorrected energies are static: no enthalpy at 298 K, unlike those of a file.
    expected = free_energy("O", 300, pressure=0.2, zero=ThermalZero.STATIC)
    assert added == pytest.approx(expected)
    assert warm.named("Li2O").energy == cold.named("Li2O").energy
    assert any("solids have no entropy" in note for note in notes)
