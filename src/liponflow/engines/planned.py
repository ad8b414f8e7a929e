"""What a flow will compute, said before it runs; :mod:`liponflow.cost.estimate` counts it.

The calculations of atomate2's VASP and force-field Makers are known from the Makers themselves
(relaxations, statics, dynamics, bands), whether the Maker makes a job of the flow or is an
argument of a job that will call it. What else a flow computes says so in one of two ways:

- A Maker of ours implements ``planned(structure) -> Sequence[PlannedCalculation]``
  (:class:`PlanningMaker`). It is asked where its ``make`` made a job, and where it is an argument
  of a job.
- A job that adds calculations at run time, or is a calculation but has no Maker (a plain ``@job``
  function), is announced: ``announce(job, calculations)``. The announcement is all that then
  counts for that job. Displacements of phonons, whose number is known from symmetry::

      static = planned_by(engine.static(), supercell)
      announce(displacements_job, [replace(c, kind="displacement") for c in static] * n)

Structures that do not exist before the flow runs are taken to be of the size of those that they
are made from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Protocol, runtime_checkable

import numpy as np
import spglib
from atomate2.ase.jobs import AseMaker
from atomate2.ase.md import AseMDMaker
from atomate2.ase.neb import AseNebFromImagesMaker
from atomate2.forcefields.jobs import ForceFieldStaticMaker
from atomate2.forcefields.utils import MLFF, ForceFieldMixin
from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import Flow, Job, Maker
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar, Kpoints

from liponflow.engines.chgnet.weights import VARIANTS, WEIGHTS
from liponflow.runners.documents import all_jobs

VASP = "vasp"
RELAX, STATIC, MD, NEB, PHONON = "relax", "static", "md", "neb", "phonon"

_ANNOUNCED = "planned"
_END_POINTS = 2
_FIRST_FINITE_DIFFERENCES, _LAST_PHONON = 5, 8
_VASP_KSPACING = 0.5
_VASP_SYMPREC = 1e-5


@dataclass(frozen=True)
class PlannedCalculation:
    """One run of a code.

    Attributes
    ----------
    kind
        What it is, a word of the table: ``relax``, ``static``, ``md``, ``neb``, ``displacement``.
    engine
        Name of the engine as a user gives it: ``vasp``, ``chgnet``, ...
    atoms
        Atoms in the cell.
    ionic_steps
        Ionic steps; None where it goes on until it has converged.
    images
        Structures that are computed in each ionic step.
    kpoints
        Irreducible k-points.
    spins
        Spin channels.
    core_hours, basis
        For codes whose cost no rule of the estimate covers: core-hours, and what they rest on.
    """

    kind: str
    engine: str
    atoms: int
    ionic_steps: int | None = None
    images: int = 1
    kpoints: int = 1
    spins: int = 1
    core_hours: float | None = None
    basis: str = ""


@runtime_checkable
class PlanningMaker(Protocol):
    """A Maker that says what it will compute."""

    def planned(self, structure: Any) -> Sequence[PlannedCalculation]:
        """List the calculations that ``make`` comes to.

        Parameters
        ----------
        structure
            First argument of ``make``; where it exists at run time only, one structure of the
            same size.
        """


def planned(flow: Flow | Job) -> Iterator[PlannedCalculation]:
    """List the calculations of a flow, those included that its jobs will add."""
    jobs = {job.uuid: job for job in all_jobs(flow)}
    for job in jobs.values():
        if job.metadata.get(_ANNOUNCED) is not None:
            yield from (PlannedCalculation(**entry) for entry in job.metadata[_ANNOUNCED])
            continue
        subject = _subject(job, jobs)
        if subject is None:
            continue
        if job.maker is not None:
            yield from planned_by(job.maker, subject)
        for argument in [*job.function_args, *job.function_kwargs.values()]:
            if isinstance(argument, Maker):
                yield from planned_by(argument, subject)


def announce(job: Job, calculations: Iterable[PlannedCalculation]) -> None:
    """Say what a job computes or will add; see the module."""
    job.metadata[_ANNOUNCED] = [asdict(calculation) for calculation in calculations]


def planned_by(
    maker: Maker, subject: Structure | Sequence[Structure]
) -> Sequence[PlannedCalculation]:
    """List the calculations that a Maker comes to; none if nothing is known of it.

    Parameters
    ----------
    maker
        Ours with ``planned``, or one of atomate2's single VASP or force-field jobs.
    subject
        What it is given: a structure, or the images of a band.
    """
    if isinstance(maker, PlanningMaker):
        return maker.planned(subject)
    images = [subject] if isinstance(subject, Structure) else list(subject)
    if isinstance(maker, BaseVaspMaker):
        return [_vasp(maker, images)]
    if isinstance(maker, AseMaker):
        return [_ase(maker, images)]
    return []


def force_field(maker: Maker) -> str:
    """Name of the engine that a Maker of atomate2's force fields stands for."""
    if not isinstance(maker, ForceFieldMixin):
        return str(maker.name)
    if maker.mlff is not MLFF.CHGNet:
        return str(maker.mlff.value)
    weights = getattr(maker, "weights", WEIGHTS)
    return next((name for name, version in VARIANTS.items() if version == weights), weights)


