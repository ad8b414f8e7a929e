"""YAML that is data."""

import pytest

from liponflow import datayaml

BOMB = "a0: &a0 [1, 1]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (BOMB, "aliases stand for more than 100,000 values"),
        ("&a {x: *a}", "aliases stand for more than 100,000 values"),
        ("[" * 5000, "nested too deeply"),
        ("x: [1, 2\ny: 3", r"not valid YAML: .* \(line 2\)"),
        ("!!python/object/apply:os.system [true]", "not valid YAML"),
        ("\x00", "not valid YAML"),
        ("{[1]: 2}: 3", "not valid YAML"),
        ("2026-13-45", "month must be in"),
        ("9" * 5000, "4300 digits"),
    ],
)
def test_what_is_no_plain_value_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        datayaml.load(text)


def test_anchors_that_save_typing_are_read() -> None:
    text = "base: &base {engine: chgnet}\nmine: {<<: *base, workers: 2}"
    assert datayaml.load(text)["mine"] == {"engine": "chgnet", "workers": 2}


def test_time_is_text_and_not_a_number_to_the_base_60() -> None:
    text = "{time: 24:00:00, short: 1:30, seconds: 20:30.5, count: 24, mass: 1.5}"
    assert datayaml.load(text) == {
        "time": "24:00:00", "short": "1:30", "seconds": "20:30.5", "count": 24, "mass": 1.5
    }  # fmt: skip
