"""Parameters of the model of an interphase; the presets are in interphase.yaml."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from liponflow.document import Document
from liponflow.inputs.parameter import Unit

_SUM = 1e-3
"""Tolerance of the sum of the shares of a layer, which are typed with few digits."""

Share = Annotated[float, Field(ge=0, le=1)]


class Conductivity(Document):
    """Conductivities of a phase."""

    model_config = ConfigDict(frozen=True)

    ionic: Annotated[float, Unit("S/cm")] = Field(
        gt=0, le=1e9, description="Conductivity of Li+; of a metal, of its Li atoms."
    )
    electronic: Annotated[float, Unit("S/cm")] = Field(
        gt=0, le=1e9, description="Electronic conductivity."
    )


class Layer(Document):
    """A layer of the interphase."""

    model_config = ConfigDict(frozen=True)

    thickness: Annotated[float, Unit("nm")] = Field(gt=0, le=1e7, description="Thickness.")
    shares: Annotated[dict[str, Share], Unit("")] = Field(
        min_length=1, description="Volume share of every phase; they add up to 1."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        total = sum(self.shares.values())
        if abs(total - 1) > _SUM:
            raise ValueError(
                f"the shares of {', '.join(self.shares)} add up to {total:g}, not to 1"
            )
        return self


class InterphaseParameters(Document):
    """Parameters of the model of an interphase."""

    model_config = ConfigDict(frozen=True)

    layers: list[Layer] = Field(
        min_length=1, max_length=100, description="Layers from the Li metal on."
    )
    conductivities: dict[str, Conductivity] = Field(description="Conductivities of the phases.")
    conductor: str = Field(
        description="Phase whose needed share is solved for; in a layer with a better ionic "
        "conductor, such as the metal, that of this one."
    )
    electrolyte: Layer = Field(description="Electrolyte behind the interphase, a phase.")
    voltage: Annotated[float, Unit("V vs Li")] = Field(
        gt=0, le=10, description="Potential of the electrode behind the electrolyte."
    )
    stable_from: Annotated[float, Unit("V vs Li")] = Field(
        ge=0, le=10, description="Lowest potential at which the electrolyte is stable."
    )
    allowed_resistance: Annotated[float | None, Unit("Ω cm²")] = Field(
        gt=0,
        description="Largest resistance of the interphase; null for that of the electrolyte.",
        examples=["10"],
    )

    @model_validator(mode="after")
    def _known_phases(self) -> Self:
        layers = [*self.layers, self.electrolyte]
        for phase in [self.conductor, *(phase for layer in layers for phase in layer.shares)]:
            if phase not in self.conductivities:
                raise ValueError(
                    f"{phase} has no conductivities; there are those of "
                    f"{', '.join(self.conductivities)}"
                )
        return self
