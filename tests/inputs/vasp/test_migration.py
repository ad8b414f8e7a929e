"""VASP sets of migration: those of a metal, or of a compound with its open shells."""

import pytest
from pymatgen.core import Structure

from liponflow.inputs.compounds import is_compound
from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import load_data, load_parameters
from liponflow.inputs.vasp.generator import CitedInputGenerator
from liponflow.inputs.vasp.migration import (
    band_set,
    end_point_set,
    functional,
    host_set,
    static_set,
)
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase

PARAMETERS = load_parameters(MigrationParameters, TOPIC, "quick", {})


def without_one(name: str, element: str = "Li") -> Structure:
    """Return a crystal with a vacancy."""
    structure = phase(name).structure()
    structure.remove_sites([structure.indices_from_symbol(element)[0]])
    return structure


def sets(structure: Structure | None) -> dict[str, CitedInputGenerator]:
    return {
        "host": host_set(PARAMETERS, structure),
        "end_point": end_point_set(PARAMETERS, structure),
        "band": band_set(PARAMETERS, structure),
        "static": static_set(structure),
    }


@pytest.mark.parametrize("task", ["host", "end_point", "band", "static"])
@pytest.mark.parametrize("name", ["LiCoO2", "LiNiO2", "LiMnPO4", "LiFePO4"])
def test_oxides_have_spin_and_the_published_u(task: str, name: str) -> None:
    cell = without_one(name)
    incar = sets(cell)[task].get_input_set(cell, potcar_spec=True)["INCAR"]
    assert (incar["ISMEAR"], incar["SIGMA"], incar["ISPIN"], incar["ENCUT"]) == (0, 0.05, 2, 520)
    metal = next(e.symbol for e in cell.composition.elements if e.is_transition_metal)
    # A. Jain et al., Phys. Rev. B 84, 045115 (2011).
    published = {"Co": 3.32, "Ni": 6.2, "Mn": 3.9, "Fe": 5.3}
    elements = [e.symbol for e in cell.get_sorted_structure().composition.elements]
    blocks = dict.fromkeys(site.specie.symbol for site in cell.get_sorted_structure())
    assert len(elements) == len(blocks)
    assert incar["LDAUU"] == [published.get(symbol, 0) for symbol in blocks]
    moments = {
        site.specie.symbol: moment
        for site, moment in zip(cell.get_sorted_structure(), incar["MAGMOM"], strict=True)
    }
    assert moments[metal] == (0.6 if metal == "Co" else 5)
    assert functional(cell) == "PBE+U"


def test_phosphate_with_a_vacancy_has_one_unpaired_electron() -> None:
    cell = without_one("Li3PO4_gamma")
    files = end_point_set(PARAMETERS, cell).get_input_set(cell, potcar_spec=True)
    incar = files["INCAR"]
    assert (incar["ISMEAR"], incar["ISPIN"], incar["NUPDOWN"]) == (0, 2, 1)
    assert "LDAU" not in incar
    assert incar["ISYM"] == 0
    assert functional(cell) == "PBE"
    whole = phase("Li3PO4_gamma").structure()
    relaxed = host_set(PARAMETERS, whole).get_input_set(whole, potcar_spec=True)["INCAR"]
    assert (relaxed["ISPIN"], "NUPDOWN" in relaxed) == (1, False)


@pytest.mark.parametrize("dopant", ["N", "O", None])
def test_lithium_with_a_dopant_keeps_the_set_of_a_metal(dopant: str | None) -> None:
    cell = bcc_lithium() * (3, 3, 3)
    if dopant:
        cell.append(dopant, [0.08, 0.17, 0.0])
    assert not is_compound(cell)
    for task, generator in sets(cell).items():
        assert generator == sets(None)[task]
        assert generator.config_dict["INCAR"]["ISMEAR"] == 1


@pytest.mark.parametrize("name", ["Li3N_alpha", "Li2O", "LiF", "Li2S", "LiCoO2"])
def test_functional_is_named_with_u(name: str) -> None:
    assert functional(phase(name).primitive()) == ("PBE+U" if name == "LiCoO2" else "PBE")


def test_mesh_of_a_compound_follows_the_cell() -> None:
    small = phase("LiCoO2").primitive()
    meshes = [
        host_set(PARAMETERS, cell).get_input_set(cell, potcar_spec=True)["KPOINTS"].kpts[0]
        for cell in (small, small * (3, 3, 1))
    ]
    assert meshes[0][0] > meshes[1][0]
    metal = bcc_lithium()
    fixed = host_set(PARAMETERS).get_input_set(metal, potcar_spec=True)["KPOINTS"].kpts[0]
    assert list(fixed) == load_data(TOPIC)["vasp"]["host_kpoints"]["value"]
