"""Results of single runs: calculations, molecular dynamics and bands (NEB)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, FileNames, Quantity
from liponflow.analysis.result import Calculation, Result, StructureField
from liponflow.document import Document


class CalculationResult(Result):
    """One relaxation or static calculation."""

    kind: Literal["calculation"] = "calculation"
    task: Literal["static", "relaxation"] = Field(
        description="Static calculation, or relaxation of the ions."
    )
    energy_per_atom: Annotated[float, Quantity("eV/atom", heading="E", fmt=".4f")] = Field(
        description="Energy of the final structure."
    )
    calculation: Calculation = Field(description="Calculation with its energy and structure.")


class MDSegment(Document):
    """Part of a trajectory from one VASP run."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "first_step",
        "n_steps",
        "start_temperature",
        "end_temperature",
        "complete",
        "directory",
    )
    """Fields for a narrow table."""

    directory: Annotated[str, Column(heading="directory", wraps=True)] = Field(
        description="Directory of the run."
    )
    first_step: Annotated[int, Column(heading="from\nstep")] = Field(
        description="Index of its first step in the whole trajectory, from 0."
    )
    n_steps: Annotated[int, Column(heading="steps")] = Field(description="Number of steps.")
    start_temperature: Annotated[float, Quantity("K", heading="from", fmt=".0f")] = Field(
        description="Target temperature at the start, TEBEG."
    )
    end_temperature: Annotated[float, Quantity("K", heading="to", fmt=".0f")] = Field(
        description="Target temperature at the end, TEEND."
    )
    complete: Annotated[bool, Column(heading="complete")] = Field(
        description="Whether the run took all the steps that were requested."
    )


