"""Results below a campaign: calculations, molecular dynamics, and bands (NEB)."""

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


class MDStage(BaseModel):
    """What was asked for in one stage of a protocol, and what came of it."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "name",
        "ensemble",
        "target_temperature",
        "end_target_temperature",
        "duration",
        "mean_temperature",
        "mean_volume",
        "mean_pressure",
    )
    """Fields for a narrow table."""

    name: str = Field(description="Name in the protocol.")
    ensemble: str = Field(description="NVE, NVT or NpT, with the thermostat.")
    target_temperature: float = Field(description="Temperature asked for at the start (K).")
    end_target_temperature: float = Field(description="Temperature asked for at the end (K).")
    target_pressure: float | None = Field(None, description="Pressure asked for in NpT (GPa).")
    time_step: float = Field(description="Time step (fs).")
    first_step: int = Field(description="Step of the whole run that it begins with, from 0.")
    n_steps: int = Field(description="Steps taken.")
    duration: float = Field(description="Time that they span (ps).")
    mean_temperature: float = Field(description="Mean kinetic temperature (K).")
    mean_potential_energy: float = Field(description="Mean potential energy (eV).")
    mean_volume: float | None = Field(None, description="Mean volume of the cell (Å³).")
    mean_pressure: float | None = Field(
        None, description="Mean pressure with the kinetic part (GPa); None without stress."
    )


class MDResult(Result):
    """Molecular dynamics, its segments or stages in one trajectory.

    What describes every step in a few numbers is here, as means over blocks of steps; positions
    and velocities stay in the files of the trajectory.
    """

    kind: Literal["md"] = "md"
    time_step: float = Field(
        description="Time between two steps (fs); that of the first stage, where stages differ."
    )
    n_steps: int = Field(description="Steps of all segments.")
    duration: float = Field(description="Time that they span (ps).")
    ensemble: str = Field(description="NVE, NVT or NpT, with the thermostat.")
    mean_temperature: float = Field(description="Mean over all steps (K).")
    stop_reason: str = Field(
        "every step was taken", description="Why the run ended where it ended."
    )
    stages: list[MDStage] = Field(default_factory=list, description="Stages of the protocol.")
    segments: list[MDSegment] = Field(
        default_factory=list, description="Runs of VASP in their order; none of a potential."
    )
    stride: int = Field(1, description="Steps per entry of the lists below, which are means.")
    times: list[float] = Field(
        default_factory=list, description="Time at the end of every block (ps)."
    )
    temperatures: list[float] = Field(description="Kinetic temperature of every block (K).")
    potential_energies: list[float] = Field(description="Potential energy of every block (eV).")
    total_energies: list[float] = Field(
        description="Potential and kinetic energy, with that of VASP's thermostat (eV)."
    )
    volumes: list[float] = Field(
        default_factory=list, description="Volume of the cell in every block (Å³)."
    )
    pressures: list[float | None] = Field(
        default_factory=list,
        description="Pressure with the kinetic part (GPa); None for blocks without stress.",
    )
    structure: StructureField = Field(
        description="Structure after the last step, with the site property velocities (Å/fs) "
        "where they are known."
    )
    trajectory_files: list[str] = Field(
        default_factory=list,
        description="Files of the trajectory in their order: extended XYZ, or vasprun.xml.",
    )
    frame_interval: int = Field(1, description="Steps between two frames of the trajectory.")
    series_file: str | None = Field(
        None, description="CSV file with time, temperature, energies, volume, pressure per step."
    )
    checkpoint: str | None = Field(
        None, description="File from which the dynamics can be continued, bit for bit."
    )


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
    slope: float | None = Field(
        None,
        description="Derivative of the energy along the path (eV/Å), 0 at a relaxed end point; "
        "None if the forces along it are not known.",
    )
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
    steps: int | None = Field(None, description="Steps of the relaxation; None if not known.")
    force_evaluations: int | None = Field(
        None, description="Images whose forces were computed; None if not known."
    )
    force_history: list[float] = Field(
        default_factory=list,
        description="Largest force of the band at every step (eV/Å), if known.",
    )
