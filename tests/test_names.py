from liponflow.names import did_you_mean, nearest, similar


def test_case_matters_only_where_nothing_is_similar_with_it() -> None:
    assert similar("Co3", ["CO", "Co"]) == ["Co"]
    assert similar("vsp", ["VASP", "chgnet"]) == ["VASP"]


def test_nothing_similar_is_suggested_for_a_strange_name() -> None:
    assert did_you_mean("xyz", ["quick", "paper"]) == ""
    assert nearest("xyz", ["quick", "paper"]) == " (known: paper, quick)"
