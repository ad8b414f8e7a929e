"""Read nudged elastic bands: folders 00 to nn, one per image."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise, takewhile
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.method import Method, describe_differences, differences
from liponflow.analysis.runs import NEBImage, NEBResult
from liponflow.crystals.read import read_structure
from liponflow.engines.vasp.reading.files import Band, IngestError, RunFiles
from liponflow.engines.vasp.reading.image import ImageRun, read_image, shared_of
from liponflow.engines.vasp.reading.outcar import read_outcar_end
from liponflow.engines.vasp.reading.runs import Run, outcar_lines, read_run
from liponflow.engines.vasp.reading.total_energy import not_self_consistent
from liponflow.engines.vasp.reading.unit import Unit
from liponflow.formulas import reduced_formula
from liponflow.freeformat.numbers import table
from liponflow.periodic import shortest

_CLIMBS = re.compile(r"NEB:\s+LCLIMB\s+([TF])")
"""What VTST takes for LCLIMB."""
_VTST_FORCE = re.compile(r"FORCES: max atom, RMS\s+(\S+)")
_ALONG = re.compile(
    r"(?:NEB: projections on to tangent \(spring, REAL\)\s+\S+|tangential force \(eV/A\))\s+(\S+)"
)
"""Force along the tangent to the next image, of VTST or of VASP alone, which subtracts that of the
springs: in a converged band it is below the force limit."""
_PLAIN_FORCES = "CHAIN + TOTAL"
"""Heading of VASP's own table of the forces of the band, a row of three numbers per ion."""


BandRun = Run | ImageRun
"""An image between the end points, with its vasprun.xml or without."""


@dataclass(frozen=True)
class BandUnit(Unit[BandRun]):
    """The images of a band; the end points are in `ends`."""

    kind: ClassVar[str] = "neb"

    ends: tuple[RunFiles, RunFiles]
    incar_of_band: Mapping[str, Any] = field(default_factory=dict)
    """INCAR beside the folders, or of the first image."""
    inputs: RunFiles | None = None
    """Files beside the folders that images without vasprun.xml are read with."""

    def build(self) -> NEBResult:
        """See Unit."""
        calculations = [run.calculation() for run in self.runs]
        ends = [_end(files) for files in self.ends]
        first, last = (end.energy for end in ends)
        structures = [
            _end_structure(self.ends[0]),
            *(calculation.structure for calculation in calculations),
            _end_structure(self.ends[1]),
        ]
        energies = [first, *(calculation.energy for calculation in calculations), last]
        # The largest forces of the images alone are not those of the path.
        converged = [True, *(_has_converged(run) for run in self.runs), True]
        projected = [_force(run) for run in self.runs]
        forces = [
            calculation.max_force if force.largest is None else force.largest
            for force, calculation in zip(projected, calculations, strict=True)
        ]
        by_vtst = any(force.by_vtst for force in projected)
        climbing = by_vtst and self._climbs(projected)
        along = [force.along for force in projected if force.along is not None]
        # A climbing image is the saddle itself; without one the slopes lead to it.
        slopes: list[float | None] = [None] * len(energies)
        if not climbing and len(along) == len(projected):
            slopes = [0.0, *(-force for force in along), 0.0]
        distances = [0.0, *accumulate(_distance(a, b) for a, b in pairwise(structures))]
        images = [
            NEBImage(
                image=number,
                distance=distance,
                energy=None if first is None or energy is None else energy - first,
                max_force=force,
                converged=ok,
                slope=slopes[number],
                structure=structure,
            )
            for number, (distance, energy, force, ok, structure) in enumerate(
                zip(distances, energies, [None, *forces, None], converged, structures, strict=True)
            )
        ]
        failed = [image.image for image in images if not image.converged]
        # On a path that only climbs, the upper end point is the top.
        top = max(energy for energy in energies if energy is not None)
        barriers = [None if failed or end is None else top - end for end in (first, last)]
        warnings = self._warnings(failed, (first, last))
        methods = [*(run.method for run in self.runs), *(end.method for end in ends if end.method)]
        warnings += describe_differences(differences(methods, same_host=True))
        warnings += list(dict.fromkeys(m.charge_remark for m in methods if m.charge_remark))
        if not by_vtst and (self.incar_of_band.get("LCLIMB") or self.incar_of_band.get("IOPT")):
            warnings.append(
                "no image climbed, though LCLIMB is set: VASP passes over it without VTST, and "
                "the barrier is that of the highest image, a lower bound; patch VASP with VTST"
            )
        return NEBResult(
            formula=reduced_formula(structures[0].composition),
            converged=not failed,
            criterion=self._criterion(failed),
            provenance=self.provenance(),
            warnings=warnings,
            images=images,
            climbing=climbing,
            barrier=barriers[0],
            reverse_barrier=barriers[1],
            steps=max(calculation.ionic_steps for calculation in calculations),
            force_evaluations=sum(calculation.ionic_steps for calculation in calculations),
        )

    def _climbs(self, projected: Sequence["_Force"]) -> bool:
        """Return whether VTST let an image climb, as it does by default (VTST Tools, "NEB")."""
        said = [force.climbs for force in projected if force.climbs is not None]
        return said[0] if said else bool(self.incar_of_band.get("LCLIMB", True))

    def _contents(self) -> list[str]:
        return [
            *(run.fingerprint for run in self.runs),
            *(files.fingerprint() for files in self.ends),
            *([self.inputs.fingerprint()] if self.inputs else []),
        ]

    def _criterion(self, failed: Sequence[int]) -> str:
        limit = self.runs[0].force_limit
        asked = f"largest force below {limit:g} eV/Å" if limit else "VASP's own, on energy"
        if not self.runs[0].has_criterion:
            asked = "no criterion, as EDIFFG = 0"
        return f"{asked}; {len(self.runs) - len(failed)} of {len(self.runs)} images converged"

    def _warnings(
        self, failed: Sequence[int], ends: tuple[float | None, float | None]
    ) -> list[str]:
        notes = []
        if failed:
            numbers = ", ".join(f"{number:02d}" for number in failed)
            stopped = any(run.stopped for run in self.runs)
            steps = self.runs[0].steps_asked
            until = "before a STOPCAR ended the run" if stopped else f"within NSW = {steps} steps"
            notes.append(
                f"no barrier: image {numbers} did not converge {until}: continue from the CONTCARs"
            )
        notes += [
            f"no energy of the end point {files.directory}: copy its OUTCAR or vasprun.xml there"
            for files, energy in zip(self.ends, ends, strict=True)
            if energy is None
        ]
        return notes


