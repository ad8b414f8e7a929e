"""A protocol as one job with a machine-learned potential, which a kill cannot undo."""

from dataclasses import dataclass

from jobflow import Maker, job
from pymatgen.core.structure import Structure

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.vasp_runs import MDResult
from liponflow.inputs.protocol import Stage, total_steps
from liponflow.workflows.planned import MD, PlannedCalculation

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
        ``chgnet``, the name of another force field of atomate2, or the dotted name of an ASE
        calculator's class.
    engine
        What is known of the potential before it runs.
    seed
        Of velocities and random forces.
    frame_interval
        Steps between two frames of the trajectory.
    chunk_steps
        Steps between two checkpoints.
    name
        Name of the job.
    """

    stages: list[Stage]
    potential: str
    engine: EngineInfo
    seed: int = 0
    frame_interval: int = 10
    chunk_steps: int = CHUNK_STEPS
    name: str = "molecular dynamics"

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Say what :meth:`make` will compute; see :mod:`liponflow.workflows.planned`."""
        return [PlannedCalculation(MD, self.potential, len(structure), total_steps(self.stages))]

    @job
    def make(self, structure: Structure) -> MDResult:
        """Run the protocol in the working directory.

        Parameters
        ----------
        structure
            Start; with the site property ``velocities`` (Å/fs) they are kept.

        Returns
        -------
        MDResult
            Its trajectory stays in the directory of the job.
        """
        raise NotImplementedError
