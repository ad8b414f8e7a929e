"""Passwords are recognised in whatever is recorded."""

import pytest

from liponflow.redaction import without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "mongodb://me:hush@host/db",
        "mongodb+srv://me:hu@hush@host",
        "/home/me/mongodb:/me:hush@host/db",  # as a path, with one slash
        "https://hush@host",
        "store={host: h, password: hush}",
        '{"password": "hush", "port": 1}',
        "MP_API_KEY=hush",
        "--api_key=hush",
        "aws_secret_access_key = hush",
    ],
)
def test_text_loses_its_secrets_only(text: str) -> None:
    found = without_secrets(text)
    assert "hush" not in found
    assert "***" in found
    assert found.split("***")[0] == text[: len(found.split("***")[0])]
    assert without_secrets([{"a": [text]}]) == [{"a": [found]}]
    assert without_secrets(found) == found


@pytest.mark.parametrize(
    "value",
    [
        "x=[0, 1]",
        "https://materialsproject.org/materials/mp-1",
        "me@host",
        ["run", "--workers", "2"],
        {"U": {"Mn": 3.9}, "path": None, "compare": ["Li3PO4", 3]},
    ],
)
def test_other_values_stay_as_they_are(value: object) -> None:
    assert without_secrets(value) == value
