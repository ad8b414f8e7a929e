import re

from liponflow.analysis.derivatives.published import published_derivative, published_derivatives

TABLE = published_derivatives()


def test_all_rows_are_there() -> None:
    counts = {name: sum(row.dopant == name for row in TABLE.rows) for name in ("Si", "S", "B")}
    assert (len(TABLE.rows), counts) == (37, {"Si": 14, "S": 10, "B": 5})
    assert sum(row.amounts == "not printed" for row in TABLE.rows) == 11


def test_values_are_the_printed_ones() -> None:
    values = {row.printed: (row.conductivity, row.activation_energy) for row in TABLE.rows}
    assert values["Li2.9Si0.45PO1.6N1.3"] == (1.24e-5, 0.479)
    assert values["Li1.35Si0.79P0.21O1.98N0.98"] == (2.06e-5, 0.45)
    assert values["Li-Al-Ge-P-O-N"] == (2.3e-4, 0.374)
    assert values["Li0.29S0.18O0.53"] == (2.6e-6, None)
    ranges = [row for row in TABLE.rows if row.conductivity_high is not None]
    assert len(ranges) == 6
    assert all(row.conductivity < (row.conductivity_high or 0) for row in ranges)
    assert [row.printed for row in TABLE.rows if row.approximate] == ["Li3SO3N"]


def test_most_formulas_are_not_neutral_as_printed() -> None:
    with_amounts = [row for row in TABLE.rows if row.amounts != "not printed"]
    neutral = {row.printed for row in with_amounts if row.is_neutral}
    assert len(with_amounts) - len(neutral) == 22
    assert "Li3.25C0.03PO3.87N0.21" in neutral
    for row in with_amounts:
        assert row.charge is not None
        assert row.rounding is not None
        assert row.is_neutral == (abs(row.charge) <= row.rounding)


def test_every_row_cites_a_known_paper() -> None:
    assert {row.reference for row in TABLE.rows} == set(TABLE.references)
    for short, full in TABLE.references.items():
        year = re.sub(r"\D", "", short)
        assert f"({year})" in full
    assert "Table 2" in TABLE.source


def test_rows_are_found_as_printed_and_as_modelled() -> None:
    row = published_derivative("Li2.65B0.11P0.89O3N0.15")
    assert row is None
    row = published_derivative("Li1.67B0.11P0.89O3N0.15")
    assert row is not None
    assert row.printed == "Li2.65B0.11P0.89O3.00N0.15"
