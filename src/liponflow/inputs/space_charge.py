"""Parameters of the model of a space charge; the presets are in space_charge.yaml."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from liponflow.document import Document
from liponflow.inputs.parameter import Unit

_MOST_ENERGY = 5.0
"""eV; a drop beyond that of a battery."""


class DefectPhase(Document):
    """A phase with interstitials and vacancies of Li⁺."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Formula or name of the phase.")
    permittivity: Annotated[float, Unit("")] = Field(
        ge=1, le=1e5, description="Relative permittivity."
    )
    sites: Annotated[float, Unit("1/cm³")] = Field(
        ge=1e15, le=1e24, description="Sites that a defect may take."
    )
    interstitial: Annotated[float, Unit("eV")] = Field(
        ge=-_MOST_ENERGY,
        le=_MOST_ENERGY,
        description="Formation energy of an interstitial where the chemical potential of Li⁺ is "
        "zero, on a scale that both phases share.",
    )
    vacancy: Annotated[float, Unit("eV")] = Field(
        ge=-_MOST_ENERGY,
        le=_MOST_ENERGY,
        description="Formation energy of a vacancy there.",
    )

    @model_validator(mode="after")
    def _stable(self) -> "DefectPhase":
        total = self.interstitial + self.vacancy
        if not 0 < total <= 2 * _MOST_ENERGY:
            raise ValueError(
                f"{self.name}: an interstitial and a vacancy together cost {total:g} eV; they are "
                "stable against each other only above 0"
            )
        return self


class SpaceChargeParameters(Document):
    """Parameters of the model of a space charge."""

    model_config = ConfigDict(frozen=True)

    cathode: DefectPhase = Field(description="The cathode.")
    electrolyte: DefectPhase = Field(description="The electrolyte.")
    temperature: Annotated[float, Unit("K")] = Field(ge=50, le=3_000, description="Temperature.")
