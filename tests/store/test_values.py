"""Tests of documents as text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liponflow.store.values import decode, encode

_TEXTS = st.text('a1$."\\\n\x00é😀', max_size=4)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS
)
_DOCUMENTS = st.dictionaries(
    _TEXTS,
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


@given(_DOCUMENTS)
def test_text_is_read_as_json_reads_it(document: dict[str, object]) -> None:
    text = json.dumps(document)
    if '"$' not in text:
        assert repr(decode(text)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "value",
    [10**40, -(2**63) - 1, 0.1, 5e-324, 1.7976931348623157e308, "\ud800", -0.0],
    ids=repr,
)
def test_integers_floats_and_surrogates_stay_exact(value: object) -> None:
    assert repr(decode(encode({"value": value}))["value"]) == repr(value)


def test_deep_documents_are_read() -> None:
    text = '{"a": ' * 300 + "1" + "}" * 300
    assert decode(text) == json.loads(text)
