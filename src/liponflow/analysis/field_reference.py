"""Reference of the fields of results: a page of tables, generated from the models.

``python -m liponflow.analysis.field_reference > docs/results.md`` writes the page of the
documentation.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pymatgen.core.structure import Structure

from liponflow.analysis.kinds import get_kind, kind_names
from liponflow.analysis.quantity import parts_of, quantity_of
from liponflow.analysis.result import Result

_INTRODUCTION = """\
# Fields of results

<!-- Made by `python -m liponflow.analysis.field_reference`; do not edit it by hand. -->

Every field of every kind of result, with its unit. The JSON schema of a kind, with the same units
and descriptions, is printed by

```console
$ liponflow results schema lithiation
```

CSV files have the unit in the header of each column, and JSON has the units of all fields under
`@units`. Tables in Python have bare names, and the units in `frame.attrs["units"]`. Fields without
a unit are dimensionless, counts or text.
"""

_NAMES: Mapping[Any, str] = {
    float: "number",
    int: "integer",
    str: "text",
    bool: "yes or no",
    datetime: "time",
    Structure: "structure",
    Any: "anything",
}


def own_kinds() -> list[str]:
    """List the kinds of results that this package registers, without those of other packages."""
    return [name for name in kind_names() if get_kind(name).model.startswith("liponflow.")]


def submodels(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a model and its submodels, in order of appearance."""
    found: dict[type[BaseModel], None] = {model: None}
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            if inspect.isclass(part) and issubclass(part, BaseModel):
                found |= dict.fromkeys(submodels(part))
    return list(found)


def reference(kinds: Iterable[str] | None = None) -> str:
    """Return the reference of the fields of results in Markdown.

    Parameters
    ----------
    kinds
        Kinds of results; by default all that this package registers.

    Returns
    -------
    str
        One section per kind. A model of several kinds is described in the first of them.
    """
    kinds = own_kinds() if kinds is None else kinds
    sections = [_INTRODUCTION, "## Every result\n", _table(Result, list(Result.model_fields))]
    described: set[type[BaseModel]] = {Result}
    for model in submodels(Result)[1:]:
        sections += _section(model)
        described.add(model)
    for kind in kinds:
        result = get_kind(kind).load()
        own = [name for name in result.model_fields if name not in Result.model_fields]
        sections += [
            f"## Results of kind `{kind}`\n",
            f"{_summary(result)}\n",
            _table(result, own),
        ]
        for model in submodels(result)[1:]:
            if model not in described:
                sections += _section(model)
                described.add(model)
    return "\n".join(sections)


def _section(model: type[BaseModel]) -> list[str]:
    heading = f"### {model.__name__}\n"
    return [heading, f"{_summary(model)}\n", _table(model, list(model.model_fields))]


def _summary(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _table(model: type[BaseModel], names: Sequence[str]) -> str:
    lines = ["| field | holds | unit | description |", "| --- | --- | --- | --- |"]
    for name in names:
        field = model.model_fields[name]
        quantity = quantity_of(model, name)
        cells = (
            f"`{name}`",
            _holds(field.annotation),
            quantity.unit if quantity else "",
            (field.description or "").replace("|", "\\|"),
        )
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    return "\n".join(lines) + "\n"


def _holds(annotation: Any) -> str:
    """Return the contents of a field in words.

    Examples
    --------
    >>> _holds(dict[str, list[float]] | None)
    'lists of numbers by key'
    >>> _holds(Literal["a", "b"])
    '`a` or `b`'
    """
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        text = " or ".join(_holds(part) for part in parts if part is not NoneType)
    elif origin is Annotated:
        text = _holds(parts[0])
    elif origin is Literal:
        text = " or ".join(f"`{part}`" for part in parts)
    elif origin is list:
        text = f"list of {_several(parts[0])}"
    elif origin is dict:
        text = f"{_several(parts[1])} by key"
    elif origin is tuple:
        text = f"tuple of {' and '.join(dict.fromkeys(_several(part) for part in parts))}"
    elif inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        text = f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    else:
        text = _NAMES[annotation]
    return text


def _several(annotation: Any) -> str:
    one = _holds(annotation)
    if get_origin(annotation) in {list, tuple}:
        first, rest = one.split(" ", 1)
        return f"{first}s {rest}"
    return f"{one}s" if annotation in {float, int, Structure} else one


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201 - the page
