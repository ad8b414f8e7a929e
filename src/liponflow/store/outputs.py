"""Intermediate outputs of jobs that later runs reuse."""

import warnings
from collections.abc import Collection
from typing import TypeVar

from jobflow import JobStore
from pydantic import BaseModel, ValidationError

from liponflow import safejson

Model = TypeVar("Model", bound=BaseModel)


def find_outputs(
    store: JobStore,
    *,
    names: Collection[str],
    field: str,
    values: Collection[str],
    model: type[Model],
) -> dict[str, Model]:
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
    model
        What the outputs are read as, whatever module and class they name.

    Returns
    -------
    dict
        Output by value; values without one are missing.

    Warns
    -----
    UserWarning
        For an output that does not fit the model; it is left out.
    """
    if not values:
        return {}
    criteria = {"name": {"$in": list(names)}, f"output.{field}": {"$in": list(values)}}
    found: dict[str, Model] = {}
    for document in store.query(criteria, sort={"completed_at": 1}, load=True):
        output = document["output"]
        try:
            found[output[field]] = model.model_validate(safejson.without_class(output))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            warnings.warn(
                f"the output of job {document['uuid']} ({document['name']}) cannot be read by "
                f"this version of liponflow and is computed again: {where}: {first['msg']}",
                stacklevel=2,
            )
    return found