def stored_name(engine: str) -> str:
    """Name of a force field in the task documents of the store.

    Examples
    --------
    >>> stored_name("chgnet-r2scan"), stored_name("MACE-MP-0")
    ('MLFF.CHGNet', 'MLFF.MACE_MP_0')
    """
    if engine in VARIANTS:
        return str(MLFF.CHGNet)
    return str(MLFF(engine)) if engine in {member.value for member in MLFF} else engine


def _ase(maker: AseMaker, images: Sequence[Structure]) -> PlannedCalculation:
    engine, atoms = force_field(maker), len(images[0])
    if isinstance(maker, AseMDMaker):
        return PlannedCalculation(MD, engine, atoms, maker.n_steps)
    if isinstance(maker, AseNebFromImagesMaker):
        return PlannedCalculation(NEB, engine, atoms, images=max(1, len(images) - _END_POINTS))
    if isinstance(maker, ForceFieldStaticMaker) or getattr(maker, "steps", None) == 1:
        return PlannedCalculation(STATIC, engine, atoms, 1)
    return PlannedCalculation(RELAX, engine, atoms)


def _vasp(maker: BaseVaspMaker, images: Sequence[Structure]) -> PlannedCalculation:
    structure = images[0]
    files: Any = maker.input_set_generator.get_input_set(structure, potcar_spec=True)
    incar = Incar(files.incar)
    kind, steps = _task(incar, len(structure))
    inner = len(images) - _END_POINTS if len(images) > _END_POINTS else incar.get("IMAGES", 1)
    return PlannedCalculation(
        kind,
        VASP,
        len(structure),
        steps,
        images=inner if kind == NEB else 1,
        kpoints=irreducible_kpoints(structure, incar, files.kpoints),
        spins=int(incar.get("ISPIN", 1)),
    )


def _task(incar: Incar, atoms: int) -> tuple[str, int | None]:
    """Kind and number of ionic steps that an INCAR asks for."""
    nsw, ibrion = incar.get("NSW", 0), incar.get("IBRION", 0)
    if _FIRST_FINITE_DIFFERENCES <= ibrion <= _LAST_PHONON:
        # Two displacements along each axis, fewer where symmetry is used: an upper bound.
        return PHONON, 6 * atoms + 1
    if nsw == 0 or ibrion == -1:
        return STATIC, 1
    if ibrion == 0:
        return MD, nsw
    return (NEB if "IMAGES" in incar else RELAX), None


def irreducible_kpoints(structure: Structure, incar: Incar, kpoints: Kpoints | None) -> int:
    """Count the k-points that VASP computes.

    Parameters
    ----------
    structure
        Structure, with the site property ``magmom`` if it has initial moments.
    incar
        INCAR; ISYM and, without `kpoints`, KSPACING count.
    kpoints
        A regular mesh, or None.

    Returns
    -------
    int
        By the symmetry of the structure, in which sites of different initial moment differ; by
        time reversal only if ISYM is 0; the whole mesh if it is negative (VASP wiki, "ISYM").
    """
    mesh = _mesh(structure, incar, kpoints)
    symmetry = incar.get("ISYM", 2)
    if symmetry < 0:
        return prod(mesh)
    if symmetry == 0:
        return (prod(mesh) + 1) // 2
    cell = (structure.lattice.matrix.tolist(), structure.frac_coords.tolist(), _colours(structure))
    mapping, _ = spglib.get_ir_reciprocal_mesh(mesh, cell, symprec=_VASP_SYMPREC)
    return len(np.unique(mapping))


def _mesh(structure: Structure, incar: Incar, kpoints: Kpoints | None) -> tuple[int, int, int]:
    if kpoints is not None:
        a, b, c = (int(number) for number in kpoints.kpts[0])
    else:
        lengths = np.array(structure.lattice.reciprocal_lattice.abc)
        spacing = incar.get("KSPACING", _VASP_KSPACING)
        a, b, c = (max(1, int(np.ceil(n / spacing))) for n in lengths)
    return a, b, c


def _colours(structure: Structure) -> list[int]:
    """Give sites of the same element and the same moment the same number."""
    moments = structure.site_properties.get("magmom") or [0.0] * len(structure)
    labels = [(site.species_string, m) for site, m in zip(structure, moments, strict=True)]
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels), start=1)}
    return [numbers[label] for label in labels]


def _subject(
    job: Job, jobs: Mapping[str, Job], seen: frozenset[str] = frozenset()
) -> Structure | Sequence[Structure] | None:
    """Find what a job is given, or the first structure that the jobs before it were given."""
    for argument in [*job.function_args, *job.function_kwargs.values()]:
        structures = list(_structures(argument))
        if structures:
            return argument if isinstance(argument, Structure) else structures
    for uuid in job.input_uuids:
        if uuid in jobs and uuid not in seen:
            found = _subject(jobs[uuid], jobs, seen | {job.uuid})
            if found is not None:
                return found if isinstance(found, Structure) else found[0]
    return None


def _structures(argument: Any) -> Iterator[Structure]:
    if isinstance(argument, Structure):
        yield argument
    elif isinstance(argument, Mapping):
        for value in argument.values():
            yield from _structures(value)
    elif isinstance(argument, list | tuple):
        for value in argument:
            yield from _structures(value)
