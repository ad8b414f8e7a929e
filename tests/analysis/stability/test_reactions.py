import pytest
from equations import imbalance, terms

from liponflow.analysis.stability.reactions import balance

LI2O = {"Li": 2.0, "O": 1.0}
EXACT = 1e-9


def test_integer_coefficients_are_found_and_printed_without_decimals() -> None:
    found = balance(
        {"Li3PO4": {"Li": 3, "P": 1, "O": 4}},
        {"Li4P2O7": {"Li": 4, "P": 2, "O": 7}, "O2": {"O": 2}, "Li": {"Li": 1}},
        {"Li3PO4": 1, "Li4P2O7": 0.5, "O2": 0.25, "Li": 1},
    )
    assert found.equation == "4 Li3PO4 -> 2 Li4P2O7 + O2 + 4 Li"
    assert imbalance(found.equation) == 0
    assert found.products["Li4P2O7"] == pytest.approx(0.5)


def test_printed_equation_of_a_glass_balances() -> None:
    found = balance(
        {"Li2.98PO3.3N0.46": {"Li": 2.98, "P": 1, "O": 3.3, "N": 0.46}, "Li": {"Li": 1}},
        {"Li3P": {"Li": 3, "P": 1}, "Li2O": LI2O, "Li3N": {"Li": 3, "N": 1}},
        {"Li2.98PO3.3N0.46": 1, "Li": 8, "Li3P": 1, "Li2O": 3.3, "Li3N": 0.46},
    )
    assert terms(found.equation.split(" -> ")[1]) == [
        ("1", "Li3P"),
        ("3.3", "Li2O"),
        ("0.46", "Li3N"),
    ]
    assert imbalance(found.equation) < EXACT


def test_coefficients_of_whole_formulas_are_whole() -> None:
    found = balance(
        {"Li2PO2N": {"Li": 2, "P": 1, "O": 2, "N": 1}, "Li": {"Li": 1}},
        {
            "Li3P": {"Li": 3, "P": 1},
            "Li3PO4": {"Li": 3, "P": 1, "O": 4},
            "Li14P2O3N6": {"Li": 14, "P": 2, "O": 3, "N": 6},
        },
        {"Li2PO2N": 1, "Li": 7 / 3, "Li3P": 7 / 24, "Li3PO4": 3 / 8, "Li14P2O3N6": 1 / 6},
    )
    assert found.equation == "24 Li2PO2N + 56 Li -> 7 Li3P + 9 Li3PO4 + 4 Li14P2O3N6"
    assert imbalance(found.equation) == 0
    assert found.reactants["Li2PO2N"] == 1


def test_small_errors_of_coefficients_are_removed() -> None:
    found = balance({"Li": {"Li": 1}, "O2": {"O": 2}}, {"Li2O": LI2O}, {
        "Li": 4, "O2": 1.00004, "Li2O": 1.9999})  # fmt: skip
    assert found.products["Li2O"] == pytest.approx(2, abs=EXACT)
    assert found.equation == "4 Li + O2 -> 2 Li2O"


def test_reaction_that_cannot_balance_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Li -> Li2O does not balance: .* (Li|O)"):
        balance({"Li": {"Li": 1}}, {"Li2O": LI2O}, {"Li": 2, "Li2O": 1})


def test_imbalance_of_an_equation_is_measured() -> None:
    assert imbalance("Li -> Li2O") == pytest.approx(1)
    assert imbalance("2.0000 Li + 0.4 O2 -> Li2O") == pytest.approx(0.1)
