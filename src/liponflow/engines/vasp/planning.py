"""Planned calculations of atomate2's VASP Makers, read from the files that they write."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import spglib
from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import Maker
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar, Kpoints

from liponflow.engines.planned import (
    MD,
    NEB,
    PHONON,
    RELAX,
    STATIC,
    PlannedCalculation,
    images_between,
)
from liponflow.inputs.vasp.ionic import ionic_steps, ionic_task

VASP = "vasp"
"""Name of the engine."""

_KSPACING = 0.5
_SYMPREC = 1e-5
"""Defaults of VASP (VASP wiki, "KSPACING" and "SYMPREC")."""


def planned(maker: Maker, images: Sequence[Structure]) -> PlannedCalculation | None:
    """Return the calculation of a Maker of a single VASP job.

    Parameters
    ----------
    maker
        Any Maker.
    images
        Structure passed to it, or the images of a band.

    Returns
    -------
    PlannedCalculation or None
        None if the Maker does not run VASP.
    """
    if not isinstance(maker, BaseVaspMaker):
        return None
    structure = images[0]
    files: Any = maker.input_set_generator.get_input_set(structure, potcar_spec=True)
    incar = Incar(files.incar)
    kind, steps = _task(incar, len(structure))
    inner = images_between(images) or incar.get("IMAGES", 1)
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
    """Return kind and number of ionic steps that an INCAR asks for."""
    match ionic_task(incar):
        case "static":
            return STATIC, 1
        case "md":
            return MD, ionic_steps(incar)
        case "finite differences":
            # Two displacements along each axis, fewer where symmetry is used: an upper bound.
            return PHONON, 6 * atoms + 1
        case _:
            return (NEB if "IMAGES" in incar else RELAX), None


def irreducible_kpoints(structure: Structure, incar: Incar, kpoints: Kpoints | None) -> int:
    """Return the number of k-points that VASP computes.

    Parameters
    ----------
    structure
        Structure, with the site property ``magmom`` if it has initial moments.
    incar
        INCAR; ISYM counts and, without `kpoints`, KSPACING.
    kpoints
        A regular mesh, or None.

    Returns
    -------
    int
        Number after reduction by the symmetry of the structure, in which sites of different
        initial moment differ; by time reversal only if ISYM is 0; of the whole mesh if it is
        negative (VASP wiki, "ISYM").
    """
    mesh = _mesh(structure, incar, kpoints)
    symmetry = incar.get("ISYM", 2)
    if symmetry < 0:
        return prod(mesh)
    if symmetry == 0:
        # Time reversal pairs k with -k. On a mesh around Γ the points 0 and 1/2 of an axis are
        # their own partners, the latter only where the number of divisions is even.
        alone = prod(1 if number % 2 else 2 for number in mesh)
        return (prod(mesh) + alone) // 2
    cell = (structure.lattice.matrix.tolist(), structure.frac_coords.tolist(), _colours(structure))
    mapping, _ = spglib.get_ir_reciprocal_mesh(mesh, cell, symprec=_SYMPREC)
    return len(np.unique(mapping))


def _mesh(structure: Structure, incar: Incar, kpoints: Kpoints | None) -> tuple[int, int, int]:
    if kpoints is not None:
        a, b, c = (int(number) for number in kpoints.kpts[0])
    else:
        lengths = np.array(structure.lattice.reciprocal_lattice.abc)
        spacing = incar.get("KSPACING", _KSPACING)
        a, b, c = (max(1, int(np.ceil(n / spacing))) for n in lengths)
    return a, b, c


def _colours(structure: Structure) -> list[int]:
    """Return a number per site, the same for sites of the same element and moment."""
    moments = structure.site_properties.get("magmom") or [0.0] * len(structure)
    labels = [(site.species_string, m) for site, m in zip(structure, moments, strict=True)]
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels), start=1)}
    return [numbers[label] for label in labels]
