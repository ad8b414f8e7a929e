"""MongoDB's query language over plain documents: parse, match, sort and project.

The embedded store must answer the queries of jobflow, maggma and this package as a MongoDB server
does. This module evaluates them without a database. Operators: ``$eq $ne $gt $gte $lt $lte $in
$nin $exists $regex`` (with ``$options``), joined by ``$and`` and ``$or``; any other raises
:class:`QueryError`. Regular expressions are Python's.

Source of the semantics: MongoDB manual, "Query and Projection Operators", "Comparison/Sort
Order", "Query for Null or Missing Fields" and "Query an Array".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from liponflow.store.values import EMPTY_ARRAY_KEY, MISSING, NAN_KEY, SortKey, bson_key


class QueryError(ValueError):
    """A query that is malformed or uses an operator that is not supported."""

    page = "docs/store.md"


_COMPARISONS = ("gt", "gte", "lt", "lte")
_REGEX_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "x": re.VERBOSE, "s": re.DOTALL}
_SUPPORTED = "$eq $ne $gt $gte $lt $lte $in $nin $exists $regex $options $and $or"


@dataclass(frozen=True)
class Leaf:
    """One operator on one path.

    The operator is ``eq``, ``in``, ``gt``, ``gte``, ``lt``, ``lte``, ``exists`` or ``regex``,
    whose operand is a compiled pattern.
    """

    path: str
    operator: str
    operand: Any
    parts: tuple[str, ...] = field(init=False, repr=False)
    key: Any = field(init=False, repr=False)
    """Operand, converted once to a comparable form instead of once per document."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.path.split(".")))
        key: Any = None
        if self.operator == "in":
            key = frozenset(bson_key(item) for item in self.operand)
        elif self.operator == "eq" or self.operator in _COMPARISONS:
            key = bson_key(self.operand)
        object.__setattr__(self, "key", key)


@dataclass(frozen=True)
class Not:
    """Every document that the condition does not match."""

    condition: Leaf


