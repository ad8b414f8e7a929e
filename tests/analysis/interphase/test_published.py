from liponflow.analysis.interphase.published import published_conductivities


def test_values_are_the_printed_ones() -> None:
    rows = {row.phase: row for row in published_conductivities().rows}
    assert len(rows) == 6
    assert (rows["Li3N"].electronic, rows["Li3N"].ionic) == (1e-12, 1e-4)
    assert {name for name, row in rows.items() if row.at_most} == {"LiF", "LiCl"}