def band_unit(band: Band) -> BandUnit:
    """Read the headers of a band.

    Raises
    ------
    IngestError
        If a folder is missing, or an image between the end points cannot be read.
    """
    numbers = [int(image.directory.name) for image in band.images]
    missing = sorted(set(range(numbers[-1] + 1)) - set(numbers))
    if missing:
        names = ", ".join(f"{number:02d}" for number in missing)
        raise IngestError(
            f"{band.directory}: folder {names} is missing in 00 to {numbers[-1]:02d}"
        )
    inner = band.images[1:-1]
    partial = any(image.vasprun is None for image in inner)
    shared = shared_of(band.inputs, vasprun=partial)
    runs: list[BandRun] = [
        read_run(image) if image.vasprun else read_image(image, shared) for image in inner
    ]
    incar = {**(runs[0].incar if runs else {}), **shared.incar}
    asked = int(incar.get("IMAGES") or len(runs))
    if not runs or asked != len(runs):
        raise IngestError(
            f"{band.directory}: folders 00 to {numbers[-1]:02d} hold {len(runs)} images between "
            f"the end points, but IMAGES = {asked or 'unknown'}: copy all the folders"
        )
    ends = (band.images[0], band.images[-1])
    return BandUnit(runs, ends, incar, band.inputs if partial else None)


def _has_converged(run: BandRun) -> bool:
    if isinstance(run, ImageRun):
        return run.converged
    return run.ended_by_its_criterion and run.had_steps_left


class _Force(NamedTuple):
    """Projected forces of the last step, eV/Å; None if the OUTCAR lacks them."""

    largest: float | None
    by_vtst: bool
    along: float | None
    """Along the path, before it is projected out."""
    climbs: bool | None
    """Whether VTST lets an image climb; None if the OUTCAR does not tell."""


def _force(run: BandRun) -> _Force:
    vtst = plain = along = climbs = None
    lines = outcar_lines(run.files)
    for line in lines:
        if match := _VTST_FORCE.search(line):
            vtst = float(match[1])
        elif match := _ALONG.search(line):
            along = float(match[1])
        elif match := _CLIMBS.search(line):
            climbs = match[1] == "T"
        elif _PLAIN_FORCES in line:
            next(lines)  # a rule, as behind the rows
            rows = takewhile(lambda row: "---" not in row, lines)
            forces = table(list(rows), 3)
            plain = float(np.linalg.norm(forces, axis=1).max())
    return _Force(plain if vtst is None else vtst, vtst is not None, along, climbs)


class _End(NamedTuple):
    energy: float | None
    """eV; None if there is no file with it."""
    method: Method | None
    """None without a vasprun.xml."""


def _end(files: RunFiles) -> _End:
    if files.vasprun is not None:
        run = read_run(files)
        return _End(run.last_energy, run.method)
    end = read_outcar_end(outcar_lines(files))
    reason = not_self_consistent(end.tags)
    if reason is not None:
        raise IngestError(f"{files.find('OUTCAR')}: {reason}")
    return _End(end.energy, None)


def _end_structure(files: RunFiles) -> Structure:
    path = files.find("POSCAR") or files.find("CONTCAR")
    if path is None:
        raise IngestError(f"{files.directory}: no POSCAR of the end point")
    return read_structure(path)


def _distance(first: Structure, second: Structure) -> float:
    """Return the distance between two images over all atoms, with minimum images (Å)."""
    if first.species != second.species:
        raise IngestError(
            f"neighbouring images have different atoms: {first.formula} and {second.formula}"
        )
    shift = second.frac_coords - first.frac_coords
    return float(np.linalg.norm(shortest(shift, first.lattice.matrix) @ first.lattice.matrix))
