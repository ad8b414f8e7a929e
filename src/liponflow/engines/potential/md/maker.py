"""A protocol of molecular dynamics as one job, which continues after a kill."""

from dataclasses import dataclass
from pathlib import Path

from jobflow import Maker, job
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint, provenance
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.analysis.runs import MDResult
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.planned import MD, PlannedCalculation
from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.driver import run
from liponflow.engines.potential.md.summary import summarise, to_atoms
from liponflow.inputs.protocol import Stage, total_steps
from liponflow.job_directory import CHECKPOINT

PRESET = "protocol"
"""Recorded in place of a preset: the parameters are those of the stages."""

CHUNK_STEPS = 100
"""Steps between two checkpoints: under a minute for a hundred atoms (our choice)."""


@dataclass
class CheckpointedMDMaker(Maker):
    """Job of molecular dynamics through the stages of a protocol.

    Attributes
    ----------
    stages
        The protocol.
    potential
        The calculator.
    engine
        Description of the engine before it runs.
    seed
        Seed of velocities and random forces.
    frame_interval
        Steps between two frames of the trajectory.
    chunk_steps
        Steps between two checkpoints.
    name
        Name of the job.
    """

    stages: list[Stage]
    potential: CalculatorSpec
    engine: EngineInfo
    seed: int = 0
    frame_interval: int = 10
    chunk_steps: int = CHUNK_STEPS
    name: str = "molecular dynamics"

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return what :meth:`make` will compute; see :mod:`liponflow.engines.planned`."""
        return [PlannedCalculation(MD, self.engine.name, len(structure), total_steps(self.stages))]

    @job
    def make(self, structure: Structure) -> MDResult:
        """Run the protocol in the working directory.

        Parameters
        ----------
        structure
            Start; velocities in the site property ``velocities`` (Å/fs) are kept.

        Returns
        -------
        MDResult
            Result whose trajectory stays in the directory of the job.
        """
        directory = Path.cwd()
        dynamics = Dynamics(
            stages=self.stages,
            potential=self.potential.make,
            seed=self.seed,
            frame_interval=self.frame_interval,
            chunk_steps=self.chunk_steps,
            identity=f"{self.engine.name} {self.engine.label} {self.engine.arguments or {}}",
        )
        state = run(dynamics, to_atoms(structure), directory)
        return summarise(
            dynamics,
            state,
            structure,
            folder=directory / CHECKPOINT,
            provenance=self._record(structure),
        )

    def _record(self, structure: Structure) -> Provenance:
        parameters = {
            "stages": [stage.model_dump(mode="json") for stage in self.stages],
            "seed": self.seed,
            "frame_interval": self.frame_interval,
            "chunk_steps": self.chunk_steps,
        }
        return provenance(
            engine=self.potential.on_device(self.engine),
            preset=PRESET,
            parameters=parameters,
            input_fingerprint=fingerprint(structure, self.engine, parameters),
            source_structure=f"given: {structure.composition.formula}",
            parent_uuids=[],
        )
