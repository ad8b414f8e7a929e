"""The query language against mongomock, and against the MongoDB manual where the two differ.

mongomock treats True as 1, has no missing value below a scalar, does not compare missing with
null by ``$gte``, matches ``$exists: false`` when one of several subdocuments lacks the field, and
sorts arrays by their first item. The generated cases avoid all of these. The tables below cover
them with the answers of the MongoDB manual.
"""

import re
from datetime import UTC, datetime
from typing import Any

import mongomock
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liponflow.store.query import QueryError, matches, parse, project, sort_key

Document = dict[str, Any]

TEXTS = st.sampled_from(["", "a", "b", "B", "ab", "a\nb", "é", "z", "10"])
# Without 0 and 1, which mongomock confuses with False and True.
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(2, 6)
    | st.sampled_from([2.0, 2.5, 3.5, -1.5, 1e300])
    | TEXTS
)
NAMES = ("a", "b")


def documents(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    nested = st.recursive(
        values,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
        ),
        max_leaves=8,
    )
    return st.dictionaries(st.sampled_from(NAMES), nested, max_size=2)


PATHS = st.sampled_from(["a", "b"])
DEEP_PATHS = st.sampled_from(["a", "b", "a.b", "b.a", "a.a.b"])
PRESENT = SCALARS.filter(lambda value: value is not None)


