"""Charges against an own table of formal charges, and the rule that makes formulas neutral."""

import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from liponflow.analysis.derivatives.charge import (
    ChargeError,
    is_atom_fractions,
    net_charge,
    neutralise,
    rounding_charge,
)
from liponflow.analysis.derivatives.published import published_derivatives

FORMAL = {"Li": 1, "P": 5, "Si": 4, "B": 3, "C": 4, "W": 6, "Ti": 4, "O": -2, "N": -3}
FORMULAS = [row.printed for row in published_derivatives().rows if row.amounts != "not printed"]
EXACT = 1e-9


def charge_by_hand(formula: str) -> float:
    """Add up the charges with a table of formal charges; S is -2 beside P, and else 6."""
    counts: Counter[str] = Counter()
    for symbol, number in re.findall(r"([A-Z][a-z]?)([\d.]*)", formula):
        counts[symbol] += float(number or 1)
    charges = FORMAL | {"S": -2 if "P" in counts else 6}
    return sum(charges[symbol] * number for symbol, number in counts.items())


@pytest.mark.parametrize("formula", FORMULAS)
def test_charge_is_the_sum_of_formal_charges(formula: str) -> None:
    assert net_charge(formula) == pytest.approx(charge_by_hand(formula), abs=EXACT)


@pytest.mark.parametrize(
    ("formula", "charge"),
    [
        ("Li3PO4", 0),
        ("Li2PO2N", 0),
        ("Li46P16O55N5", 1),
        ("Li2.3Si0.2PO1.4N1.1", 2.0),  # 2.3 + 0.8 + 5 - 2.8 - 3.3
        ("Li3.426PW0.008O2.091N0.364", 3.2),  # 3.426 + 5 + 0.048 - 4.182 - 1.092
        ("Li1.62PO2.84S0.11N0.32", -0.24),  # 1.62 + 5 - 5.68 - 0.22 - 0.96
        ("Li3SO3N", 0),  # 3 + 6 - 6 - 3
    ],
)
def test_charges_computed_by_hand(formula: str, charge: float) -> None:
    assert net_charge(formula) == pytest.approx(charge, abs=EXACT)


@pytest.mark.parametrize("formula", FORMULAS)
def test_neutral_formulas_are_neutral_and_differ_in_one_element(formula: str) -> None:
    found = neutralise(formula)
    # Four decimals are printed.
    assert abs(charge_by_hand(found.modelled)) <= max(found.rounding, 2 * 5e-5) + EXACT
    before, after = (
        dict(re.findall(r"([A-Z][a-z]?)([\d.]*)", text)) for text in (formula, found.modelled)
    )
    assert list(before) == list(after)
    differing = [s for s in before if float(before[s] or 1) != float(after[s] or 1)]
    assert differing == ([found.changed] if found.changed else [])


def test_lithium_changes_by_half_at_most_and_oxygen_beyond() -> None:
    # Li2P2O7 lacks 2 Li: as many as it has, so O goes.
    assert (neutralise("Li2P2O7").changed, neutralise("Li2P2O7").modelled) == ("O", "Li2P2O6")
    assert neutralise("Li2P2O7", most_change=1.0).modelled == "Li4P2O7"
    # Li3P2O7 lacks 1 of 3, and Li6P2O7 has 2 of 6 too many.
    assert neutralise("Li3P2O7").modelled == "Li4P2O7"
    assert neutralise("Li6P2O7").modelled == "Li4P2O7"


def test_rounding_counts_the_printed_digits() -> None:
    # 0.05 of Li, 0.005 x 4 of Si, 0.005 x 2 of O and 0.005 x 3 of N; P has no subscript.
    assert rounding_charge("Li4.2Si0.39PO2.75N1.76") == pytest.approx(0.095, abs=EXACT)
    assert neutralise("Li3.0PO4.01").changed is None  # -0.02, with 0.06 left open
    assert neutralise("Li3.0PO4.10").changed == "Li"  # -0.2


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99), st.integers(0, 99))
def test_whole_formulas_become_neutral(li: int, p: int, o: int, n: int) -> None:
    formula = f"Li{li}P{p}O{o}" + (f"N{n}" if n else "")
    charge = li + 5 * p - 2 * o - 3 * n
    assume(abs(charge) <= 0.5 * li or 2 * o + charge > 0)
    assert net_charge(neutralise(formula).modelled) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("", "not a chemical formula"),
        ("Li3Sx", "not a chemical formula"),
        ("Xx2O3", "not an element"),
        ("LiAl", "no O, N or F"),
        ("P4N1", "neither 50% of its Li"),
        ("Li3PO4(", "not a chemical formula"),
    ],
)
def test_bad_formulas_are_refused_by_name(formula: str, reason: str) -> None:
    with pytest.raises(ChargeError, match=reason):
        neutralise(formula)


def test_atom_fractions_add_up_to_one() -> None:
    marked = [formula for formula in FORMULAS if is_atom_fractions(formula)]
    assert len(marked) == 4
    assert {formula[:6] for formula in marked} == {"Li0.29"}
    assert is_atom_fractions("Li0.25P0.25O0.25N0.25")
    assert not is_atom_fractions("Li0.9BO0.66N0.98")
