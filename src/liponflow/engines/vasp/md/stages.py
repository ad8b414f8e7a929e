"""Protocols of stages in VASP, each in segments, as one trajectory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any

import numpy as np
from jobflow import Flow, Job, Maker, OutputReference, job
from pymatgen.core.structure import Structure

from liponflow.analysis.runs import MDResult, MDStage
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.vasp.md.mean_cell import mean_cell
from liponflow.engines.vasp.md.segments import (
    SegmentedMDMaker,
    join_segments,
    parts_of,
    read_end,
)
from liponflow.inputs.protocol import Stage, describe_ensemble, takes_mean_cell
from liponflow.inputs.vasp.md import SegmentSetGenerator, StageSetGenerator, thermostat_incar
from liponflow.units import FS_PER_PS

SEGMENT_STEPS = 1000
"""Steps per segment by default: some hours on a node for a hundred atoms (our choice)."""


@dataclass
class StagedVaspMDMaker(Maker):
    """Flow of VASP runs through the stages of a protocol.

    Attributes
    ----------
    stages
        The protocol.
    seed
        Seed of the initial velocities and of the random forces of a Langevin thermostat; it grows
        by one from segment to segment.
    segment_steps
        Largest number of time steps of one VASP run.
    user_incar_settings
        INCAR values that replace those of atomate2's MD set and of the stages.
    config
        Configuration of atomate2's MD set, with the potentials; its own if None.
    name
        Name of the flow.
    """

    stages: list[Stage]
    seed: int = 0
    segment_steps: int = SEGMENT_STEPS
    user_incar_settings: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] | None = None
    name: str = "molecular dynamics"

    def __post_init__(self) -> None:
        """Refuse stages that VASP cannot run."""
        for stage in self.stages:
            thermostat_incar(stage)

    def make(self, structure: Structure | OutputReference) -> Flow:
        """Return the flow of all stages.

        Positions and velocities continue from stage to stage; thermostats start again. A stage at
        constant volume behind one at constant pressure has the mean cell of that.

        Parameters
        ----------
        structure
            Start; its site property ``velocities`` (Å/fs, Cartesian) is kept if there is one.

        Returns
        -------
        Flow
            Its output is an MDResult.
        """
        jobs: list[Job] = []
        counts: list[int] = []
        current = structure
        for stage, following in zip(self.stages, [*self.stages[1:], None], strict=True):
            chain = self._segments(stage, seed=self.seed + sum(counts)).chain(current)
            if following is not None and takes_mean_cell(stage, following):
                averaged = mean_cell([segment.output.dir_name for segment in chain[::2]])
                averaged.name = f"mean cell of {stage.name}"
                chain[-1] = averaged
            jobs += chain
            counts.append(len(chain) // 2)
            current = chain[-1].output
        directories = [segment.output.dir_name for segment in jobs[::2]]
        stitched = stitch_stages(directories, counts, self.stages)
        stitched.name = "trajectory"
        return Flow([*jobs[:-1], stitched], output=stitched.output, name=self.name)

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return the calculations of :meth:`make`; see :mod:`liponflow.engines.planned`."""
        return [
            calculation
            for stage in self.stages
            for calculation in self._segments(stage, self.seed).planned(structure)
        ]

    def _segments(self, stage: Stage, seed: int) -> "StageSegmentsMaker":
        return StageSegmentsMaker(
            steps=stage.steps,
            segment_steps=self.segment_steps,
            time_step=stage.time_step,
            start_temperature=stage.temperature,
            end_temperature=stage.final_temperature,
            ensemble=stage.ensemble,
            seed=seed,
            user_incar_settings=self.user_incar_settings,
            config=self.config,
            name=stage.name,
            stage=stage,
        )


@dataclass
class StageSegmentsMaker(SegmentedMDMaker):
    """Segments of one stage, with its thermostat."""

    stage: Stage | None = None

    def set_generator(self, **options: Any) -> SegmentSetGenerator:
        """See SegmentedMDMaker."""
        assert self.stage is not None  # noqa: S101 - a dataclass wants a default
        return StageSetGenerator(thermostat=thermostat_incar(self.stage), **options)


@job
def stitch_stages(
    directories: Sequence[str], counts: Sequence[int], stages: Sequence[Stage]
) -> MDResult:
    """Join the segments of all stages to one trajectory.

    Parameters
    ----------
    directories
        Directories of the segments, with host.
    counts
        Number of segments of each stage.
    stages
        The protocol.

    Returns
    -------
    MDResult
        Its structure carries the velocities that the last segment ended with.
    """
    whole = join_segments(directories)
    # A segment that was interrupted consists of several runs.
    runs = iter(len(parts_of(directory)) for directory in directories)
    counts = [sum(islice(runs, count)) for count in counts]
    ends = list(accumulate(counts))
    table = [
        _stage(whole, stage, end - count, end)
        for stage, count, end in zip(stages, counts, ends, strict=True)
    ]
    return whole.model_copy(update={"stages": table, "structure": read_end(directories[-1])})


def _stage(whole: MDResult, stage: Stage, begin: int, end: int) -> MDStage:
    segments = whole.segments[begin:end]
    first = segments[0].first_step
    taken = sum(segment.n_steps for segment in segments)
    steps = slice(first, first + taken)
    pressures = [value for value in whole.pressures[steps] if value is not None]
    return MDStage(
        name=stage.name,
        ensemble=describe_ensemble(stage),
        target_temperature=stage.temperature,
        end_target_temperature=stage.final_temperature,
        target_pressure=stage.pressure if stage.ensemble == "npt" else None,
        time_step=stage.time_step,
        first_step=first,
        n_steps=taken,
        duration=taken * stage.time_step / FS_PER_PS,
        mean_temperature=float(np.mean(whole.temperatures[steps])),
        mean_potential_energy=float(np.mean(whole.potential_energies[steps])),
        mean_volume=float(np.mean(whole.volumes[steps])),
        mean_pressure=float(np.mean(pressures)) if pressures else None,
    )