def operators(
    paths: st.SearchStrategy[str], values: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw filters of one operator on one path."""
    ordered = st.sampled_from(["$gt", "$gte", "$lt", "$lte"])
    listed = st.lists(values, max_size=3)
    right = (
        values
        | st.builds(lambda name, value: {name: value}, st.sampled_from(["$eq", "$ne"]), values)
        | st.builds(lambda name, value: {name: value}, ordered, PRESENT)
        | st.builds(lambda name, value: {name: value}, st.sampled_from(["$in", "$nin"]), listed)
        | st.just({"$exists": True})
        | st.builds(
            lambda pattern, options: {"$regex": pattern, "$options": options},
            st.sampled_from(["a", "^b", "b$", "^a.b$", "[0-9]+"]),
            st.sampled_from(["", "i", "m", "s", "im"]),
        )
    )
    return st.builds(lambda path, value: {path: value}, paths, right)


SINGLE = operators(PATHS, SCALARS) | operators(DEEP_PATHS, PRESENT)
FILTERS = SINGLE | st.builds(
    lambda name, items: {name: items},
    st.sampled_from(["$and", "$or"]),
    st.lists(SINGLE, min_size=1, max_size=3),
)


@settings(max_examples=1500, deadline=None)
@given(documents(SCALARS), FILTERS)
def test_generated_queries_agree_with_mongomock(document: Document, criteria: Document) -> None:
    collection = mongomock.MongoClient().db.collection
    collection.insert_one(dict(document))
    assert matches(parse(criteria), document) == bool(collection.count_documents(criteria))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.fixed_dictionaries({"a": SCALARS, "b": SCALARS}), max_size=8))
def test_sort_order_agrees_with_mongomock(rows: list[Document]) -> None:
    collection = mongomock.MongoClient().db.collection
    collection.insert_many([{**row, "_id": position} for position, row in enumerate(rows)] or [{}])
    for direction in (1, -1):
        expected = [
            row["_id"] for row in collection.find({"a": {"$exists": 1}}).sort("a", direction)
        ]
        order = sorted(
            range(len(rows)),
            key=lambda position: sort_key(rows[position], "a", descending=False),
            reverse=direction < 0,
        )
        assert order == expected


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        SCALARS, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    ).map(lambda value: {"a": value, "b": value}),
    st.sampled_from([["a"], ["b", "a.b"], ["a.a.b"], ["b.a", "a.a.b"], ["c"]]),
)
def test_generated_projections_agree_with_mongomock(document: Document, paths: list[str]) -> None:
    # Without arrays: mongomock fails on array items that are not documents.
    collection = mongomock.MongoClient().db.collection
    collection.insert_one(dict(document))
    expected = collection.find_one({}, {**dict.fromkeys(paths, 1), "_id": 0})
    assert project(document, paths) == expected


MANUAL = [
    # Booleans are not numbers; integers and floats compare by value (BSON comparison order).
    ({"a": 1}, {"a": True}, False),
    ({"a": 1}, {"a": 1.0}, True),
    ({"a": 0}, {"a": {"$in": [False]}}, False),
    ({"a": True}, {"a": {"$gt": 0}}, False),
    ({"a": True}, {"a": {"$gt": False}}, True),
    # Operators only compare values of the same type (type bracketing).
    ({"a": "5"}, {"a": {"$gt": 1}}, False),
    ({"a": None}, {"a": {"$lt": 1}}, False),
    ({"a": [1]}, {"a": {"$gt": []}}, True),
    ({"a": {"b": 1}}, {"a": {"$gt": {"b": 0}}}, True),
    # null matches both null and missing; any field of a scalar is missing.
    ({}, {"a": None}, True),
    ({"a": 4}, {"a.b": None}, True),
    ({"a": 4}, {"a.b": {"$exists": False}}, True),
    ({"a": [4]}, {"a.b": None}, False),
    ({"a": []}, {"a.b": None}, False),
    ({"a": [{"b": 1}, {}]}, {"a.b": None}, True),
    ({}, {"a": {"$gte": None}}, True),
    ({}, {"a": {"$gt": None}}, False),
    ({"a": 1}, {"a": {"$ne": None}}, True),
    ({}, {"a": {"$nin": [None]}}, False),
    # A field exists as soon as one subdocument has it.
    ({"a": [{"b": 1}, {}]}, {"a.b": {"$exists": False}}, False),
    # Different items of an array may satisfy different operators.
    ({"a": [{"b": 1}, {"b": 9}]}, {"a.b": {"$gt": 5, "$lt": 3}}, True),
    ({"a": [1, 9]}, {"a": {"$gt": 5, "$lt": 3}}, True),
    ({"a": [4]}, {"a": {"$gt": 5, "$lt": 3}}, False),
    # An array matches as a whole, as an item of an array, and by position.
    ({"a": ["x", "y"]}, {"a": ["x", "y"]}, True),
    ({"a": ["y", "x"]}, {"a": ["x", "y"]}, False),
    ({"a": [["x", "y"]]}, {"a": ["x", "y"]}, True),
    ({"a": ["x", "y"]}, {"a": {"$in": [["x", "y"]]}}, True),
    ({"a": ["x", "y"]}, {"a.1": "y"}, True),
    ({"a": [{"b": 1}, {"b": 2}]}, {"a.1.b": 2}, True),
    ({"a": [{"b": 1}, {"b": 2}]}, {"a.0.b": 2}, False),
    ({"a": [["x"]]}, {"a": "x"}, False),
    # Embedded documents are equal if they have the same fields in the same order.
    ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": 2}}, True),
    ({"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}, False),
    ({"a": {"x": 1}}, {"a": {}}, False),
    # NaN equals itself and is neither less nor greater than any number.
    ({"a": float("nan")}, {"a": float("nan")}, True),
    ({"a": float("nan")}, {"a": {"$lt": 1}}, False),
    ({"a": float("nan")}, {"a": {"$gte": float("nan")}}, True),
    ({"a": 1}, {"a": {"$lt": float("nan")}}, False),
    # Dates have millisecond resolution and compare in UTC.
    ({"a": datetime(2024, 1, 1)}, {"a": datetime(2024, 1, 1, 0, 0, 0, 999, tzinfo=UTC)}, True),  # noqa: DTZ001
    ({"a": datetime(2024, 1, 2)}, {"a": {"$gt": datetime(2024, 1, 1, tzinfo=UTC)}}, True),  # noqa: DTZ001
    ({"a": "2024"}, {"a": {"$lt": datetime(2024, 1, 1, tzinfo=UTC)}}, False),
    # Patterns only match strings, including those in arrays.
    ({"a": ["x", 5]}, {"a": re.compile("^X", re.IGNORECASE)}, True),
    ({"a": 5}, {"a": {"$regex": "5"}}, False),
    ({"a": "x"}, {}, True),
    ({"a": 1}, {"a": {"$in": []}}, False),
    ({"a": 1}, {"a": {"$nin": []}}, True),
]


@pytest.mark.parametrize(("document", "criteria", "expected"), MANUAL)
def test_queries_answer_as_in_the_mongodb_manual(
    document: Document, criteria: Document, *, expected: bool
) -> None:
    assert matches(parse(criteria), document) is expected


@pytest.mark.parametrize(
    ("criteria", "named"),
    [
        ({"a": {"$near": 1}}, r"\$near \(field 'a'\)"),
        ({"$where": "1"}, r"\$where"),
        ({"a": {"$gt": 1, "b": 2}}, "b"),
        ({"$or": []}, "one or more"),
        ({"$and": {"a": 1}}, "list"),
        ({"$or": [1]}, "something else"),
        ({"a": {"$in": "x"}}, r"\$in \(field 'a'\) takes a list"),
        ({"a": {"$in": [re.compile("x")]}}, "regular expressions"),
        ({"a": {"$regex": "("}}, "not a valid regular expression"),
        ({"a": {"$regex": "x", "$options": "q"}}, "'q'"),
        ({"a": {"$options": "i"}}, r"\$options"),
    ],
)
def test_unsupported_queries_are_refused_by_name(criteria: Document, named: str) -> None:
    with pytest.raises(QueryError, match=named):
        parse(criteria)


def test_types_sort_as_in_the_mongodb_manual() -> None:
    values = [None, 1, 2.5, "a", {"x": 1}, b"x", False, True, datetime(2024, 1, 1, tzinfo=UTC)]
    keys = [sort_key({"a": value}, "a") for value in values]
    assert keys == sorted(keys)
    assert sort_key({}, "a") == sort_key({"a": None}, "a")


def test_arrays_sort_by_their_smallest_or_largest_item() -> None:
    assert sort_key({"a": [3, 1]}, "a") == sort_key({"a": 1}, "a")
    assert sort_key({"a": [3, 1]}, "a", descending=True) == sort_key({"a": 3}, "a")
    assert sort_key({"a": []}, "a") < sort_key({}, "a")


def test_projection_applies_within_arrays_and_keeps_field_order() -> None:
    document = {"b": 1, "a": [{"x": 1, "y": 2}, 5, {"y": 3}], "c": {"x": 4}}
    assert list(project(document, ["a.x", "b"])) == ["b", "a"]
    assert project(document, ["a.x"]) == {"a": [{"x": 1}, {}]}
    assert project(document, {"_id": 0, "c.z": 1}) == {"c": {}}
    assert project(document, ["c", "c.x", "b.x"]) == {"c": {"x": 4}}
    with pytest.raises(QueryError, match="omit 'b'"):
        project(document, {"b": 0})
