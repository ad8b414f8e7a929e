"""Intermediate outputs of jobs that later runs reuse."""

import warnings
from collections.abc import Collection
from typing import TypeVar

from jobflow import JobStore
from pydantic import BaseModel

from liponflow import safejson
from liponflow.boundary import file_boundary
from liponflow.store.file import StoreError

Model = TypeVar("Model", bound=BaseModel)


def find_outputs(
    store: JobStore,
    *,
    names: Collection[str],
    field: str,
    values: Collection[str],
    model: type[Model],
) -> dict[str, Model]:
    """Return the latest job output for each value of a field.

    Parameters
    ----------
    store
        Open store.
    names
        Possible names of the jobs, which stores index.
    field
        Field of the output.
    values
        Values of the field to find.
    model
        Model of the outputs, whatever module and class they name.

    Returns
    -------
    dict
        Output by value; values without an output are missing.

    Warns
    -----
    UserWarning
        For an output that does not fit the model; it is skipped.
    """
    if not values:
        return {}
    criteria = {"name": {"$in": list(names)}, f"output.{field}": {"$in": list(values)}}
    found: dict[str, Model] = {}
    for document in store.query(criteria, sort={"completed_at": 1}, load=True):
        output = document["output"]
        name = f"the output of job {document['uuid']} ({document['name']})"
        what = f"{model.__name__} by this version of liponflow"
        try:
            with file_boundary(name, StoreError, what=what, remedy="it is computed again"):
                found[output[field]] = model.model_validate(safejson.without_class(output))
        except StoreError as error:
            warnings.warn(str(error), stacklevel=2)
    return found
