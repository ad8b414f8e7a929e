from liponflow.analysis.synthesis import published_synthesis


def test_values_are_the_printed_ones() -> None:
    rows = {row.method: row for row in published_synthesis().rows}
    assert len(rows) == 9
    assert rows["atomic layer deposition"].conductivity == 1.45e-7
    ammonolysis = rows["ammonolysis"]
    assert (ammonolysis.conductivity, ammonolysis.conductivity_high) == (1e-9, 1e-7)
    without = {name for name, row in rows.items() if row.substrate == "no"}
    assert without == {"ammonolysis", "inductively coupled plasma", "ball milling"}
