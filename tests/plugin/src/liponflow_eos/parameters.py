# src/liponflow_eos/parameters.py
"""Parameters of the campaign; the presets are in eos.yaml."""

from typing import Annotated

from pydantic import ConfigDict, Field

from liponflow.document import Document
from liponflow.inputs.parameter import Unit


class EosParameters(Document):
    """Everything that a user can set."""

    model_config = ConfigDict(frozen=True)

    element: str = Field(description="Element of the fcc crystal, where no structure is given.")
    lattice: Annotated[float, Unit("Å")] = Field(gt=0, description="Its lattice parameter.")
    strain: Annotated[float, Unit("")] = Field(
        gt=0, le=0.1, description="Largest linear strain, of both signs."
    )
    points: int = Field(ge=5, description="Number of volumes.")
