"""Values in MongoDB's sense: their order, and documents as text.

The text is JSON, or MongoDB Extended JSON for other types: dates keep milliseconds and come back
as naive UTC, as from a MongoDB driver.

bson and monty, whose imports take a while, are imported for such types only.

Source of the order: MongoDB manual, "Comparison/Sort Order".
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any

from pydantic_core import from_json


class _Missing(Enum):
    """Value of a path that the document does not have."""

    MISSING = "missing"


MISSING = _Missing.MISSING

SortKey = tuple[Any, ...]
"""Tuple that stands for a value, with the equality and order of BSON."""

# Positions of the types in MongoDB's order of comparison.
(
    _EMPTY_ARRAY,
    _NULL,
    _NUMBER,
    _STRING,
    _OBJECT,
    _ARRAY,
    _BYTES,
    _OBJECT_ID,
    _BOOL,
    _DATE,
    _OTHER,
) = range(11)
NAN_KEY: SortKey = (_NUMBER, (0, 0))
EMPTY_ARRAY_KEY: SortKey = (_EMPTY_ARRAY,)


def bson_key(value: Any) -> SortKey:  # noqa: PLR0911 (one return for each BSON type)
    """Return a tuple that compares as MongoDB compares a value.

    Examples
    --------
    >>> bson_key(1) == bson_key(1.0), bson_key(1) == bson_key(True)
    (True, False)
    >>> bson_key(None) < bson_key(float("nan")) < bson_key(-1) < bson_key("a") < bson_key([])
    True
    """
    if value is None or value is MISSING:
        return (_NULL,)
    if isinstance(value, bool):
        return (_BOOL, value)
    if isinstance(value, int | float):
        is_nan = isinstance(value, float) and math.isnan(value)
        return NAN_KEY if is_nan else (_NUMBER, (1, value))
    if isinstance(value, str):
        return (_STRING, value)
    if isinstance(value, Mapping):
        keyed = ((str(name), bson_key(item)) for name, item in value.items())
        return (_OBJECT, tuple((key[0], name, key) for name, key in keyed))
    if isinstance(value, list | tuple):
        return (_ARRAY, tuple(bson_key(item) for item in value))
    if isinstance(value, bytes):
        return (_BYTES, len(value), value)
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        # BSON dates count milliseconds.
        return (_DATE, naive.replace(microsecond=naive.microsecond // 1000 * 1000))
    from bson import ObjectId

    if isinstance(value, ObjectId):
        return (_OBJECT_ID, value.binary)
    return (_OTHER, type(value).__name__, repr(value))


def encode(document: Mapping[str, Any]) -> str:
    """Return a document as text; objects in it are sanitised by monty."""
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError):  # not plain JSON: objects, dates, NaN
        from bson import json_util
        from monty.json import jsanitize

        plain = jsanitize(document, strict=True, allow_bson=True)
        return json_util.dumps(plain, json_options=_extended())


def canonical(document: Mapping[str, Any]) -> str:
    """Return a document as text that does not depend on the order of its keys.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": [None, True]})
    '{"a": [null, true], "b": 1.0}'
    """
    try:
        return json.dumps(document, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError):  # dates, NaN
        from bson import json_util

        return json_util.dumps(document, json_options=_extended(), sort_keys=True)


def decode(text: str) -> dict[str, Any]:
    """Return the document in a text as a MongoDB driver does; see the head of this module."""
    document: dict[str, Any]
    if '"$' in text:
        from bson import json_util

        document = json_util.loads(text, json_options=_extended())
        return document
    # Twice as fast as json, and as exact: integers of any size, floats to the last bit. It refuses
    # single surrogates and more than 200 levels, which json takes.
    try:
        document = from_json(text)
    except ValueError:
        document = json.loads(text)
    return document


@cache
def _extended() -> Any:
    from bson import json_util

    return json_util.JSONOptions(json_mode=json_util.JSONMode.RELAXED, tz_aware=False)
