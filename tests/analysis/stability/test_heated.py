"""Phases that need phonons, and free energies of all phases."""

import pytest
from pymatgen.core.composition import Composition

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.gases import ThermalZero, free_energy
from liponflow.analysis.stability.heated import heated, stable_solids
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import Material, named_material

ENERGIES = {"Li": -2.0, "O2": -10.0, "N2": -16.0, "Li2O": -20.0, "Li2O2": -10.0, "Li3N": -20.0}
"""eV per formula; Li2O2 lies above the hull."""


@pytest.fixture
def cold() -> EntrySet:
    return EntrySet.build(
        [
            Entry(name=name, composition=Composition(name).get_el_amt_dict(), energy=e, source="-")
            for name, e in ENERGIES.items()
        ],
        scale="made up",
        kind="total",
    )


@pytest.fixture
def oxide(cold: EntrySet) -> Material:
    return named_material("Li2O", cold, Hull.of(cold))


def test_stable_solids_are_on_the_hull_and_exclude_gases(cold: EntrySet, oxide: Material) -> None:
    assert {entry.name for entry in stable_solids(cold, oxide)} == {"Li", "Li2O"}


@pytest.mark.parametrize("zero", ThermalZero)
def test_without_phonons_only_gases_have_thermal_energies(
    cold: EntrySet, oxide: Material, zero: ThermalZero
) -> None:
    warm, notes = heated(cold, oxide, None, temperature=300, gas_pressure=0.2, zero=zero)
    added = warm.named("O2").energy_per_atom - cold.named("O2").energy_per_atom
    assert added == pytest.approx(free_energy("O", 300, pressure=0.2, zero=zero))
    assert warm.named("Li2O").energy == cold.named("Li2O").energy
    assert {entry.name for entry in warm.entries} == {"Li", "O2", "Li2O", "Li2O2"}
    assert any("solids have no entropy" in note for note in notes)


def test_missing_phonons_of_stable_solids_are_refused(cold: EntrySet, oxide: Material) -> None:
    options = {"temperature": 300, "gas_pressure": 1, "zero": ThermalZero.STATIC}
    with pytest.raises(ValueError, match="Li"):  # no reference remains for Li
        heated(cold, oxide, [None], **options)


def test_given_energy_of_a_glass_takes_precedence(cold: EntrySet) -> None:
    hull = Hull.of(cold)
    assert named_material("Li2O2", cold, hull).above_hull > 0.1
    assert named_material("Li2O2", cold, hull, above_hull=0.02).above_hull == 0.02
    assumed = named_material("Li5O", cold, hull)
    assert (assumed.above_hull, "assumed to lie on the hull" in assumed.energy_source) == (0, True)
