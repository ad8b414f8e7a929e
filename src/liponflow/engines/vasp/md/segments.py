"""VASP molecular dynamics in segments that fit a queue's walltime, as one trajectory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from atomate2.utils.path import strip_hostname
from jobflow import Flow, Job, Maker, OutputReference, job
from monty.os.path import zpath
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Poscar

from liponflow.analysis.runs import MDResult
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.planning import planned_by
from liponflow.engines.vasp.makers import RestartableMDMaker
from liponflow.engines.vasp.reading.files import RunFiles, find_runs
from liponflow.engines.vasp.reading.parts import parts
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.trajectory import TrajectoryUnit
from liponflow.inputs.vasp.md import SegmentSetGenerator
from liponflow.inputs.vasp.potcar import has_potcar_library


@dataclass
class SegmentedMDMaker(Maker):
    """Flow of VASP runs that continue each other.

    Each segment is a separate job: a run that was killed resumes after the last segment that
    finished.

    Attributes
    ----------
    steps
        Time steps of all segments together.
    segment_steps
        Largest number of time steps of a segment, as the walltime of the queue allows.
    time_step
        Time step, fs.
    start_temperature, end_temperature
        Temperature at the first and after the last step, K; linear in between.
    ensemble
        ``nve``, ``nvt`` (Nosé-Hoover) or ``npt`` (Langevin), with atomate2's parameters.
    seed
        Seed of the initial velocities and of the random forces of a Langevin thermostat; each
        segment adds its index.
    user_incar_settings
        INCAR values that replace those of atomate2's MD set.
    config
        Configuration of atomate2's MD set, with the potentials; its own if None.
    name
        Name of the flow.

    Notes
    -----
    A segment starts from all that the CONTCAR before it holds: positions, velocities, velocities
    of the lattice, and the block behind them that VASP wants in a continuation
    (https://www.vasp.at/wiki/CONTCAR) without documenting it; pymatgen takes its third line for
    the parameters of the thermostat. With the stand-in, segments of NVE and Nosé runs are exactly
    the unbroken run. A Langevin thermostat has no state: its segments have random forces of their
    own, which gives another trajectory of the same ensemble. In NpT the lattice continues with its
    velocities.
    """

    steps: int
    segment_steps: int
    time_step: float
    start_temperature: float
    end_temperature: float
    ensemble: Literal["nve", "nvt", "npt"] = "nvt"
    seed: int = 0
    user_incar_settings: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] | None = None
    name: str = "molecular dynamics"

    def __post_init__(self) -> None:
        """Refuse numbers outside the range of a run."""
        for attribute in ("steps", "segment_steps", "time_step"):
            if getattr(self, attribute) <= 0:
                raise ValueError(f"{attribute} = {getattr(self, attribute)} must be above 0")
        for attribute in ("start_temperature", "end_temperature"):
            if getattr(self, attribute) < 0:
                raise ValueError(f"{attribute} = {getattr(self, attribute)} K is negative")

    def make(self, structure: Structure) -> Flow:
        """Return the flow of all segments.

        Parameters
        ----------
        structure
            Start; its site property ``velocities`` (Å/fs, Cartesian) is kept if there is one.

        Returns
        -------
        Flow
            Its output is an MDResult.
        """
        jobs = self.chain(structure)
        stitched = stitch([segment.output.dir_name for segment in jobs[::2]])
        stitched.name = "trajectory"
        # Nothing continues the last segment.
        return Flow([*jobs[:-1], stitched], output=stitched.output, name=self.name)

    def chain(self, structure: Structure | OutputReference) -> list[Job]:
        """Return every segment and the job that reads its end.

        Parameters
        ----------
        structure
            As for :meth:`make`.

        Returns
        -------
        list of Job
            Segment and :func:`continuation` in turn; the output of the last job is the structure,
            with velocities, that the last segment ended with.
        """
        jobs: list[Job] = []
        current = structure
        for index, (first, length) in enumerate(self.segments()):
            maker: Maker = self._maker(index, first, length)
            segment = cast("Job", maker.make(current))
            segment.name = f"{self.name} {index + 1}"
            onward = continuation(segment.output.dir_name)
            onward.name = f"continue {self.name} {index + 1}"
            jobs += [segment, onward]
            current = onward.output
        return jobs

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return the calculations of :meth:`make`; see :mod:`liponflow.engines.planned`."""
        return [
            calculation
            for index, (first, length) in enumerate(self.segments())
            for calculation in planned_by(self._maker(index, first, length), structure)
        ]

    def segments(self) -> list[tuple[int, int]]:
        """Return the first step and the number of steps of each segment.

        Examples
        --------
        >>> SegmentedMDMaker(250, 100, 1.0, 300, 300).segments()
        [(0, 100), (100, 100), (200, 50)]
        """
        starts = range(0, self.steps, self.segment_steps)
        return [(first, min(self.segment_steps, self.steps - first)) for first in starts]

    def set_generator(self, **options: Any) -> SegmentSetGenerator:
        """Return the input set of a segment; the options are those of atomate2's MD set."""
        return SegmentSetGenerator(**options)

    def temperature(self, step: int) -> float:
        """Return the target temperature (K) of a step."""
        rise = self.end_temperature - self.start_temperature
        return self.start_temperature + rise * step / self.steps

    def _maker(self, index: int, first: int, length: int) -> RestartableMDMaker:
        generator = self.set_generator(
            ensemble=self.ensemble,
            start_temp=self.temperature(first),
            end_temp=self.temperature(first + length),
            nsteps=length,
            time_step=self.time_step,
            continues=index > 0,
            user_incar_settings={
                # The same seed in each would repeat a Langevin run's random forces.
                "RANDOM_SEED": [self.seed + index, 0, 0],
                **self.user_incar_settings,
            },
            **({} if self.config is None else {"config_dict": self.config}),
        )
        return RestartableMDMaker(
            name=self.name,
            input_set_generator=generator,
            write_input_set_kwargs={"potcar_spec": not has_potcar_library()},
        )


@job
def continuation(directory: str) -> Structure:
    """Return the structure that a segment ended with; see :func:`read_end`."""
    return read_end(directory)


@job
def stitch(directories: Sequence[str]) -> MDResult:
    """Join segments to one trajectory; see :func:`join_segments`."""
    return join_segments(directories)


def read_end(directory: str) -> Structure:
    """Return the positions and velocities that a segment ended with.

    Parameters
    ----------
    directory
        Directory of the segment, with host.

    Returns
    -------
    Structure
        Structure with the site property ``velocities`` (Å/fs, Cartesian), and with the state of
        thermostat and barostat in the CONTCAR.

    Raises
    ------
    ValueError
        If the CONTCAR has no velocities, without which the trajectory cannot continue.
    """
    path = zpath(str(Path(strip_hostname(directory), "CONTCAR")))
    structure: Structure = Poscar.from_file(path, check_for_potcar=False).structure
    if "velocities" not in structure.site_properties:
        raise ValueError(
            f"{path} has no velocities: the segment did not end like a run of molecular dynamics"
        )
    return structure


def join_segments(directories: Sequence[str]) -> MDResult:
    """Join segments, in the order given, to one trajectory.

    Parameters
    ----------
    directories
        Directories of the segments, with host.
    """
    found = [part for directory in directories for part in parts_of(directory)]
    runs = [read_run(files) for files, _ in found]
    return TrajectoryUnit(runs, [steps for _, steps in found]).build()


def parts_of(directory: str) -> list[tuple[RunFiles, int | None]]:
    """Return the runs of a segment, and how many of their steps count; None for all.

    Parameters
    ----------
    directory
        Directory of the segment, with host.
    """
    places = [*parts(directory), (Path(strip_hostname(directory)), None)]
    return [
        (files, steps)
        for place, steps in places
        for files in find_runs([place])
        if isinstance(files, RunFiles)
    ]
