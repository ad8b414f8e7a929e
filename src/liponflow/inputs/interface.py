"""Parameters of the interface campaign."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import IonicSteps, Seed, Unit
from liponflow.inputs.protocol import Stage

TOPIC = "interface"
GLASS = "glass"
"""Name of a side that is packed."""

_INDICES = 3


class InterfaceParameters(ComparedParameters):
    """Parameters of an interface campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = (
        "broken bonds",
        "network",
        "coordination",
        "advance",
        "reacted width",
    )

    first: str = Field(
        min_length=1,
        description="Lower side: a reference crystal, a file with a structure, or glass.",
        examples=["LiNi0.5Mn1.5O4_ordered"],
    )
    first_miller: list[int] = Field(description="Miller indices of its surface.")
    first_thickness: Annotated[float, Unit("Å")] = Field(
        gt=0, le=500, description="Least thickness of its slab."
    )
    second: str = Field(
        min_length=1,
        description="Upper side: a reference crystal, a file with a structure, or glass.",
        examples=["Li2PO2N_SD"],
    )
    second_miller: list[int] = Field(description="Miller indices of its surface.")
    second_thickness: Annotated[float, Unit("Å")] = Field(
        gt=0, le=500, description="Thickness of its slab; the least of a crystal."
    )
    composition: str = Field(min_length=1, description="Formula of a side that is glass.")
    density: Annotated[float, Unit("g/cm³")] = Field(
        gt=0, le=25, description="Density of a side that is glass."
    )
    neutral: bool = Field(
        description="Whether the number of cations of the glass is adjusted so that the formal "
        "charges add up to 0."
    )
    packing_time: Annotated[float, Unit("s")] = Field(
        gt=0, le=1_000_000, description="Time limit of a packing."
    )
    buffer: Literal["Al2O3"] | None = Field(
        description="Amorphous layer between the two; null for none.", examples=["Al2O3"]
    )
    buffer_thickness: Annotated[float, Unit("Å")] = Field(
        gt=0, le=500, description="Its thickness."
    )
    buffer_density: Annotated[float, Unit("g/cm³")] = Field(
        gt=0, le=25, description="Its density."
    )
    gap: Annotated[float, Unit("Å")] = Field(
        gt=0, le=20, description="Distance between the outermost atoms of neighbouring layers."
    )
    boundary: Literal["periodic", "vacuum"] = Field(
        description="Whether the stack repeats along the normal (two interfaces), or has free "
        "outer surfaces (one interface)."
    )
    vacuum: Annotated[float, Unit("Å")] = Field(
        gt=0, le=500, description="Vacuum above the stack, if its boundary is vacuum."
    )
    strain_limit: Annotated[float, Unit("")] = Field(
        gt=0, le=0.2, description="Largest strain of a crystal in the common lateral cell."
    )
    strain_share: Annotated[float, Unit("")] = Field(
        ge=0, le=1, description="Share of the misfit of two crystals that the first side takes."
    )
    min_length: Annotated[float, Unit("Å")] = Field(
        gt=0, le=200, description="Least distance between opposite edges of the lateral cell."
    )
    max_area: Annotated[float, Unit("Å²")] = Field(
        gt=0, le=10_000, description="Largest area of the lateral cell."
    )
    cutoff: Annotated[float, Unit("Å")] = Field(
        ge=0,
        le=20,
        description="Least thickness of a slab and of the vacuum: the reach of the potential.",
    )
    seed: Seed = Field(description="Seed of the packing and of the velocities.")
    relax: bool = Field(description="Whether the ions are relaxed before the dynamics.")
    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=2, description="Largest force at which the relaxation ends."
    )
    max_steps: IonicSteps = Field(description="Largest number of ionic steps of the relaxation.")
    protocol: list[Stage] = Field(min_length=1, description="Stages of molecular dynamics.")
    frame_interval: int = Field(
        ge=1, le=1_000_000_000, description="Number of steps between frames of the trajectory."
    )
    segment_steps: int = Field(
        ge=1,
        le=1_000_000_000,
        description="Number of steps between states from which a killed run can continue.",
    )
    insertion_points: int = Field(
        ge=0,
        le=1_000,
        description="Number of places at which the energy of one Li on its way into the "
        "electrolyte is computed, with all other atoms at rest; 0 for none.",
    )
    zone: Annotated[float, Unit("Å")] = Field(
        gt=0, le=50, description="Depth on either side that counts as the interface."
    )
    phases: bool = Field(
        description="Whether the atoms are named by phase, which needs the extra interface."
    )

    @field_validator("first_miller", "second_miller")
    @classmethod
    def _three(cls, value: list[int]) -> list[int]:
        if len(value) != _INDICES or not any(value):
            raise ValueError("give three Miller indices that are not all 0, such as 1,0,0")
        return value

    @field_validator("protocol")
    @classmethod
    def _named_apart(cls, value: list[Stage]) -> list[Stage]:
        names = [stage.name for stage in value]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two stages have the name {twice[0]!r}; give them different names")
        return value

    @model_validator(mode="after")
    def _constant_volume(self) -> Self:
        if any(stage.ensemble == "npt" for stage in self.protocol):
            raise ValueError(
                "the protocol has a stage at constant pressure, where the cell keeps its shape: a "
                "bicrystal would be strained in the plane with its height; take nvt or nve"
            )
        return self
