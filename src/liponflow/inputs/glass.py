"""Parameters of the glass campaign."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import IonicSteps, Seed, Unit
from liponflow.inputs.protocol import Stage

TOPIC = "glass"

Property = Literal["tg", "elastic", "cleavage"]


class GlassParameters(ComparedParameters):
    """Parameters of a glass campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = (
        "density",
        "bond length",
        "coordination",
        "share of units",
        "share of N sites",
    )

    composition: str = Field(
        min_length=1, description="Formula of the model; fractional numbers of atoms need n_atoms."
    )
    n_atoms: int | None = Field(
        ge=1,
        le=100_000,
        description="Number of atoms in a model; null for that of the formula.",
        examples=["122"],
    )
    method: Literal["units", "random", "crystal"] = Field(
        description="Starting model: packed units, packed atoms, or substituted Li3PO4."
    )
    units: dict[str, Annotated[int, Field(ge=0)]] | None = Field(
        description="Proportions of units by name (PO4, P2O6N, ...); null to solve for them.",
        examples=["{PO4: 10, P2O6N: 3}"],
    )
    bridging_to_apical: Annotated[float, Unit("")] = Field(
        ge=0, le=1_000, description="Bridging N per apical N, if the units are solved for."
    )
    free_anions: bool = Field(description="Whether O may be bonded to no network former.")
    neutral: bool = Field(
        description="Whether the number of cations is adjusted so that the formal charges add up "
        "to 0."
    )
    density: Annotated[float, Unit("g/cm³")] = Field(
        gt=0, le=25, description="Density of the packed model."
    )
    distances: Annotated[dict[str, Annotated[float, Field(gt=0)]], Unit("Å")] = Field(
        description="Least distances in the packing by pair, e.g. Li-O; other pairs keep "
        "their defaults.",
        examples=["{Li-O: 1.8}"],
    )
    packing_time: Annotated[float, Unit("s")] = Field(
        gt=0, le=1_000_000, description="Time limit of the packing."
    )
    n_models: int = Field(ge=1, le=10_000, description="Independent models of the glass.")
    seed: Seed = Field(
        description="Seed of the first model; further models have the following numbers."
    )
    volume: Literal["packed", "pressure-volume"] = Field(
        description="Volume at the start of the protocol: that of the packing, or that of zero "
        "pressure, from a fit to short dynamics at several volumes (MPMorph)."
    )
    volume_stage: Stage = Field(description="Dynamics at each volume of the fit.")
    volume_strain: Annotated[float, Unit("")] = Field(
        gt=0, lt=0.5, description="Largest linear strain of the fitted volumes."
    )
    volume_points: int = Field(
        ge=3, le=1_000, description="Number of volumes computed before the fit."
    )
    volume_attempts: int = Field(
        ge=1,
        le=1_000,
        description="Number of volumes that may be added if the fitted volume lies outside.",
    )
    protocol: list[Stage] = Field(
        description="Stages of molecular dynamics; an empty list goes straight to the relaxation."
    )
    frame_interval: int = Field(
        ge=1, le=1_000_000_000, description="Number of steps between frames of the trajectory."
    )
    segment_steps: int = Field(
        ge=1,
        le=1_000_000_000,
        description="Number of steps between states from which a killed run can continue, "
        "such as segments of VASP.",
    )
    relax: bool = Field(description="Whether the last structure is relaxed.")
    relax_cell: bool = Field(description="Whether the relaxation also moves the cell.")
    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.5, description="Largest force of a converged relaxation."
    )
    max_steps: IonicSteps = Field(description="Largest number of ionic steps of a relaxation.")
    measure: Literal["structure", "last stage"] = Field(
        description="Source of the fingerprint: the final structure, or the trajectory of the "
        "last stage."
    )
    properties: list[Property] = Field(description="Properties to compute: tg, elastic, cleavage.")
    cooling: list[Stage] = Field(
        min_length=1, description="Dynamics that show the glass transition (NpT ramp)."
    )
    elastic_strain: Annotated[float, Unit("")] = Field(
        gt=0, le=0.05, description="Largest component of the six strains (both signs)."
    )
    elastic_force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.1, description="Largest force of the relaxations under strain."
    )
    cluster_vacuum: Annotated[float, Unit("Å")] = Field(
        ge=4, le=50, description="Vacuum around the clusters of the bond cleavage."
    )
    cluster_force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.5, description="Largest force of the relaxed clusters."
    )

    @model_validator(mode="before")
    @classmethod
    def _models_are_engines(cls, data: Any) -> Any:
        match data:
            case {"models": int(count) | [int(count)]}:
                raise ValueError(
                    f"models = {count}: models are the names of further engines, such as "
                    f"chgnet-0.2.0; n_models={count} sets the number of models of the glass"
                )
        return data

    @field_validator("properties")
    @classmethod
    def _distinct(cls, value: list[Property]) -> list[Property]:
        return list(dict.fromkeys(value))

    @field_validator("protocol", "cooling")
    @classmethod
    def _named_apart(cls, value: list[Stage]) -> list[Stage]:
        names = [stage.name for stage in value]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two stages have the name {twice[0]!r}; give them different names")
        return value

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        if self.measure == "last stage" and not self.protocol:
            raise ValueError("measure = 'last stage' needs a protocol with a stage")
        if self.models and not self.relax:
            raise ValueError(
                "models compares relaxed structures, and relax is false: set relax=true, or omit "
                "models"
            )
        if not self.relax and not self.protocol:
            raise ValueError("without a protocol or a relaxation there is nothing to compute")
        if self.volume_stage.ensemble != "nvt":
            raise ValueError(
                "volume_stage must have the ensemble nvt: volumes are computed at constant volume"
            )
        if "tg" in self.properties and any(stage.ensemble != "npt" for stage in self.cooling):
            raise ValueError(
                "cooling must have the ensemble npt: only there does the volume "
                "show the glass transition"
            )
        return self

    @property
    def seeds(self) -> list[int]:
        """Return the seed of every model."""
        return [self.seed + index for index in range(self.n_models)]
