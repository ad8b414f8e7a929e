import pytest

from liponflow.crystals.oxidation_states import fixed_charge, is_redox_metal, octahedral_states


@pytest.mark.parametrize(
    ("symbol", "states"),
    [
        ("Ti", (2, 3, 4)),
        ("V", (2, 3, 4, 5)),
        ("Mn", (2, 3, 4)),
        ("Fe", (2, 3, 4)),
        ("Co", (2, 3, 4)),
        ("Ni", (2, 3, 4)),
        ("Cu", (1, 2, 3)),
        ("Nb", (3, 4, 5)),
    ],
)
def test_states_are_those_with_an_octahedral_radius(symbol: str, states: tuple[int, ...]) -> None:
    assert octahedral_states(symbol) == states
    assert is_redox_metal(symbol)


@pytest.mark.parametrize("symbol", ["Zr", "La", "Sc", "Y", "Zn", "Al", "Li", "O", "Mg"])
def test_metals_of_one_state_are_no_redox_metals(symbol: str) -> None:
    assert not is_redox_metal(symbol)


def test_charges_of_other_elements_are_the_usual_ones() -> None:
    oxide = frozenset({"O", "F"})
    charges = {s: fixed_charge(s, oxide) for s in ("O", "F", "P", "S", "Si", "Al", "Na", "Zr")}
    assert charges == {"O": -2, "F": -1, "P": 5, "S": 6, "Si": 4, "Al": 3, "Na": 1, "Zr": 4}
    assert fixed_charge("S", frozenset({"S"})) == -2
