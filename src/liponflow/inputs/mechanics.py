"""Parameters of the model of mechanics; the presets are in mechanics.yaml."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from liponflow.document import Document
from liponflow.inputs.parameter import Unit

_MOST = 1e6
"""Largest length (µm), modulus, stress (GPa) or pressure (MPa)."""
_KNOWN = (("strain", "height"), ("thickness", "stress"))
"""Pairs of which a dome takes one: its shape, and its film."""


class Dome(Document):
    """What is known of a dome."""

    model_config = ConfigDict(frozen=True)

    strain: Annotated[float | None, Unit("")] = Field(
        None, gt=0, le=0.57, description="Strain of the collector; null if height gives it."
    )
    height: Annotated[float | None, Unit("µm")] = Field(
        None, gt=0, le=_MOST, description="Height of the dome; needs chord."
    )
    chord: Annotated[float | None, Unit("µm")] = Field(
        None, gt=0, le=_MOST, description="Width of the dome at its foot."
    )
    thickness: Annotated[float | None, Unit("µm")] = Field(
        None, gt=0, le=_MOST, description="Thickness of the collector; needs chord."
    )
    stress: Annotated[float | None, Unit("GPa")] = Field(
        None, gt=0, le=_MOST, description="Interfacial stress, from which the thickness follows."
    )

    @model_validator(mode="after")
    def _determined(self) -> "Dome":
        for names in _KNOWN:
            given = [name for name in names if getattr(self, name) is not None]
            if len(given) != 1:
                raise ValueError(
                    f"a dome takes {names[0]} or {names[1]}, and here are "
                    f"{' and '.join(given) or 'neither'}; give one, such as {{chord: 20, height: "
                    "2, thickness: 1}"
                )
        for name in ("height", "thickness"):
            if getattr(self, name) is not None and self.chord is None:
                raise ValueError(f"{name} is a length: give the chord of the dome (µm), too")
        return self


class Film(Document):
    """A film of LiPON."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Name of the film.")
    modulus: Annotated[float, Unit("GPa")] = Field(gt=0, le=_MOST, description="Young's modulus.")
    hardness: Annotated[float, Unit("GPa")] = Field(gt=0, le=_MOST, description="Hardness.")


class MechanicsParameters(Document):
    """Parameters of the model of mechanics."""

    model_config = ConfigDict(frozen=True)

    collector: str = Field(description="Formula of the current collector.")
    modulus: Annotated[float, Unit("GPa")] = Field(
        gt=0, le=2_000, description="Young's modulus of the collector."
    )
    poisson_ratio: Annotated[float, Unit("")] = Field(
        gt=0, lt=0.5, description="Poisson's ratio of the collector."
    )
    yield_strength: Annotated[float, Unit("GPa")] = Field(
        gt=0, le=_MOST, description="Stress at which a film of the collector yields."
    )
    external_pressure: Annotated[float, Unit("MPa")] = Field(
        gt=0, le=_MOST, description="Stack pressure that interfacial stresses are compared with."
    )
    domes: list[Dome] = Field(
        description="Domes of the collector over plated Li, each with strain or chord and height, "
        "and with thickness or stress.",
        examples=[[{"chord": 20.0, "height": 2.0, "thickness": 1.0}]],
    )
    volume_changes: Annotated[list[Annotated[float, Field(gt=-100, le=1_000)]], Unit("%")] = Field(
        description="Volume changes of the cathode below the electrolyte."
    )
    films: list[Film] = Field(min_length=1, description="Films of the electrolyte.")
    film_poisson_ratio: Annotated[float, Unit("")] = Field(
        gt=0, lt=0.5, description="Poisson's ratio of the films."
    )
    elastic_share: Annotated[float | None, Unit("")] = Field(
        gt=0,
        lt=1,
        description="Share of the work of indentation that is recovered; null for that of the "
        "first film.",
        examples=["0.4"],
    )
