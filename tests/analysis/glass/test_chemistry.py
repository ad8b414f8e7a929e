import pytest

from liponflow.analysis.glass.chemistry import anion_bond, former_bond, roles


def test_roles_are_given_to_present_elements_only() -> None:
    found = roles(["Li", "Si", "P", "O", "N", "F", "Ni"])
    assert found.formers == ("P", "Si")
    assert found.anions == ("O", "N", "F")
    assert found.mobile == ("Li",)


def test_composition_without_anion_has_no_network() -> None:
    found = roles(["Li", "P"])
    assert found.formers == found.mobile == ()


def test_sulfur_is_a_former_unless_named_as_an_anion() -> None:
    assert roles(["Li", "S", "O"]).formers == ("S",)
    named = roles(["Li", "P", "S", "O"], anions=("O", "S"))
    assert (named.formers, named.anions) == (("P",), ("O", "S"))


def test_named_formers_are_not_anions() -> None:
    found = roles(["N", "B", "O"], formers=("B", "N"))
    assert (found.formers, found.anions) == (("B", "N"), ("O",))


def test_cutoff_is_given_for_all_formers_or_for_one() -> None:
    assert roles(["P", "Al", "O"]).former_cutoff("P") == 2.1
    assert roles(["P", "Al", "O"]).former_cutoff("Al") == 2.4
    assert roles(["P", "Al", "O"], cutoff=2.0).former_cutoff("Al") == 2.0
    assert roles(["P", "Al", "O"], cutoff={"P": 1.9}).cutoffs == {"P": 1.9}


@pytest.mark.parametrize("cutoff", [0, -1.0, {"P": 0.0}])
def test_nonpositive_cutoff_is_refused(cutoff: float) -> None:
    with pytest.raises(ValueError, match=r"cut-off of P = .* Å must be above 0"):
        roles(["P", "O"], cutoff=cutoff)


def test_element_with_two_roles_is_refused() -> None:
    with pytest.raises(ValueError, match="S cannot be network former and anion at once"):
        roles(["S", "O"], formers=("S",), anions=("O", "S"))


def test_cutoffs_of_like_atoms_lie_between_bond_and_tetrahedron_edge() -> None:
    assert 1.49 < anion_bond("O", "O") < 2.4  # peroxide; 2.5 Å for O-O in PO4
    assert 1.45 < anion_bond("N", "N") < 2.4  # hydrazine
    assert 2.25 < former_bond("P", "P") < 2.65  # P-P single bond; P...P across a shared edge
