"""Results of users' own VASP runs: calculations, trajectories in segments, and bands (NEB)."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from liponflow.analysis.result import Calculation, Result, StructureField


class CalculationResult(Result):
    """One relaxation or static calculation."""

    kind: Literal["calculation"] = "calculation"
    task: Literal["static", "relaxation"] = Field(description="Whether the ions moved.")
    energy_per_atom: float = Field(description="Energy of the final structure (eV/atom).")
    calculation: Calculation


class MDSegment(BaseModel):
    """Steps that one run of VASP added to a trajectory."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "first_step",
        "n_steps",
        "start_temperature",
        "end_temperature",
        "complete",
        "directory",
    )
    """Fields for a narrow table."""

    directory: str = Field(description="Directory of the run.")
    first_step: int = Field(
        description="Step of the whole trajectory that it begins with, from 0."
    )
    n_steps: int = Field(description="Steps that it holds.")
    start_temperature: float = Field(description="Temperature that was asked for, TEBEG (K).")
    end_temperature: float = Field(description="Temperature that was asked for, TEEND (K).")
    complete: bool = Field(description="Whether the run took all the steps that it was to take.")


class MDResult(Result):
    """Molecular dynamics, its segments in one trajectory.

    The numbers of every step are here; the positions stay in the files of the segments.
    """

    kind: Literal["md"] = "md"
    time_step: float = Field(description="Time between two steps (fs).")
    n_steps: int = Field(description="Steps of all segments.")
    duration: float = Field(description="Time that they span (ps).")
    ensemble: str = Field(description="NVE, NVT or NpT, with the thermostat.")
    mean_temperature: float = Field(description="Mean over all steps (K).")
    segments: list[MDSegment] = Field(description="Runs in their order.")
    temperatures: list[float] = Field(description="Kinetic temperature of every step (K).")
    potential_energies: list[float] = Field(description="Potential energy of every step (eV).")
    total_energies: list[float] = Field(
        description="Potential and kinetic energy, with that of the thermostat (eV)."
    )
    structure: StructureField = Field(description="Structure after the last step.")


class NEBImage(BaseModel):
    """One image of a band."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "image",
        "distance",
        "energy",
        "max_force",
        "converged",
    )
    """Fields for a narrow table."""

    image: int = Field(description="Number of the folder, 0 and the last are the end points.")
    distance: float = Field(description="Path length from image 0 (Å).")
    energy: float | None = Field(
        description="Energy relative to the first end point (eV); None if one is not known."
    )
    max_force: float | None = Field(
        description="Largest force left on an atom, projected as in the NEB (eV/Å)."
    )
    converged: bool = Field(description="Whether the image converged; end points as they came.")
    structure: StructureField = Field(description="Structure of the image.")


class NEBResult(Result):
    """A nudged elastic band."""

    kind: Literal["neb"] = "neb"
    images: list[NEBImage] = Field(description="Images, end points included.")
    climbing: bool = Field(description="Whether an image climbed (LCLIMB).")
    barrier: float | None = Field(
        description="Highest image above the first end point (eV); None if unconverged or if the "
        "energy of the end point is not known."
    )
    reverse_barrier: float | None = Field(
        description="Highest image above the last end point (eV); None as for barrier."
    )
