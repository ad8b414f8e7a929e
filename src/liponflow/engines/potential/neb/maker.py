"""A nudged elastic band as one job, which continues after a kill."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from jobflow import Job, Maker, job
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.planned import NEB, PlannedCalculation
from liponflow.engines.potential.evaluation import Recorded, Remembered, evaluator
from liponflow.engines.potential.neb.band import Band, BandState
from liponflow.engines.potential.neb.relaxation import OPTIMISERS, relax_band
from liponflow.engines.potential.neb.summary import summarise
from liponflow.job_directory import CHECKPOINT, write_status
from liponflow.structures.migration.band import check_ends, check_images
from liponflow.structures.migration.images import PathMirror, check_order

SPRING = 0.1
"""Spring constant between images, eV/Å²: ASE's default. Converged paths do not depend on it."""

RECORD = "images.jsonl"
"""File in the folder of checkpoints with every image that was computed."""


@dataclass
class BandMaker(Maker):
    """Job that relaxes a nudged elastic band.

    Attributes
    ----------
    potential
        The calculator.
    engine
        Description of the engine before it runs.
    climbing
        Whether the highest image climbs to the saddle point.
    force_limit
        Largest force perpendicular to the path, and at the climbing image in all directions, of
        a converged band, eV/Å.
    max_steps
        Largest number of steps, each of which computes all images except mirror images.
    spring
        Spring constant, eV/Å².
    optimiser
        ``LBFGS``, ``BFGS`` or ``FIRE``.
    processes
        Processes over which the images are distributed. The runner runs bands in parallel: more
        than one process helps if there are fewer bands than cores.
    name
        Name of the job.
    """

    potential: CalculatorSpec
    engine: EngineInfo
    climbing: bool = True
    force_limit: float = 0.05
    max_steps: int = 200
    spring: float = SPRING
    optimiser: str = "LBFGS"
    processes: int = 1
    name: str = "nudged elastic band"

    def __post_init__(self) -> None:
        """Refuse numbers that no run could have."""
        for key in ("force_limit", "spring"):
            if getattr(self, key) <= 0:
                raise ValueError(f"{key} = {getattr(self, key)} must be above 0")
        for key in ("max_steps", "processes"):
            if getattr(self, key) < 1:
                raise ValueError(f"{key} = {getattr(self, key)} must be 1 or more")
        if self.optimiser not in OPTIMISERS:
            known = ", ".join(OPTIMISERS)
            raise ValueError(f"unknown optimiser {self.optimiser!r} (known: {known})")

    def planned(self, images: Sequence[Structure]) -> list[PlannedCalculation]:
        """Return what :meth:`make` will compute; see :mod:`liponflow.engines.planned`."""
        inner = max(1, len(images) - 2)
        return [PlannedCalculation(NEB, self.engine.name, len(images[0]), images=inner)]

    def make(self, images: Sequence[Structure], mirror: PathMirror | None = None) -> Job:
        """Return the job.

        Parameters
        ----------
        images
            First path, relaxed end points included: the same atoms in the same order and the
            same cell.
        mirror
            Operation that reverses the path, so that only half the images are computed. It is
            ignored if the number of images is even, so that none is in the middle.

        Returns
        -------
        Job
            Its output is an NEBResult, also of a band that did not converge.

        Raises
        ------
        ValueError
            If the images are fewer than three, differ in atoms, their order, or the cell, are
            out of order, or if the end points are the same.
        """
        check_images(images)
        check_ends(images)
        check_order(images)
        document = None if mirror is None else asdict(mirror)
        made: Job = relax_images(self, list(images), document)
        made.name = self.name
        return made


@job
def relax_images(
    maker: BandMaker, images: Sequence[Structure], mirror_document: dict[str, Any] | None
) -> NEBResult:
    """Relax a band in the working directory; see :meth:`BandMaker.make`."""
    directory = Path.cwd()
    mirror = None
    if mirror_document is not None and len(images) % 2 == 1:
        arrays = {key: np.array(value) for key, value in mirror_document.items()}
        mirror = PathMirror(**arrays)
    atoms = [AseAtomsAdaptor.get_atoms(image, msonable=False) for image in images]
    with evaluator(maker.potential.make, maker.processes) as evaluate:
        recorded = Recorded(evaluate, directory / CHECKPOINT / RECORD)
        remembered = Remembered(recorded)
        band = Band(atoms, remembered, mirror=mirror, climbing=maker.climbing, spring=maker.spring)
        relaxed = relax_band(
            band,
            force_limit=maker.force_limit,
            max_steps=maker.max_steps,
            optimiser=maker.optimiser,
            report=partial(_report, directory, maker),
        )
    return summarise(
        band,
        relaxed,
        images,
        force_limit=maker.force_limit,
        max_steps=maker.max_steps,
        evaluations=recorded.computed + recorded.recalled,
        engine=maker.potential.on_device(maker.engine),
        parameters={
            "spring": maker.spring,
            "optimiser": maker.optimiser,
            "mirrored": mirror is not None,
        },
    )


def _report(directory: Path, maker: BandMaker, step: int, state: BandState) -> None:
    barrier = state.energies.max() - state.energies[0]
    write_status(
        directory,
        f"step {step} of at most {maker.max_steps}, force {state.residual:.3f} of "
        f"{maker.force_limit:g} eV/Å, barrier {barrier:.3f} eV",
    )
