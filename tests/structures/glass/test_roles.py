"""Integer numbers of atoms in a composition, and roles of its elements."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core.composition import Composition

from liponflow.structures.glass.roles import CompositionError, roles, whole_atoms

LIPON = Composition("Li46P16O55N5")


def test_charge_of_published_model_follows_from_oxidation_states() -> None:
    known = roles(LIPON)
    assert known.charge == 46 + 16 * 5 - 55 * 2 - 5 * 3


def test_sulfur_is_a_former_alone_and_an_anion_beside_phosphorus() -> None:
    assert roles(Composition("Li3SO3N")).formers == {"S": 1}
    beside = roles(Composition("Li3PO3S"))
    assert (beside.formers, beside.anions) == ({"P": 1}, {"O": 3, "S": 1})


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("Li2O", "no network former"),
        ("Li3P", "no anion"),
        ("LiXeO4", "Xe is not a network former"),
    ],
)
def test_composition_without_former_or_anion_is_refused(formula: str, message: str) -> None:
    with pytest.raises(CompositionError, match=message):
        roles(Composition(formula))


@settings(deadline=None)
@given(
    li=st.floats(0.1, 5), p=st.floats(0.1, 2), o=st.floats(0.5, 5), n_atoms=st.integers(60, 300)
)
def test_whole_atoms_have_the_requested_number_and_are_off_by_less_than_one(
    li: float, p: float, o: float, n_atoms: int
) -> None:
    wanted = Composition({"Li": li, "P": p, "O": o})
    try:
        found = whole_atoms(wanted, n_atoms)
    except CompositionError:
        return
    assert found.composition.num_atoms == n_atoms
    for symbol, amount in wanted.get_el_amt_dict().items():
        share = amount * n_atoms / wanted.num_atoms
        assert abs(found.composition[symbol] - share) < 1


@pytest.mark.parametrize(
    ("formula", "n_atoms", "message"),
    [
        ("Li2.88PO3.44N0.31", None, "2.88 Li: give whole atoms"),
        ("Li3PO4N0.001", 50, "no whole atom of N"),
        ("Li3P(O4", None, "not a chemical formula"),
        ("", None, "not a chemical formula"),
    ],
)
def test_impossible_compositions_are_refused(
    formula: str, n_atoms: int | None, message: str
) -> None:
    with pytest.raises(CompositionError, match=message):
        whole_atoms(formula, n_atoms)
