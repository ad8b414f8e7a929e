"""Formulas from users and files may be none."""

import pytest

from liponflow.formulas import conventional, spellings


@pytest.mark.parametrize("text", ["(", "Li0", "PNO..", "P(N)O(", "PNO)(", "P1.2.3NO", "", "42"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert conventional(text) == text
    assert spellings(text) == [text]


@pytest.mark.parametrize("text", ["Li2PNO2", "N P O2 Li2", "Li4P2O4N2", "Li2PO2N"])
def test_every_order_and_multiple_is_found(text: str) -> None:
    assert {"Li2PO2N", "Li2PNO2"} <= set(spellings(text))
