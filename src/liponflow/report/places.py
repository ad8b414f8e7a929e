"""Places of values in documents: names of fields, keys, numbers of items, and conditions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from liponflow.analysis.quantity import parts_of, quantity_of

Step = str | int | float | dict[str, Any]
"""A field or key, the number of an item, or fields with the values that an item must have."""
Place = tuple[Step, ...]


def value_at(document: Any, place: Sequence[Step]) -> Any:
    """Return the value at a place.

    Parameters
    ----------
    document
        Model, or plain data.
    place
        Steps from the outside in. In a list, a mapping chooses the first item with these values.

    Returns
    -------
    Any
        None if the place does not exist, or what it leads through is None.

    Examples
    --------
    >>> states = {"states": [{"x": 0.0, "moments": {"Ni": 0.25}}, {"x": 1.0, "moments": {}}]}
    >>> value_at(states, ["states", {"x": 0}, "moments", "Ni"])
    0.25
    >>> value_at(states, ["states", {"x": 2}, "moments", "Ni"]) is None
    True
    """
    value = document
    for step in place:
        if isinstance(step, dict):
            value = next((item for item in value or () if _fits(item, step)), None)
        elif isinstance(value, list | tuple):
            value = value[step] if isinstance(step, int) and 0 <= step < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = getattr(value, str(step), None)
        if value is None:
            return None
    return value


def unit_at(model: type[BaseModel], place: Sequence[Step]) -> str:
    """Return the unit of the field at a place, empty without one.

    Raises
    ------
    ValueError
        If no result of this model can have the place.
    """
    unit, models = "", [model]
    for step in place:
        if isinstance(step, dict):
            if unknown := [
                name for name in step if not any(name in m.model_fields for m in models)
            ]:
                raise ValueError(f"{_names(models)} has no field {unknown[0]!r}")
            continue
        owner = next((m for m in models if str(step) in m.model_fields), None)
        if owner is None:
            if models and not isinstance(step, int):
                raise ValueError(f"{_names(models)} has no field {step!r}")
            continue
        quantity = quantity_of(owner, str(step))
        unit = quantity.unit if quantity is not None else ""
        parts = parts_of(owner.model_fields[str(step)].annotation)
        models = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
    return unit


def _names(models: Sequence[type[BaseModel]]) -> str:
    return " or ".join(model.__name__ for model in models) or "what is not a document"


def _fits(item: Any, wanted: Mapping[str, Any]) -> bool:
    return all(_equal(value_at(item, [name]), value) for name, value in wanted.items())


def _equal(first: Any, second: Any) -> bool:
    if isinstance(first, float) and isinstance(second, int | float):
        return math.isclose(first, second, abs_tol=1e-9)
    return bool(first == second)
