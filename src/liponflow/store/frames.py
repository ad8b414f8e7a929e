"""Results as pandas tables, with the units of their columns, and as CSV."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from liponflow.analysis.quantity import units_of
from liponflow.analysis.result import Result
from liponflow.store.reading import StoredResult

if TYPE_CHECKING:
    import pandas as pd


def results_frame(stored: Sequence[StoredResult]) -> "pd.DataFrame":
    """Return a table of results, one row each.

    Parameters
    ----------
    stored
        Results of one or several kinds; the columns of several kinds are joined.

    Returns
    -------
    pandas.DataFrame
        ``uuid``, ``index``, ``completed_at`` and every scalar field of the results, nested ones
        with dotted names. Lists and structures are omitted; see :func:`states_frame`.
        ``frame.attrs["units"]`` has the unit of every column that has one.
    """
    import pandas as pd

    rows = [
        {
            "uuid": item.uuid,
            "index": item.index,
            "completed_at": item.completed_at,
            **flat_fields(item.result),
        }
        for item in stored
    ]
    return _with_units(pd.DataFrame(rows), [item.result for item in stored])


def states_frame(result: Result, field: str) -> "pd.DataFrame":
    """Return a table of a list in a result, such as the states of a lithiation, one row each.

    Parameters
    ----------
    result
        The result.
    field
        Name of the list, dotted if it lies in a submodel (``mean.units``).

    Returns
    -------
    pandas.DataFrame
        Every scalar field of the submodels, with units as in :func:`results_frame`.

    Raises
    ------
    ValueError
        If the result has no such list (those that it has are listed).
    """
    if field not in tables(result):
        raise ValueError(
            f"a {result.kind} result has no list of states named {field!r}; "
            f"it has {', '.join(tables(result)) or 'none at all'}"
        )
    return rows_frame(table_items(result, field))


def rows_frame(items: Sequence[BaseModel]) -> "pd.DataFrame":
    """Return a table of documents of one class, one row each, as :func:`states_frame` does."""
    import pandas as pd

    return _with_units(pd.DataFrame(table_rows(items)), items)


def table_rows(items: Sequence[BaseModel]) -> list[dict[str, Any]]:
    """Return the scalar fields of each submodel of a list, nested ones with dotted names."""
    return [flat_fields(item) for item in items]


def csv_text(frame: "pd.DataFrame") -> str:
    """Return a table of results as CSV text.

    Parameters
    ----------
    frame
        Table with the units of its columns, as :func:`results_frame` and :func:`states_frame`
        return it.

    Returns
    -------
    str
        One line per row. A header names the column and its unit: ``energy_per_atom (eV/atom)``;
        dimensionless columns have no bracket.
    """
    units = frame.attrs["units"]
    headers = [f"{name} ({units[name]})" if name in units else name for name in frame.columns]
    return frame.to_csv(index=False, header=headers)


def _with_units(frame: "pd.DataFrame", models: Sequence[BaseModel]) -> "pd.DataFrame":
    units = dict(pair for model in models for pair in units_of(model))
    frame.attrs["units"] = {name: units[name] for name in frame.columns if name in units}
    return frame


def tables(result: Result) -> list[str]:
    """Return the names of the lists in a result that :func:`states_frame` accepts.

    Lists in submodels have dotted names; lists within the items of a list are omitted.
    """
    return list(_tables(result, ""))


def table_items(result: Result, field: str) -> Sequence[BaseModel]:
    """Return the submodels of a list that :func:`tables` names."""
    value: Any = result
    for part in field.split("."):
        value = getattr(value, part)
    items: Sequence[BaseModel] = value
    return items


def _tables(model: BaseModel, prefix: str) -> Iterator[str]:
    own = type(model).__annotations__
    # What a kind of result shares with others, such as its spread over engines, comes last.
    for name in sorted(type(model).model_fields, key=lambda name: name not in own):
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _tables(value, f"{prefix}{name}.")
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(item, BaseModel) for item in value)
        ):
            yield f"{prefix}{name}"


def flat_fields(model: BaseModel) -> dict[str, Any]:
    """Return the scalar fields of a model, those of submodels with dotted names."""
    return _flat(model.model_dump(), "")


def _flat(document: dict[str, Any], prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict) and "@class" not in value:
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is None or isinstance(value, str | int | float | datetime):
            flat[f"{prefix}{name}"] = value
    return flat
