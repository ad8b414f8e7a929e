"""Which results are found: the filters of lists, in the words of users and of MongoDB."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from liponflow.formulas import spellings
from liponflow.names import did_you_mean
from liponflow.store.file import StoreError
from liponflow.store.latest import latest
from liponflow.store.query import QueryError

if TYPE_CHECKING:
    from liponflow.store.reading import Documents

ANY_KIND = {"$gt": ""}
"""Condition on the kind of a result: any text, which an index finds, unlike ``$exists``."""

_CONDITION = re.compile(r"\s*([A-Za-z_][\w.@-]*)\s*(==|=|!=|>=|<=|>|<)\s*(.+?)\s*")
_OPERATORS = {">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte"}
_WORDS = {"true": True, "false": False, "null": None, "none": None}


class Filters(TypedDict, total=False):
    """Which results are found; see :func:`liponflow.store.results.find_results`."""

    kind: str | None
    formula: str | None
    engine: str | None
    since: datetime | None
    until: datetime | None
    where: Mapping[str, Any] | Sequence[str]
    limit: int
    skipped: list[StoreError] | None


def criteria_of(filters: Filters) -> dict[str, Any]:
    """Return filters as a query, with the conditions on indexed paths first.

    These begin with the most selective one.

    SecantusDB uses the index of the first path alone, and none where there is an ``$and``.
    """
    criteria: dict[str, Any] = {}
    if (formula := filters.get("formula")) is not None:
        criteria["output.formula"] = {"$in": spellings(formula)}
    if (engine := filters.get("engine")) is not None:
        criteria["output.provenance.engine.name"] = engine
    completed: dict[str, str] = {}
    if (since := filters.get("since")) is not None:
        completed["$gte"] = _stamp(since)
    if (until := filters.get("until")) is not None:
        completed["$lte"] = _stamp(until)
    if completed:
        criteria["completed_at"] = completed
    criteria["output.kind"] = filters.get("kind") or ANY_KIND
    left = [item for item in _conditions(filters.get("where", ())) if not _joined(criteria, item)]
    if left:
        criteria["$and"] = left
    return criteria


def _joined(criteria: dict[str, Any], condition: Mapping[str, Any]) -> bool:
    """Add a condition to criteria, unless they have the same operators on a path already."""
    joined: dict[str, Any] = {}
    for path, test in condition.items():
        before = criteria.get(path, {})
        if path.startswith("$") or not (_is_test(before) and (_is_test(test) or not before)):
            return False
        if before and before.keys() & test.keys():
            return False
        joined[path] = {**before, **test} if before else test
    criteria |= joined
    return True


def _is_test(value: Any) -> bool:
    """Return whether a value has operators only, and so is no value to compare with."""
    return isinstance(value, dict) and all(name.startswith("$") for name in value)


def _conditions(where: Mapping[str, Any] | Sequence[str]) -> list[dict[str, Any]]:
    if isinstance(where, Mapping):
        return [_prefixed(where)]
    if isinstance(where, str):
        raise QueryError(f"`where` takes a list of conditions, such as [{where!r}]")
    return [_condition(text) for text in where]


def _prefixed(criteria: Mapping[str, Any]) -> dict[str, Any]:
    prefixed: dict[str, Any] = {}
    for name, value in criteria.items():
        if name in ("$and", "$or"):
            prefixed[name] = [_prefixed(item) for item in value]
        elif name.startswith("$"):
            raise QueryError(f"the operator {name} is not supported between conditions")
        else:
            prefixed[f"output.{name}"] = value
    return prefixed


def _split(text: str) -> tuple[str, str, str]:
    if not (found := _CONDITION.fullmatch(text)):
        raise QueryError(
            f"cannot read the condition {text!r}; write FIELD OPERATOR VALUE with one of "
            "= != > >= < <=, such as converged=true or states.c_over_a>1.03"
        )
    return found[1], found[2], found[3]


def _condition(text: str) -> dict[str, Any]:
    field, operator, token = _split(text)
    values = _values(token)
    if operator not in _OPERATORS:
        # 0.4 may be a number or a version, which is a string.
        return {f"output.{field}": {"$nin" if operator == "!=" else "$in": values}}
    if values[0] is None or isinstance(values[0], bool):
        raise QueryError(f"the condition {text!r} orders {token}; only = and != can be used")
    if isinstance(values[0], str) and not any(sign.isdigit() for sign in token):
        raise QueryError(
            f"the condition {text!r} orders the text {token!r}: {operator} is for numbers and "
            "dates, such as states.c_over_a>1.03; use = or !="
        )
    return {f"output.{field}": {_OPERATORS[operator]: values[0]}}


def _values(token: str) -> list[Any]:
    if len(token) > 1 and token[0] == token[-1] and token[0] in "'\"":
        return [token[1:-1]]
    if token.lower() in _WORDS:
        return [_WORDS[token.lower()]]
    for number in (int, float):
        try:
            value = number(token)
        except ValueError:
            continue
        # MongoDB has integers of 64 bits.
        return [value if isinstance(value, float) or abs(value) < 2**63 else float(token), token]
    return [token]


def check_fields(store: "Documents", where: Sequence[str]) -> None:
    """Refuse conditions on fields that no result has, naming similar ones.

    Raises
    ------
    QueryError
        Naming the first such field.
    """
    is_result = {"output.kind": ANY_KIND}
    sample = next(latest(store, is_result, limit=1), None)
    if sample is None:
        return
    for text in where:
        field, _, _ = _split(text)
        having = latest(store, {**is_result, f"output.{field}": {"$exists": True}}, limit=1)
        if next(having, None) is None:
            hint = did_you_mean(field, _field_names(sample["output"]), at_most=3)
            raise QueryError(f"no stored result has the field {field!r}{hint}")


def _field_names(value: Any, prefix: str = "") -> set[str]:
    if isinstance(value, list):
        return set().union(*(_field_names(item, prefix) for item in value[:1]))
    if not isinstance(value, dict):
        return {prefix.removesuffix(".")}
    parts = (_field_names(item, f"{prefix}{name}.") for name, item in value.items())
    return set().union(*parts)


def _stamp(moment: datetime) -> str:
    # jobflow writes completed_at in local time without a time zone.
    local = moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    return local.isoformat()