@dataclass(frozen=True)
class AllOf:
    """Every document that all conditions match."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True)
class AnyOf:
    """Every document that at least one condition matches."""

    conditions: "tuple[Condition, ...]"


Condition = Leaf | Not | AllOf | AnyOf


def parse(criteria: Mapping[str, Any] | None) -> AllOf:
    """Parse a MongoDB filter.

    Parameters
    ----------
    criteria
        Filter document; ``None`` and ``{}`` match everything.

    Raises
    ------
    QueryError
        Naming the operator that is not supported or the operand that is malformed.

    Examples
    --------
    >>> parse({"x": {"$near": 1}})
    Traceback (most recent call last):
    ...
    liponflow.store.query.QueryError: the operator $near (field 'x') is not supported; ...
    """
    conditions: list[Condition] = []
    for name, value in (criteria or {}).items():
        if name == "$and":
            conditions.extend(item for part in _filters(name, value) for item in part.conditions)
        elif name == "$or":
            conditions.append(AnyOf(_filters(name, value)))
        elif name.startswith("$"):
            raise QueryError(f"the operator {name} is not supported; supported are {_SUPPORTED}")
        elif isinstance(value, Mapping) and any(str(key).startswith("$") for key in value):
            conditions.extend(_parse_operators(name, value))
        elif isinstance(value, re.Pattern):
            conditions.append(Leaf(name, "regex", value))
        else:
            conditions.append(Leaf(name, "eq", value))
    return AllOf(tuple(conditions))


def _filters(name: str, value: Any) -> tuple[AllOf, ...]:
    if not (isinstance(value, list | tuple) and value):
        raise QueryError(f"{name} takes a list of one or more filters, not {value!r}")
    if not all(isinstance(item, Mapping) for item in value):
        raise QueryError(f"{name} takes a list of filters, but holds something else: {value!r}")
    return tuple(parse(item) for item in value)


def _parse_operators(path: str, operators: Mapping[str, Any]) -> Iterator[Condition]:
    for name, operand in operators.items():
        if name in ("$eq", "$gt", "$gte", "$lt", "$lte"):
            yield Leaf(path, name[1:], operand)
        elif name == "$ne":
            yield Not(Leaf(path, "eq", operand))
        elif name in ("$in", "$nin"):
            if not isinstance(operand, list | tuple | set | frozenset):
                raise QueryError(f"{name} (field {path!r}) takes a list, not {operand!r}")
            if any(isinstance(item, re.Pattern) for item in operand):
                raise QueryError(
                    f"{name} (field {path!r}) does not accept regular expressions; use $or"
                )
            leaf = Leaf(path, "in", tuple(operand))
            yield leaf if name == "$in" else Not(leaf)
        elif name == "$exists":
            leaf = Leaf(path, "exists", operand)
            yield leaf if operand else Not(leaf)
        elif name == "$regex":
            yield Leaf(path, "regex", _compile(path, operand, operators.get("$options", "")))
        elif name == "$options" and "$regex" in operators:
            continue
        else:
            raise QueryError(
                f"the operator {name} (field {path!r}) is not supported; "
                f"supported are {_SUPPORTED}"
            )


def _compile(path: str, pattern: Any, options: Any) -> re.Pattern[str]:
    flags = re.NOFLAG
    for letter in options:
        if letter not in _REGEX_FLAGS:
            raise QueryError(
                f"$options {options!r} (field {path!r}): {letter!r} is not one of "
                f"{', '.join(_REGEX_FLAGS)}"
            )
        flags |= _REGEX_FLAGS[letter]
    if isinstance(pattern, re.Pattern):
        pattern, flags = pattern.pattern, flags | pattern.flags
    try:
        return re.compile(pattern, flags)
    except (re.error, TypeError) as error:
        raise QueryError(
            f"{pattern!r} (field {path!r}) is not a valid regular expression: {error}"
        ) from error


def leaves(document: Any, parts: tuple[str, ...]) -> Iterator[Any]:
    """Yield the values at a dotted path, one for each subdocument of arrays on the way.

    A path that leaves the documents yields :data:`MISSING`; array items that are not documents
    yield nothing, as in MongoDB.

    Examples
    --------
    >>> list(leaves({"a": [{"b": 1}, {"b": [2, 3]}, {}, 4]}, ("a", "b")))
    [1, [2, 3], <_Missing.MISSING: 'missing'>]
    """
    value = document
    for depth, part in enumerate(parts):
        if isinstance(value, list):
            rest = parts[depth:]
            for position, item in enumerate(value):
                if isinstance(item, dict):
                    yield from leaves(item, rest)
                if part == str(position):
                    if len(rest) == 1:
                        yield item
                    elif isinstance(item, dict | list):
                        yield from leaves(item, rest[1:])
            return
        if not isinstance(value, dict) or part not in value:
            yield MISSING
            return
        value = value[part]
    yield value


def candidates(document: Any, parts: tuple[str, ...]) -> Iterable[Any]:
    """Return every value that an operator is applied to: the leaves and the items of arrays."""
    value = document
    for part in parts:
        if not isinstance(value, dict):
            break
        value = value.get(part, MISSING)
    else:
        # One value, the usual case, needs no generators, which would take longer than the rest.
        if not isinstance(value, list):
            return (value,)
    return _leaves_and_items(document, parts)


def _leaves_and_items(document: Any, parts: tuple[str, ...]) -> Iterator[Any]:
    for leaf in leaves(document, parts):
        if isinstance(leaf, list):
            yield from leaf
        yield leaf


def matches(condition: Condition, document: Mapping[str, Any]) -> bool:
    """Return whether a document meets a parsed condition.

    Examples
    --------
    >>> matches(parse({"tags": "b", "n": {"$gt": 1}}), {"tags": ["a", "b"], "n": 1.5})
    True
    """
    # Loops, since a generator for each condition of each document would take twice as long.
    if isinstance(condition, Leaf):
        for value in candidates(document, condition.parts):  # noqa: SIM110
            if _holds(condition, value):
                return True
        return False
    if isinstance(condition, AllOf):
        for item in condition.conditions:  # noqa: SIM110
            if not matches(item, document):
                return False
        return True
    if isinstance(condition, AnyOf):
        return any(matches(item, document) for item in condition.conditions)
    return not matches(condition.condition, document)


def _holds(leaf: Leaf, value: Any) -> bool:
    if leaf.operator == "exists":
        return value is not MISSING
    if leaf.operator == "regex":
        return isinstance(value, str) and leaf.operand.search(value) is not None
    key = bson_key(value)
    if leaf.operator == "in":
        return key in leaf.key
    if leaf.operator == "eq" or key == leaf.key:
        return bool(key == leaf.key and leaf.operator in ("eq", "gte", "lte"))
    # Values of different types are never ordered by an operator, and neither is NaN.
    if key[0] != leaf.key[0] or NAN_KEY in (key, leaf.key):
        return False
    return bool(key > leaf.key) if leaf.operator.startswith("gt") else bool(key < leaf.key)


def sort_key(document: Mapping[str, Any], path: str, *, descending: bool = False) -> SortKey:
    """Return the sort key of a document; arrays sort by their smallest (or largest) item."""
    keys: list[SortKey] = []
    for leaf in leaves(document, tuple(path.split("."))):
        if not isinstance(leaf, list):
            keys.append(bson_key(leaf))
        elif leaf:
            keys.extend(bson_key(item) for item in leaf)
        else:
            keys.append(EMPTY_ARRAY_KEY)
    keys = keys or [bson_key(MISSING)]
    return max(keys) if descending else min(keys)


def project(
    document: dict[str, Any], properties: Mapping[str, Any] | Iterable[str]
) -> dict[str, Any]:
    """Return a document with only the named dotted paths.

    Parameters
    ----------
    document
        Document; it is not changed.
    properties
        Paths to keep, or a mapping ``{path: 1}``. Omitting fields (``{path: 0}``) is supported
        only for ``_id``.

    Examples
    --------
    >>> project({"a": {"b": 1, "c": 2}, "d": [{"e": 3, "f": 4}, 5]}, ["a.c", "d.e"])
    {'a': {'c': 2}, 'd': [{'e': 3}]}
    """
    tree: dict[str, Any] = {}
    for path in properties:
        if isinstance(properties, Mapping) and not properties[path]:
            if path == "_id":
                continue
            raise QueryError(f"a projection can only name fields to keep, not omit {path!r}")
        _add_path(tree, path.split("."))
    kept = _keep(document, tree)
    return kept if isinstance(kept, dict) else {}


def _add_path(tree: dict[str, Any], parts: list[str]) -> None:
    for part in parts[:-1]:
        if tree.get(part, MISSING) is None:  # a shorter path already keeps everything
            return
        tree = tree.setdefault(part, {})
    tree[parts[-1]] = None


def _keep(value: Any, tree: dict[str, Any] | None) -> Any:
    if tree is None:
        return value
    if isinstance(value, list):
        return [kept for item in value if (kept := _keep(item, tree)) is not MISSING]
    if not isinstance(value, dict):
        return MISSING
    kept_items = ((name, _keep(item, tree[name])) for name, item in value.items() if name in tree)
    return {name: kept for name, kept in kept_items if kept is not MISSING}
