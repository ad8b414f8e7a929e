"""Which structures are of compounds, and their U."""

import pytest

from liponflow.inputs.compounds import hubbard_u, is_compound, is_metal
from liponflow.inputs.presets import load_data
from liponflow.inputs.stability import TOPIC
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase


@pytest.mark.parametrize("name", ["Li3N_alpha", "Li2O", "LiF", "Li2S", "LiCoO2"])
def test_salts_are_compounds(name: str) -> None:
    assert is_compound(phase(name).primitive())


def test_a_dopant_does_not_make_a_metal_a_compound() -> None:
    cell = bcc_lithium() * (3, 3, 3)
    assert not is_compound(None)
    assert not is_compound(cell)
    assert not is_compound(cell.append("O", [0.1, 0.2, 0.3]))


@pytest.mark.parametrize("name", ["Li_bcc", "LiAl", "Li3P", "P_black", "TiN", "Li2O"])
def test_only_crystals_of_metals_alone_are_metals(name: str) -> None:
    assert is_metal(phase(name).primitive()) == (name in ("Li_bcc", "LiAl"))


def test_only_oxides_and_fluorides_have_u() -> None:
    known = load_data(TOPIC)["vasp"]["incar"]["LDAUU"]["value"]["O"]
    iron = phase("LiFePO4").primitive()
    assert hubbard_u(iron) == {"Fe": known["Fe"]}
    assert hubbard_u(iron.copy().replace_species({"O": "S"})) == {}
    assert hubbard_u(phase("Li3PO4_gamma").primitive()) == {}
