"""Parameters of the migration campaign."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator
from pymatgen.core.periodic_table import Element

from liponflow.crystals.supercell import cells_in
from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import IonicSteps, NamesOf, Unit
from liponflow.inputs.supercell import SupercellParameter
from liponflow.registry import ENGINES

TOPIC = "migration"


MOST_TEMPERATURE = 5000.0
"""K; no solid is one there."""


class MigrationParameters(ComparedParameters):
    """Parameters of a migration campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = ("barrier",)

    dopant: Annotated[list[str], Field(min_length=1)] = Field(
        description="Dopant elements, as a list or as N,P,O."
    )
    mechanism: Literal["auto", "interstitial", "vacancy", "both"] = Field(
        default="interstitial",
        examples=["both"],
        description="How dopants move: interstitial, from void to void; vacancy, from a site of "
        "the host into a vacant one of the same element; both, for an element of the host, with a "
        "comparison; auto is vacancy for an element of the host and interstitial for any other.",
    )
    divacancy: bool = Field(
        default=False,
        description="Whether to compute hops into a vacancy beside a second one, too.",
    )
    supercell: SupercellParameter = Field(
        description="Repeats of the host's cell, or a 3 x 3 matrix whose rows are made of its "
        "vectors."
    )
    larger_supercell: SupercellParameter | None = Field(
        description="Repeats of a second, larger cell that shows the effect of the finite size; "
        "null for none.",
        examples=["4,4,4"],
    )
    min_radius: Annotated[float, Unit("Å")] = Field(
        gt=0,
        le=10,
        description="Least distance from an interstitial site to the nearest host atom.",
    )
    max_distance: Annotated[float | None, Unit("Å")] = Field(
        gt=0,
        le=50,
        description="Longest hop; null for the distance needed to cross the crystal.",
        examples=["4.0"],
    )
    nudge: Annotated[float, Unit("Å")] = Field(
        ge=0,
        le=0.5,
        description="Distance of a dopant's start from its site, and of the first path into a "
        "vacancy from the straight line.",
    )
    starts: list[Literal["split", "substitutional"]] = Field(
        description="States besides interstitials that are relaxed and reported.",
        examples=["split,substitutional"],
    )
    images: int = Field(ge=1, le=31, description="Number of images between the end points.")
    climbing: bool = Field(description="Whether the highest image climbs.")
    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.5, description="Largest force of a converged relaxation or band."
    )
    max_steps: IonicSteps = Field(description="Largest number of steps of a relaxation or band.")
    max_step: Annotated[float, Unit("Å")] = Field(
        gt=0, le=0.5, description="Longest step of an atom in the relaxation of an end point."
    )
    processes: int = Field(
        ge=1,
        le=64,
        description="Number of processes over which a potential distributes the images of a band.",
    )
    vibrations: bool = Field(
        description="Whether to compute the vibrations of end points and saddles."
    )
    vibration_radius: Annotated[float | None, Unit("Å")] = Field(
        gt=0,
        le=100,
        description="Distance from the dopant within which atoms vibrate while others are "
        "frozen; null for all atoms.",
        examples=["5.0"],
    )
    attempt_frequency: Annotated[float, Unit("THz")] = Field(
        gt=0, le=1_000, description="Prefactor of hops without a computed one."
    )
    temperatures: Annotated[
        list[Annotated[float, Field(gt=0, le=MOST_TEMPERATURE)]], Field(min_length=1), Unit("K")
    ] = Field(description="Temperatures of the diffusivities.")
    models: Annotated[list[str], NamesOf(ENGINES)] = Field(
        description="Further engines for the same hops, whose spread is the error bar; auto for a "
        "second one that is installed, [] for none."
    )
    check_branches: bool = Field(
        default=True,
        description="Whether to compare each band with the sites that it passes, and to start it "
        "again through one that lies lower.",
    )
    refine: Annotated[list[str], NamesOf(ENGINES)] = Field(
        description="Engines that refine the converged paths, a ladder: each continues from the "
        "geometries of the one before, as sevennet-0,gpaw; empty for none.",
        examples=["sevennet-0,gpaw"],
    )
    refine_saddle: Literal["auto", "symmetry", "band"] = Field(
        description="How a refining engine finds a saddle: symmetry relaxes end points and saddle "
        "in their space groups, and runs a band only where symmetry does not fix the saddle; band "
        "always runs one; auto is symmetry for DFT and band for potentials."
    )
    symmetry_tolerance: Annotated[float, Unit("Å")] = Field(
        gt=0, le=0.5, description="Tolerance for the space groups of refined states."
    )
    refine_baseline: bool = Field(
        description="Whether a refining band is also run from the interpolation, to show what the "
        "path saved."
    )

    @field_validator("dopant")
    @classmethod
    def _elements(cls, value: list[str]) -> list[str]:
        unknown = [symbol for symbol in value if not Element.is_valid_symbol(symbol)]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not an element")
        return list(dict.fromkeys(value))

    @field_validator("refine")
    @classmethod
    def _each_rung_once(cls, value: list[str]) -> list[str]:
        twice = [name for name in value if value.count(name) > 1]
        if twice:
            raise ValueError(f"{twice[0]} is on the ladder {','.join(value)} twice; give it once")
        return value

    @model_validator(mode="after")
    def _larger_is_larger(self) -> "MigrationParameters":
        larger = self.larger_supercell
        if larger is not None and cells_in(larger) <= cells_in(self.supercell):
            raise ValueError(
                f"larger_supercell {larger} is not larger than supercell {self.supercell}"
            )
        return self
