"""Read molecular dynamics: runs that continue each other, joined in their order."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, NamedTuple

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.method import describe_differences, differences
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import MDResult, MDSegment
from liponflow.boundary import file_boundary
from liponflow.decompression import open_bytes
from liponflow.engines.vasp.reading.files import IngestError
from liponflow.engines.vasp.reading.runs import Run
from liponflow.engines.vasp.reading.unit import Unit, same_structure
from liponflow.finite import check_finite
from liponflow.formulas import reduced_formula
from liponflow.freeformat.ionic_steps import IonicStep, IonicSteps
from liponflow.units import BOLTZMANN, FS_PER_PS, GPA_PER_EV_A3, GPA_PER_KBAR

_ALGORITHMS = {1: "Andersen", 2: "Nosé-Hoover", 3: "Langevin", 4: "Nosé-Hoover chain", 5: "CSVR"}
"""By MDALGO (VASP wiki, "MDALGO")."""
_ANDERSEN = 1
_LANGEVIN = 3


@dataclass(frozen=True)
class TrajectoryUnit(Unit[Run]):
    """Segments in their order."""

    kind: ClassVar[str] = "md"

    counted: Sequence[int | None] = ()
    """Steps of each run before the start of the next, if that continues it; None for all."""

    def build(self) -> MDResult:
        """See Unit."""
        counted = self.counted or [None] * len(self.runs)
        read = [
            taken._replace(steps=taken.steps[:number])
            for taken, number in zip((_take(run) for run in self.runs), counted, strict=True)
        ]
        steps = [taken.steps for taken in read]
        for run, taken in zip(self.runs, read, strict=True):
            if not taken.steps:
                at = " but one whose energies are asterisks" if taken.overflow else ""
                raise IngestError(f"{run.files.place}: no complete step of molecular dynamics{at}")
        starts = [0, *accumulate(len(taken) for taken in steps)]
        segments = [
            _segment(run, first, len(taken), number)
            for run, first, taken, number in zip(self.runs, starts, steps, counted, strict=False)
        ]
        all_steps = [step for taken in steps for step in taken]
        structure = self.runs[-1].final_structure
        temperatures = [step.temperature for step in all_steps]
        time_steps = [
            time_step(run) for run, taken in zip(self.runs, steps, strict=True) for _ in taken
        ]
        times = [time / FS_PER_PS for time in accumulate(time_steps)]
        asked = sum(
            int(run.header.parameters["NSW"]) if number is None else number
            for run, number in zip(self.runs, counted, strict=True)
        )
        return MDResult(
            formula=reduced_formula(structure.composition),
            converged=segments[-1].complete,
            criterion=f"{len(all_steps)} of {asked} steps taken",
            provenance=self.provenance(self._engine()),
            warnings=self._warnings(read, segments),
            time_step=time_steps[0],
            n_steps=len(all_steps),
            duration=times[-1],
            ensemble=ensemble(self.runs[0]),
            mean_temperature=math.fsum(temperatures) / len(temperatures),
            stop_reason=_stop_reason(len(all_steps), asked),
            segments=segments,
            times=times,
            temperatures=temperatures,
            potential_energies=[step.potential for step in all_steps],
            total_energies=[step.total for step in all_steps],
            volumes=[step.volume for step in all_steps],
            pressures=[step.pressure for step in all_steps],
            structure=structure,
            trajectory_files=[str(run.files.vasprun) for run in self.runs],
        )

    def _engine(self) -> EngineInfo:
        """Return the engine of the first segment, or the force field if it ran in any."""
        engines = [run.engine for run in self.runs]
        return next((engine for engine in engines if engine.surrogate), engines[0])

    def _warnings(self, read: Sequence["_Taken"], segments: Sequence[MDSegment]) -> list[str]:
        notes = [
            f"{run.files.vasprun} breaks off: {segment.n_steps} complete steps of "
            f"{run.header.parameters['NSW']} are taken"
            for run, segment in zip(self.runs, segments, strict=True)
            if run.truncated and not segment.complete
        ]
        notes += [
            f"{run.files.vasprun}: the energies of step {taken.overflow} are asterisks, too long "
            f"for their columns: the {len(taken.steps)} steps before it are taken"
            for run, taken in zip(self.runs, read, strict=True)
            if taken.overflow
        ]
        all_steps = [step for taken in read for step in taken.steps]
        learned = sum(step.by_force_field for step in all_steps)
        if learned:
            notes.append(
                f"{learned} of {len(all_steps)} steps are by VASP's machine-learned force field, "
                "not DFT"
            )
        failed = sum(not step.electrons for step in all_steps)
        if failed:
            notes.append(
                f"the electrons did not converge in {failed} of {len(all_steps)} steps: raise "
                "NELM, or choose another ALGO"
            )
        notes += describe_differences(
            differences((run.method for run in self.runs), same_host=True)
        )
        remarks = [run.method.charge_remark for run in self.runs]
        notes += dict.fromkeys(remark for remark in remarks if remark)
        ensembles = dict.fromkeys(ensemble(run) for run in self.runs)
        if len(ensembles) > 1:
            notes.append(f"the ensemble changes between segments: {', then '.join(ensembles)}")
        return notes


def trajectory_units(runs: Sequence[Run]) -> list[TrajectoryUnit]:
    """Join segments: a run continues the one whose last structure it begins with.

    Parameters
    ----------
    runs
        Molecular dynamics.

    Returns
    -------
    list of TrajectoryUnit
        If two runs begin with the same structure, only the first of them continues it.
    """
    follower: dict[int, int] = {}
    for i, run in enumerate(runs):
        for j, other in enumerate(runs):
            if j != i and j not in follower.values() and _continues(other, run):
                follower[i] = j
                break
    units = []
    for first in range(len(runs)):
        if first not in follower.values():
            chain = [first]
            while chain[-1] in follower:
                chain.append(follower[chain[-1]])
            units.append(TrajectoryUnit([runs[index] for index in chain]))
    return units


def ensemble(run: Run) -> str:
    """Return ensemble and thermostat, from MDALGO, SMASS, ANDERSEN_PROB and ISIF.

    See the VASP wiki, "MDALGO" and "NVE ensemble".
    """
    parameters = run.header.parameters
    algorithm = int(parameters.get("MDALGO", 0))
    smass = float(parameters.get("SMASS", -3))
    if algorithm in (0, 2) and smass < 0:
        return "NVE" if smass == -3 else "velocities scaled"  # noqa: PLR2004 (VASP's own code)
    if algorithm == _ANDERSEN and float(parameters.get("ANDERSEN_PROB", 0.0)) == 0:
        return "NVE"
    if algorithm == 0:
        return "NVT, Nosé-Hoover"
    name = _ALGORITHMS.get(algorithm, f"MDALGO = {algorithm}")
    moves = algorithm == _LANGEVIN and parameters.get("ISIF") == 3  # noqa: PLR2004 (the cell)
    return f"{'NpT' if moves else 'NVT'}, {name}"


class _Step(NamedTuple):
    potential: float
    temperature: float
    total: float
    volume: float
    pressure: float | None
    by_force_field: bool
    electrons: bool
    """Whether the electronic steps converged."""


class _Taken(NamedTuple):
    steps: list[_Step]
    overflow: int | None
    """Number of the step at which reading stopped, because its energies are asterisks."""


def _take(run: Run) -> _Taken:
    """Read the energies of the complete steps, with the positions of one in memory at a time."""
    assert run.files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
    path = run.files.vasprun
    with (
        file_boundary(path, IngestError, what="a vasprun.xml", remedy="copy it again") as place,
        open_bytes(path) as file,
    ):
        taken: list[_Step] = []
        steps = IonicSteps(file)
        try:
            for step in steps:
                place.text = f"step {step.number}"
                if step.overflows:
                    return _Taken(taken, step.number)
                if step.energies:
                    taken.append(_step(step, steps))
        except (ET.ParseError, EOFError):
            if not run.truncated:
                raise
    return _Taken(taken, None)


def _step(step: IonicStep, steps: IonicSteps) -> _Step:
    potential, kinetic = step.energy, step.kinetic
    if potential is None or kinetic is None:
        missing = "potential" if potential is None else "kinetic"
        raise ValueError(f"it has no {missing} energy")
    volume = abs(float(np.linalg.det(step.cell)))
    pressure = None
    if step.stress is not None:
        # kbar, positive under compression, without the kinetic part.
        pressure = float(np.trace(step.stress)) / 3 * GPA_PER_KBAR
        pressure += 2 / 3 * kinetic / volume * GPA_PER_EV_A3
    temperature = 2 * kinetic / (steps.degrees_of_freedom * BOLTZMANN)
    total = step.energies.get("total")  # with the thermostat, whose energy may overflow
    if total is None:
        total = potential + kinetic
    values = (potential, temperature, total, volume, pressure)
    check_finite(
        [value for value in values if value is not None], "its energy, volume or pressure"
    )
    most = float(steps.tags.get("NELM") or math.inf)
    electrons = step.by_force_field or step.n_electronic < most
    return _Step(*values, by_force_field=step.by_force_field, electrons=electrons)


def _stop_reason(taken: int, asked: int) -> str:
    if taken == asked:
        return "every step was taken"
    return f"the files end after {taken} of {asked} steps"


def _segment(run: Run, first: int, taken: int, counted: int | None) -> MDSegment:
    parameters = run.header.parameters
    start = float(parameters.get("TEBEG", 0.0))
    return MDSegment(
        directory=run.directory,
        first_step=first,
        n_steps=taken,
        start_temperature=start,
        end_temperature=float(parameters.get("TEEND", start)),
        complete=taken == (int(parameters["NSW"]) if counted is None else counted),
    )


def _continues(later: Run, earlier: Run) -> bool:
    begin: Structure = later.header.initial_structure
    return time_step(later) == time_step(earlier) and same_structure(
        begin, earlier.final_structure
    )


def time_step(run: Run) -> float:
    """Return the time step (fs)."""
    return float(run.header.parameters["POTIM"])
