"""Outputs of jobs that are no results: intermediate documents that later runs use again."""

import warnings
from collections.abc import Collection, Iterable
from typing import Any

from jobflow import JobStore
from pydantic import ValidationError

from liponflow import safejson


def find_outputs(
    store: JobStore,
    *,
    names: Collection[str],
    field: str,
    values: Collection[str],
    trusted: Iterable[str] = (),
) -> dict[str, Any]:
    """Find the latest output of jobs for each value of a field.

    Parameters
    ----------
    store
        Open store.
    names
        Names that the jobs may have; stores index them.
    field
        Field of the output.
    values
        Values of it that are looked for.
    trusted
        Further top-level packages whose classes an output may name; see
        :func:`liponflow.safejson.decode`.

    Returns
    -------
    dict
        Decoded output by value; values without one are missing.

    Warns
    -----
    UserWarning
        For an output that this version cannot read; it is left out.
    """
    if not values:
        return {}
    criteria = {"name": {"$in": list(names)}, f"output.{field}": {"$in": list(values)}}
    found: dict[str, Any] = {}
    for document in store.query(criteria, sort={"completed_at": 1}, load=True):
        output = document["output"]
        try:
            found[output[field]] = safejson.decode(output, trusted)
        except (ValidationError, ImportError, AttributeError, ValueError) as error:
            warnings.warn(
                f"the output of job {document['uuid']} ({document['name']}) cannot be read by "
                f"this version of liponflow and is computed again: {str(error).splitlines()[0]}",
                stacklevel=2,
            )
    return found
