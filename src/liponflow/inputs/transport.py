"""Parameters of the transport campaign."""

from typing import Annotated, ClassVar, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from liponflow.crystals.elements import is_symbol
from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import Seed, Unit
from liponflow.inputs.protocol import HOTTEST, LONGEST_STEP, Stage
from liponflow.units import FS_PER_PS

TOPIC = "transport"

EQUILIBRATION, PRODUCTION = "equilibration", "production"
"""Names of the stages."""

LEAST_FRAMES = 50
"""Fewest frames of the production that can be analysed."""


class TransportParameters(ComparedParameters):
    """Parameters of a transport campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = (
        "log10 of the diffusivity in cm²/s",
        "jump rate",
        "share of ions",
        "activation energy",
        "log10 of the conductivity in S/cm",
    )

    glass: str = Field(
        min_length=1,
        description="Glass that is heated where no structure is given: LiPON or LiPON-melt-quench "
        "of the library, the first characters of the uuid of a glass in the store, or latest.",
    )
    model: int = Field(
        ge=0, le=10_000, description="Number of the model of a glass that has several, from 0."
    )
    species: str = Field(description="Element of the mobile ions.")
    charge: int = Field(ge=-10, le=10, description="Charge number of the ions.")
    temperatures: Annotated[
        list[Annotated[float, Field(gt=0, le=HOTTEST)]], Unit("K"), Field(min_length=1)
    ] = Field(description="Temperatures, each of a run of its own.")
    equilibration: Annotated[float, Unit("ps")] = Field(
        gt=0,
        le=1_000_000,
        description="Dynamics at the temperature before the production (NVT, Langevin).",
    )
    friction: Annotated[float, Unit("1/ps")] = Field(
        gt=0, le=1_000, description="Friction of that thermostat."
    )
    production: Annotated[float, Unit("ps")] = Field(
        gt=0,
        le=1_000_000,
        description="Dynamics that are measured (NVT, velocity rescaling after Bussi).",
    )
    thermostat_time: Annotated[float, Unit("fs")] = Field(
        gt=0, le=1_000_000, description="Time constant of the rescaling."
    )
    time_step: Annotated[float, Unit("fs")] = Field(
        gt=0, le=LONGEST_STEP, description="Time step."
    )
    frame_interval: int = Field(
        ge=1,
        le=1_000_000,
        description="Number of steps between frames of the trajectory; VASP writes every step.",
    )
    segment_steps: int = Field(
        ge=1,
        le=1_000_000_000,
        description="Number of steps between states from which a killed run can continue.",
    )
    seed: Seed = Field(
        description="Seed of the run at the first temperature; others have the following numbers."
    )
    hop_length: Annotated[float, Unit("Å")] = Field(
        gt=0, le=20, description="Distance of neighbouring sites, to count effective hops."
    )
    regions: list[str] = Field(
        description="Slabs in which transport is measured too, between two fractions of a lattice "
        "vector; [] for none.",
        examples=["bulk=c:0:0.3,interface=c:0.4:0.6"],
    )

    @field_validator("species")
    @classmethod
    def _element(cls, species: str) -> str:
        if not is_symbol(species):
            raise ValueError("is not an element; write its symbol, such as Li")
        return species

    @field_validator("charge")
    @classmethod
    def _charged(cls, charge: int) -> int:
        if charge == 0:
            raise ValueError("an ion without charge conducts nothing; give its charge number")
        return charge

    @field_validator("temperatures")
    @classmethod
    def _different(cls, temperatures: list[float]) -> list[float]:
        if len(set(temperatures)) < len(temperatures):
            raise ValueError("a temperature stands twice; give each once")
        return sorted(temperatures)

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        steps = self.production * FS_PER_PS / self.time_step
        if steps < LEAST_FRAMES * self.frame_interval:
            raise ValueError(
                f"production = {self.production:g} ps has {steps / self.frame_interval:.0f} "
                f"frames, and {LEAST_FRAMES} are the fewest: give at least "
                f"{LEAST_FRAMES * self.frame_interval * self.time_step / FS_PER_PS:g} ps, or a "
                "smaller frame_interval"
            )
        return self

    def stages(self, temperature: float) -> list[Stage]:
        """Return the dynamics at a temperature (K).

        Both stages keep the volume. The production has a thermostat that rescales all velocities
        together: random forces on single atoms, as Langevin's, slow diffusion down (J. E. Basconi
        and M. R. Shirts, J. Chem. Theory Comput. 9, 2887 (2013)).
        """
        return [
            Stage(
                name=EQUILIBRATION,
                ensemble="nvt",
                temperature=temperature,
                duration=self.equilibration,
                time_step=self.time_step,
                thermostat="langevin",
                friction=self.friction,
            ),
            Stage(
                name=PRODUCTION,
                ensemble="nvt",
                temperature=temperature,
                duration=self.production,
                time_step=self.time_step,
                thermostat="bussi",
                thermostat_time=self.thermostat_time,
            ),
        ]
