"""Base of the models of documents: results, entries, parameters."""

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A document without unknown fields, whose numbers are finite.

    JSON has no NaN and no infinity: what would be stored for one is not a number, or can't be read
    again. A quantity that is not known is None.

    Examples
    --------
    >>> class Energy(Document):
    ...     energy: float
    >>> Energy(energy=float("nan"))
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Energy
    energy
      Input should be a finite number ...
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
