"""Planned calculations of atomate2's VASP Makers, read from the files that they write."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import spglib
from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import Maker
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Kpoints

from liponflow.arrays import FloatArray, IntArray
from liponflow.engines.planned import (
    MD,
    NEB,
    PHONON,
    RELAX,
    STATIC,
    PlannedCalculation,
    images_between,
)
from liponflow.engines.vasp.cost import (
    GAMMA_SHARE,
    STEPS_OF_A_REPETITION,
    TYPICAL_CUTOFF,
    bands,
    iteration_seconds,
    iterations,
    plane_waves,
)
from liponflow.engines.vasp.run import has_gamma_program
from liponflow.freeformat.incar import parse_incar
from liponflow.freeformat.kpoints import DEFAULT_SPACING, mesh_divisions
from liponflow.inputs.vasp.electrons import is_non_collinear, valence_electrons
from liponflow.inputs.vasp.ionic import ionic_steps, ionic_task, relaxes_cell
from liponflow.inputs.vasp.symmetry import SYMPREC, spglib_cell
from liponflow.settings import load_settings

VASP = "vasp"
"""Name of the engine."""

Tags = Mapping[str, Any]
"""Values of an INCAR by tag."""

_ON_MESH = 1e-6
"""Rounding of a point of the mesh, in steps."""


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
    incar: Tags = parse_incar(str(files.incar)).tags
    kind, steps = _task(incar, len(structure))
    inner = images_between(images) or incar.get("IMAGES", 1)
    kpoints = irreducible_kpoints(structure, incar, files.kpoints)
    spins = int(incar.get("ISPIN", 1))
    electrons = valence_electrons(structure, incar, str(files.potcar).split())
    effort = _effort(kind, structure, incar, kpoints * spins, electrons)
    if effort is not None and is_gamma_alone(structure, incar, files.kpoints):
        share = GAMMA_SHARE if has_gamma_program(load_settings().vasp_cmd, band=kind == NEB) else 1
        effort *= share
    return PlannedCalculation(
        kind,
        VASP,
        len(structure),
        steps,
        images=inner if kind == NEB else 1,
        kpoints=kpoints,
        spins=spins,
        electrons=electrons,
        effort=effort,
        further_steps=STEPS_OF_A_REPETITION if relaxes_cell(incar) else 0,
    )


def _effort(
    kind: str, structure: Structure, incar: Tags, channels: int, electrons: float | None
) -> float | None:
    """Return the core-seconds of an ionic step by the rule; None with unknown electrons."""
    if electrons is None:
        return None
    magnetic = incar.get("MAGMOM", []) if incar.get("ISPIN") == 2 else []  # noqa: PLR2004
    n_bands = incar.get("NBANDS") or bands(electrons, len(structure), sum(magnetic))
    waves = plane_waves(structure.volume, incar.get("ENCUT") or TYPICAL_CUTOFF)
    return iterations(kind) * iteration_seconds(channels, n_bands, waves)


def _task(incar: Tags, atoms: int) -> tuple[str, int | None]:
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


def is_gamma_alone(structure: Structure, incar: Tags, kpoints: Kpoints | None) -> bool:
    """Return whether the program for the Γ point alone can compute it, and custodian takes it.

    Parameters
    ----------
    structure, incar, kpoints
        As for :func:`irreducible_kpoints`.
    """
    if is_non_collinear(incar) or incar.get("LEPSILON") or incar.get("LOPTICS"):
        return False
    if kpoints is not None and kpoints.num_kpts > 0:
        return False
    mesh, shift = _mesh(structure, incar, kpoints)
    return mesh == (1, 1, 1) and not shift.any()


def irreducible_kpoints(structure: Structure, incar: Tags, kpoints: Kpoints | None) -> int:
    """Return the number of k-points that VASP computes.

    Parameters
    ----------
    structure
        Structure, with the site property ``magmom`` if it has initial moments.
    incar
        INCAR; ISYM counts and, without `kpoints`, KSPACING and KGAMMA.
    kpoints
        A regular mesh, around Γ or of Monkhorst and Pack, by divisions or by a length; a list of
        points or of lines, which are counted as they are; or None.

    Returns
    -------
    int
        Number after reduction by the symmetry of the structure, in which sites of different
        initial moment differ; by time reversal only if ISYM is 0; of the whole mesh if it is
        negative (VASP wiki, "ISYM").
    """
    if kpoints is not None and kpoints.num_kpts > 0:
        lines = kpoints.style is Kpoints.supported_modes.Line_mode
        return kpoints.num_kpts * (len(kpoints.kpts) // 2 if lines else 1)
    mesh, shift = _mesh(structure, incar, kpoints)
    symmetry = incar.get("ISYM", 2)
    if symmetry < 0:
        return prod(mesh)
    rotations = np.eye(3, dtype=int)[None]
    if symmetry > 0:
        cell = spglib_cell(structure, structure.site_properties.get("magmom"))
        # Without a symmetry that spglib finds, the estimate counts as if there were none.
        found = spglib.get_symmetry(cell, symprec=SYMPREC) or {"rotations": rotations}
        rotations = np.unique(found["rotations"], axis=0)
    return _distinct(mesh, shift, rotations)


def _distinct(mesh: tuple[int, int, int], shift: FloatArray, rotations: IntArray) -> int:
    """Return the number of points of a mesh that differ by symmetry.

    Rotations and time reversal map points on others; a rotation that does not map the mesh on
    itself is left out. `shift` is in steps of the mesh.
    """
    points = np.indices(mesh).reshape(3, -1).T + shift
    lowest = np.arange(len(points))
    for rotation in (*rotations, *-rotations):
        # k'·r' = k·r for the reciprocal coordinates k, as rows, and r' = W r; a group has the
        # inverse of each rotation.
        moved = points / mesh @ rotation * mesh - shift
        steps = np.rint(moved)
        if np.abs(moved - steps).max() < _ON_MESH:
            to = np.ravel_multi_index(tuple(steps.astype(int).T), mesh, mode="wrap")
            lowest = np.minimum(lowest, to)
    return len(np.unique(lowest))


def _mesh(
    structure: Structure, incar: Tags, kpoints: Kpoints | None
) -> tuple[tuple[int, int, int], FloatArray]:
    """Return the divisions of the mesh, and its shift from Γ in steps."""
    spacing = incar.get("KSPACING", DEFAULT_SPACING)
    a, b, c = mesh_divisions(kpoints, structure.lattice.reciprocal_lattice.abc, spacing)
    if kpoints is not None:
        around_gamma = kpoints.style is not Kpoints.supported_modes.Monkhorst
        given = np.array(kpoints.kpts_shift, dtype=float)
    else:
        around_gamma, given = incar.get("KGAMMA", True), np.zeros(3)
    # The points of Monkhorst and Pack lie on either side of Γ where their number is even.
    even = np.array([number % 2 == 0 for number in (a, b, c)])
    return (a, b, c), given + (0.0 if around_gamma else even / 2)
