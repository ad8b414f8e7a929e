from liponflow.names import did_you_mean, nearest, similar


def test_case_is_ignored_only_without_a_case_sensitive_match() -> None:
    assert similar("Co3", ["CO", "Co"]) == ["Co"]
    assert similar("vsp", ["VASP", "chgnet"]) == ["VASP"]


def test_no_suggestion_is_made_for_a_dissimilar_name() -> None:
    assert did_you_mean("xyz", ["quick", "paper"]) == ""
    assert nearest("xyz", ["quick", "paper"]) == " (known: paper, quick)"
