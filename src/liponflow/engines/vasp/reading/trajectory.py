"""Read molecular dynamics: runs that continue each other, joined in their order."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, NamedTuple

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.runs import MDResult, MDSegment
from liponflow.arrays import FloatArray
from liponflow.boundary import file_boundary
from liponflow.decompression import open_bytes
from liponflow.engines.vasp.reading.files import IngestError
from liponflow.engines.vasp.reading.runs import Run
from liponflow.engines.vasp.reading.unit import Unit, same_structure
from liponflow.finite import check_finite
from liponflow.units import BOLTZMANN, FS_PER_PS, GPA_PER_EV_A3, GPA_PER_KBAR

_ALGORITHMS = {1: "Andersen", 2: "Nosé-Hoover", 3: "Langevin", 4: "Nosé-Hoover chain", 5: "CSVR"}
"""By MDALGO (VASP wiki, "MDALGO")."""
_ANDERSEN = 1
_LANGEVIN = 3


@dataclass(frozen=True)
class TrajectoryUnit(Unit[Run]):
    """Segments in their order."""

    kind: ClassVar[str] = "md"

    def build(self) -> MDResult:
        """See Unit."""
        steps = [list(_steps(run)) for run in self.runs]
        for run, taken in zip(self.runs, steps, strict=True):
            if not taken:
                raise IngestError(f"{run.files.place}: no complete step of molecular dynamics")
        starts = [0, *accumulate(len(taken) for taken in steps)]
        segments = [
            _segment(run, first, len(taken))
            for run, first, taken in zip(self.runs, starts, steps, strict=False)
        ]
        all_steps = [step for taken in steps for step in taken]
        structure = self.runs[-1].final_structure
        free = _degrees_of_freedom(self.runs[0])
        temperatures = [2 * step.kinetic / (free * BOLTZMANN) for step in all_steps]
        time_steps = [
            time_step(run) for run, taken in zip(self.runs, steps, strict=True) for _ in taken
        ]
        times = [time / FS_PER_PS for time in accumulate(time_steps)]
        asked = sum(int(run.header.parameters["NSW"]) for run in self.runs)
        return MDResult(
            formula=structure.composition.reduced_formula,
            converged=segments[-1].complete,
            criterion=f"{len(all_steps)} of {asked} steps taken",
            provenance=self.provenance(),
            warnings=self._warnings(segments),
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

    def _warnings(self, segments: Sequence[MDSegment]) -> list[str]:
        notes = [
            f"{run.files.vasprun} breaks off: {segment.n_steps} complete steps of "
            f"{run.header.parameters['NSW']} are taken"
            for run, segment in zip(self.runs, segments, strict=True)
            if run.truncated
        ]
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
    kinetic: float
    total: float
    volume: float
    pressure: float | None


def _steps(run: Run) -> Iterator[_Step]:
    """Yield the energies of every complete step, without keeping positions in memory."""
    assert run.files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
    path = run.files.vasprun
    with (
        file_boundary(path, IngestError, what="a vasprun.xml", remedy="copy it again") as place,
        open_bytes(path) as file,
    ):
        count = 0
        try:
            for _, element in ET.iterparse(file):  # noqa: S314 (the user's own file)
                if element.tag == "calculation":
                    count += 1
                    place.text = f"step {count}"
                    if element.find("energy") is not None:
                        yield _step(element)
                    element.clear()
        except (ET.ParseError, EOFError):
            if not run.truncated:
                raise


def _step(calculation: ET.Element) -> _Step:
    energies = calculation.iterfind("energy/i")
    values = {item.get("name"): float(item.text or "nan") for item in energies}
    potential, kinetic = values["e_0_energy"], values["kinetic"]
    volume = abs(
        float(np.linalg.det(_rows(calculation, "structure/crystal/varray[@name='basis']")))
    )
    pressure = None
    if calculation.find("varray[@name='stress']") is not None:
        # kbar, positive under compression, without the kinetic part.
        stress = _rows(calculation, "varray[@name='stress']")
        pressure = float(np.trace(stress)) / 3 * GPA_PER_KBAR
        pressure += 2 / 3 * kinetic / volume * GPA_PER_EV_A3
    step = _Step(potential, kinetic, values.get("total", potential + kinetic), volume, pressure)
    check_finite([value for value in step if value is not None], "its energy, volume or pressure")
    return step


def _rows(element: ET.Element, path: str) -> FloatArray:
    return np.array([(row.text or "").split() for row in element.iterfind(f"{path}/v")], float)


def _stop_reason(taken: int, asked: int) -> str:
    if taken == asked:
        return "every step was taken"
    return f"the files end after {taken} of {asked} steps"


def _segment(run: Run, first: int, taken: int) -> MDSegment:
    parameters = run.header.parameters
    start = float(parameters.get("TEBEG", 0.0))
    return MDSegment(
        directory=run.directory,
        first_step=first,
        n_steps=taken,
        start_temperature=start,
        end_temperature=float(parameters.get("TEEND", start)),
        complete=taken == int(parameters["NSW"]),
    )


def _continues(later: Run, earlier: Run) -> bool:
    begin: Structure = later.header.initial_structure
    return time_step(later) == time_step(earlier) and same_structure(
        begin, earlier.final_structure
    )


def time_step(run: Run) -> float:
    """Return the time step (fs)."""
    return float(run.header.parameters["POTIM"])


def _degrees_of_freedom(run: Run) -> int:
    """Return VASP's count: without the centre of mass unless Langevin or with fixed atoms."""
    structure = run.header.initial_structure
    held = structure.site_properties.get("selective_dynamics")
    if held is not None:
        return sum(bool(free) for site in held for free in site)
    drift = 0 if int(run.header.parameters.get("MDALGO", 0)) == _LANGEVIN else 3
    return 3 * len(structure) - drift