class MDStage(Document):
    """One stage of a protocol: its targets and its means."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "name",
        "duration",
        "mean_temperature",
        "ensemble",
        "target_temperature",
        "end_target_temperature",
        "mean_volume",
        "mean_pressure",
    )
    """Fields for a narrow table."""

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Name of the stage in the protocol."
    )
    ensemble: Annotated[str, Column(heading="ensemble", wraps=True)] = Field(
        description="NVE, NVT or NpT, with the thermostat."
    )
    target_temperature: Annotated[float, Quantity("K", heading="from", fmt=".0f")] = Field(
        description="Target temperature at the start."
    )
    end_target_temperature: Annotated[float, Quantity("K", heading="to", fmt=".0f")] = Field(
        description="Target temperature at the end."
    )
    target_pressure: Annotated[float | None, Quantity("GPa")] = Field(
        None, description="Target pressure in NpT."
    )
    time_step: Annotated[float, Quantity("fs")] = Field(description="Time step.")
    first_step: int = Field(description="Index of its first step in the whole run, from 0.")
    n_steps: int = Field(description="Number of steps taken.")
    duration: Annotated[float, Quantity("ps", heading="duration", fmt=".3g")] = Field(
        description="Simulated time."
    )
    mean_temperature: Annotated[float, Quantity("K", heading="mean temperature", fmt=".0f")] = (
        Field(description="Mean kinetic temperature.")
    )
    mean_potential_energy: Annotated[float, Quantity("eV")] = Field(
        description="Mean potential energy."
    )
    mean_volume: Annotated[float | None, Quantity("Å³", heading="mean volume", fmt=".1f")] = Field(
        None, description="Mean volume of the cell."
    )
    mean_pressure: Annotated[
        float | None, Quantity("GPa", heading="mean pressure", fmt="z.3f")
    ] = Field(None, description="Mean pressure, kinetic part included; None without a stress.")


class MDResult(Result):
    """Molecular dynamics: all segments or stages as one trajectory.

    Temperatures, energies, volumes and pressures are means over blocks of steps. Positions and
    velocities stay in the trajectory files.
    """

    kind: Literal["md"] = "md"
    time_step: Annotated[float, Quantity("fs", heading="time step", fmt="g")] = Field(
        description="Time step; that of the first stage if the stages differ."
    )
    n_steps: Annotated[int, Column(heading="steps")] = Field(
        description="Number of steps over all segments."
    )
    duration: Annotated[float, Quantity("ps", heading="duration", fmt=".3g")] = Field(
        description="Simulated time."
    )
    ensemble: Annotated[str, Column(heading="ensemble", wraps=True)] = Field(
        description="NVE, NVT or NpT, with the thermostat."
    )
    mean_temperature: Annotated[float, Quantity("K", heading="mean temperature", fmt=".0f")] = (
        Field(description="Mean kinetic temperature over all steps.")
    )
    stop_reason: Annotated[str, Column(heading="why it ended")] = Field(
        "every step was taken", description="Why the run ended."
    )
    stages: list[MDStage] = Field(default_factory=list, description="Stages of the protocol.")
    segments: list[MDSegment] = Field(
        default_factory=list, description="VASP runs in order; empty for a potential."
    )
    stride: Annotated[int, Column(heading="steps per block")] = Field(
        1, description="Steps per block: each entry of the lists below is the mean over one block."
    )
    times: Annotated[list[float], Quantity("ps")] = Field(
        default_factory=list, description="Time at the end of each block."
    )
    temperatures: Annotated[list[float], Quantity("K")] = Field(
        description="Kinetic temperature of each block."
    )
    potential_energies: Annotated[list[float], Quantity("eV")] = Field(
        description="Potential energy of each block."
    )
    total_energies: Annotated[list[float], Quantity("eV")] = Field(
        description="Potential and kinetic energy of each block, with that of the thermostat for "
        "VASP."
    )
    volumes: Annotated[list[float], Quantity("Å³")] = Field(
        default_factory=list, description="Volume of the cell in each block."
    )
    pressures: Annotated[list[float | None], Quantity("GPa")] = Field(
        default_factory=list,
        description="Pressure of each block, kinetic part included; None without a stress.",
    )
    structure: StructureField = Field(
        description="Structure after the last step, with velocities (Å/fs) as a site property "
        "where they are known."
    )
    trajectory_files: Annotated[list[str], FileNames()] = Field(
        default_factory=list,
        description="Trajectory files in order: extended XYZ or vasprun.xml.",
    )
    frame_interval: Annotated[int, Column(heading="steps per frame")] = Field(
        1, description="Steps between two frames of the trajectory."
    )
    series_file: Annotated[str | None, FileNames(), Column(heading="series", wraps=True)] = Field(
        None,
        description="CSV file with time, temperature, energies, volume and pressure of every "
        "step.",
    )
    checkpoint: Annotated[str | None, FileNames(), Column(heading="checkpoint", wraps=True)] = (
        Field(None, description="File from which the run can be continued, bit for bit.")
    )


class NEBImage(Document):
    """One image of a band."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "image",
        "distance",
        "energy",
        "max_force",
        "converged",
    )
    """Fields for a narrow table."""

    image: Annotated[int, Column(heading="image")] = Field(
        description="Number of the image; the first and the last are the end points."
    )
    distance: Annotated[float, Quantity("Å", heading="path", fmt=".3f", label="path length")] = (
        Field(description="Path length from image 0.")
    )
    energy: Annotated[float | None, Quantity("eV", heading="E", fmt="z.3f", label="energy")] = (
        Field(description="Energy relative to the first end point; None if either is unknown.")
    )
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        description="Largest remaining force on an atom, projected as in the NEB."
    )
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether the image converged; end points keep the state in which they were "
        "given."
    )
    slope: Annotated[float | None, Quantity("eV/Å")] = Field(
        None,
        description="Derivative of the energy along the path, 0 at a relaxed end point; None if "
        "the forces along the path are unknown.",
    )
    structure: StructureField = Field(description="Structure of the image.")


class NEBResult(Result):
    """Nudged elastic band."""

    kind: Literal["neb"] = "neb"
    images: list[NEBImage] = Field(description="Images, end points included.")
    climbing: bool = Field(description="Whether an image climbed (LCLIMB of VTST).")
    barrier: Annotated[float | None, Quantity("eV", heading="barrier", fmt=".3f")] = Field(
        description="Highest image above the first end point; None if unconverged or if the end "
        "point's energy is unknown."
    )
    reverse_barrier: Annotated[
        float | None, Quantity("eV", heading="reverse barrier", fmt=".3f")
    ] = Field(description="Highest image above the last end point; None as for `barrier`.")
    steps: int | None = Field(None, description="Steps of the relaxation; None if unknown.")
    force_evaluations: int | None = Field(
        None, description="Force evaluations, counted per image; None if unknown."
    )
    force_history: Annotated[list[float], Quantity("eV/Å")] = Field(
        default_factory=list,
        description="Largest force of the band at every step, if known.",
    )
