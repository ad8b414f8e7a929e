"""The parameter of a supercell."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from liponflow.crystals.supercell import Supercell, matrix_of


def _checked(value: Any) -> Any:
    matrix_of(value)  # one message for both forms
    return value


SupercellParameter = Annotated[Supercell, BeforeValidator(_checked)]
"""Three repeats or a 3 x 3 matrix, checked."""
