from pathlib import Path

import pytest
from stability_entries import formation_entries, phase, quoted_entries

from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.interface import interface_reaction
from liponflow.analysis.stability.interface_map import insertion_electrode, interface_map
from liponflow.analysis.stability.materials import Material

FORMULA = "LixNi0.5Mn1.5O4"
VOLTAGE = 4.647  # V, from the Materials Project's formation energies of the spinel at x = 0, 1


@pytest.fixture(scope="module")
def hull() -> Hull:
    return Hull.of(quoted_entries())


def test_electrode_is_interpolated_between_its_states(hull: Hull) -> None:
    found = insertion_electrode(FORMULA, [0.0, 0.25, 1.0], quoted_entries(), hull)
    assert [m.formula for m in found.materials] == [
        "Ni0.5Mn1.5O4",
        "Li0.25Ni0.5Mn1.5O4",
        "LiNi0.5Mn1.5O4",
    ]
    energies = [(hull.energy(m.composition) + m.above_hull) * m.n_atoms for m in found.materials]
    assert energies[1] == pytest.approx(0.75 * energies[0] + 0.25 * energies[2], abs=1e-5)
    [step] = found.plateaus
    assert (step.x_low, step.x_high) == (0, 1)
    assert step.voltage == pytest.approx(VOLTAGE, abs=2e-3)  # quoted to a tenth of meV/atom
    assert found.energy_source == "mixtures of Mn3NiO8, Li2Mn3NiO8"


def test_average_voltage_from_reference_entries(reference_data: Path) -> None:
    entries = read_entries(reference_data / "thermo" / "mp2019_formation_pdentries_LiPONNiMn.json")
    found = insertion_electrode(FORMULA, [0.0, 1.0, 2.0], entries, Hull.of(entries))
    assert found.plateaus[0].voltage == pytest.approx(VOLTAGE, abs=1e-3)
    assert [step.x_high for step in found.plateaus] == [1, 2]


def test_energy_source_names_contents_assumed_on_the_hull(hull: Hull) -> None:
    found = insertion_electrode(FORMULA, [1.0, 2.0], quoted_entries(), hull)
    assert found.energy_source.endswith("assumed on the hull at x = 2")
    assert found.materials[1].above_hull == 0
    strange = insertion_electrode("LixMnO2", [0.5], quoted_entries(), hull)
    assert strange.energy_source == "assumed on the hull"
    assert strange.plateaus == ()


@pytest.mark.parametrize(
    ("formula", "contents", "message"),
    [
        ("LiNi0.5Mn1.5O4", [0.0], "write the electrode as LixNi0.5Mn1.5O4"),
        ("LixLiMnO3", [0.0], "write the electrode as"),
        (FORMULA, [], "ascend from 0"),
        (FORMULA, [1.0, 0.5], "ascend from 0"),
        (FORMULA, [-0.5, 0.5], "ascend from 0"),
        ("LixCoO2", [0.0], "have no Co"),
    ],
)
def test_invalid_electrodes_are_refused(
    hull: Hull, formula: str, contents: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        insertion_electrode(formula, contents, quoted_entries(), hull)


def test_map_has_the_lowest_energy_of_every_interface(hull: Hull) -> None:
    electrode = insertion_electrode(FORMULA, [0.0, 0.5, 1.0], quoted_entries(), hull)
    electrolyte = phase("Li2PO2N")
    found = interface_map(hull, electrolyte, electrode, [3.0, 4.5])
    for row, voltage in enumerate(found.voltages):
        for column, material in enumerate(electrode.materials):
            single = interface_reaction(hull, electrolyte, material, voltage)
            assert found.min_energy[row][column] == pytest.approx(single.min_energy, abs=1e-5)
            assert found.products[row][column] == " + ".join(sorted(single.phases))
            assert found.min_energy_of_contact[row] == pytest.approx(
                single.min_energy_of_contact, abs=1e-5
            )
    for column, material in enumerate(electrode.materials):
        single = interface_reaction(hull, electrolyte, material)
        assert found.closed_energy[column] == pytest.approx(single.min_energy, abs=1e-5)
        assert found.closed_products[column] == " + ".join(sorted(single.phases))


def test_oxide_against_its_own_electrode_has_only_the_energy_of_li_insertion() -> None:
    """A charged oxide against its own electrode: only the insertion of Li lowers the energy."""
    entries = formation_entries({"Li2O": -2.0, "MnO2": -1.8, "LiMnO2": -2.0})
    small = Hull.of(entries)
    electrode = insertion_electrode("LixMnO2", [0.0, 1.0], entries, small)
    [step] = electrode.plateaus
    inert = Material(
        formula="MnO2",
        composition={"Mn": 1.0, "O": 2.0},
        above_hull=0.0,
        energy_source="entry",
    )
    found = interface_map(small, inert, electrode, [step.voltage, step.voltage - 0.3])
    assert found.min_energy[0] == pytest.approx([0, 0], abs=1e-5)
    # Below the plateau, one Li per three other atoms is inserted at 0.3 eV, into either material.
    assert found.min_energy[1][0] == pytest.approx(-0.1, abs=1e-5)
    assert found.min_energy_of_contact == pytest.approx([0, 0], abs=1e-6)
