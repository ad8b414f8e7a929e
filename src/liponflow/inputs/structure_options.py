"""Parameters of the reading of a user's structure, the same for every campaign.

They are not parameters of the calculations: those see the ordered cell.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from liponflow.boundary import shortened
from liponflow.document import Document
from liponflow.inputs.presets import ParameterError


class StructureOptions(Document):
    """How a structure file is read: which crystal of it, and what becomes of disorder."""

    model_config = ConfigDict(frozen=True)

    order: Literal["auto", "error"] = Field(
        "auto",
        description="What becomes of a crystal with partial occupancies: auto takes the smallest "
        "ordered cell of lowest Ewald energy, error refuses it.",
        examples=["error"],
    )
    order_atoms: int = Field(
        200,
        ge=1,
        le=500,
        description="Largest number of atoms in an ordered cell.",
        examples=[80],
    )
    order_seed: int = Field(
        0,
        ge=0,
        description="Seed of the choice among arrangements of equal energy, and of samples where "
        "there are too many to list.",
        examples=[1],
    )
    block: str | None = Field(
        None,
        coerce_numbers_to_str=True,
        description="Name or number of the crystal in a CIF that holds several.",
        examples=["LNMO_300K"],
    )


def split_options(given: Mapping[str, Any]) -> tuple[StructureOptions, dict[str, Any]]:
    """Return the options of reading a structure, and the other parameters.

    Parameters
    ----------
    given
        Parameters by name, as a user gives them.

    Raises
    ------
    ParameterError
        If an option has a value that it can't have.

    Examples
    --------
    >>> options, others = split_options({"order": "error", "x": [0, 1]})
    >>> options.order, others
    ('error', {'x': [0, 1]})
    """
    own = {key: value for key, value in given.items() if key in StructureOptions.model_fields}
    try:
        options = StructureOptions.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0])
        example = (StructureOptions.model_fields[key].examples or [""])[0]
        raise ParameterError(
            f"parameter {key}={shortened(repr(first['input']))}: {first['msg']}; for example "
            f"{key}={example}",
            key,
        ) from None
    return options, {key: value for key, value in given.items() if key not in own}
