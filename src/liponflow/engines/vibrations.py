"""Γ-point vibrations of end points and saddles from static calculations, with any engine."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jobflow import Flow, Job, Maker, Response, job
from phonopy import Phonopy
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.gamma_modes import (
    GammaModes,
    displaced_atoms,
    gamma_modes,
    needed,
)
from liponflow.arrays import FloatArray
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.planning import planned_by
from liponflow.structures.phonons import phonopy_of

DISTANCE = 0.015
"""Displacement (Å): small compared with the width of a saddle, large compared with the noise of
single precision in a machine-learned potential."""

WHOLE_CELL = (1, 1, 1)

PER_ATOM = 6
"""Number of displacements of an atom without symmetry: two along each axis."""


def moving_atoms(structures: Sequence[Structure], radius: float) -> list[int]:
    """Return the atoms around a hop that vibrate while the rest of the host is frozen.

    Parameters
    ----------
    structures
        Images of one hop (end points, saddle): the same atoms, the dopant last.
    radius
        Distance from the dopant, Å.

    Returns
    -------
    list of int
        The dopant and those within the radius of it in any of the images, sorted. All images have
        the same set, without which a prefactor has no meaning.

    Raises
    ------
    ValueError
        If no host atom lies within the radius.
    """
    found: set[int] = set()
    for structure in structures:
        dopant = len(structure) - 1
        distances = structure.lattice.get_all_distances(
            structure.frac_coords[dopant], structure.frac_coords
        )[0]
        found |= set(np.flatnonzero(distances <= radius).tolist())
    if len(found) == 1:
        raise ValueError(
            f"no host atom within {radius:g} Å of the dopant: raise the radius of the atoms "
            "that vibrate"
        )
    return sorted(found)


@job
def vibrate_with(
    structure: Structure,
    static_maker: Maker,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
) -> Response[GammaModes]:
    """Compute vibrations with any engine, by a static calculation per displacement.

    Parameters
    ----------
    structure
        Minimum or saddle.
    static_maker
        ``Engine.static()``.
    moving, distance
        As for :func:`vibrations`.

    Returns
    -------
    Response
        Replaced by the static calculations and their evaluation.
    """
    phonons = displaced(structure, distance)
    at_rest = static_maker.make(structure)
    at_rest.name = "at rest"
    statics = []
    for number in needed(phonons, moving):
        coords = structure.cart_coords + shift(phonons, number)
        moved = Structure(
            structure.lattice,
            structure.species,
            coords,
            coords_are_cartesian=True,
            site_properties=structure.site_properties,
        )
        static = static_maker.make(moved)
        static.name = f"displaced {number + 1}"
        statics.append(static)
    solved = solve(
        structure,
        [static.output.output.forces for static in statics],
        at_rest.output.output.forces,
        moving=moving,
        distance=distance,
    )
    solved.name = "vibrations"
    return Response(replace=Flow([at_rest, *statics, solved], output=solved.output))


@job
def solve(
    structure: Structure,
    forces: Sequence[Any],
    rest: Any,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
) -> GammaModes:
    """Return the vibrations from the forces (eV/Å) of all displacements and those at rest."""
    return gamma_modes(
        displaced(structure, distance),
        [np.array(one, dtype=np.float64) for one in forces],
        np.array(rest, dtype=np.float64),
        moving=moving,
        distance=distance,
    )


def displaced(structure: Structure, distance: float) -> Phonopy:
    """Return the displacements of a cell that is not repeated."""
    if distance <= 0:
        raise ValueError(f"a displacement of {distance:g} Å; it must be above 0")
    phonons = phonopy_of(structure, WHOLE_CELL)
    # Central differences: the third derivatives of the energy cancel.
    phonons.generate_displacements(distance=distance, is_plusminus=True)
    return phonons


def shift(phonons: Phonopy, number: int) -> FloatArray:
    """Return the displacement of every atom, shape (n_atoms, 3), Å."""
    entry = displaced_atoms(phonons)[number]
    moved = np.zeros((len(phonons.supercell), 3))
    moved[entry["number"]] = entry["displacement"]
    return moved


def planned_vibrations(
    maker: Maker, structure: Structure, moving: Sequence[int] | None
) -> list[PlannedCalculation]:
    """Return the most that a Maker of vibrations computes; symmetry saves part of it.

    Parameters
    ----------
    maker
        Maker of an engine's vibrations.
    structure
        Minimum or saddle.
    moving
        Atoms that vibrate; None for all.
    """
    found = [*planned_by(maker, structure)]
    if moving is None:
        return found
    share = len(moving) / len(structure)
    # The displacements are calculations of their own, or the steps of one.
    if len(found) > 1:
        return found[: round(share * len(found))]
    return [replace(one, ionic_steps=round(share * (one.ionic_steps or 1))) for one in found]


@dataclass
class StaticVibrationMaker(Maker):
    """Vibrations by a static calculation per displacement, with any engine.

    Attributes
    ----------
    static_maker
        Maker of a static calculation.
    name
        Name of the job.
    """

    static_maker: Maker
    name: str = "vibrations"

    def make(self, structure: Structure, moving: Sequence[int] | None = None) -> Job:
        """Return the job, whose output is a GammaModes; the moving atoms vibrate, all if None."""
        made: Job = vibrate_with(structure, self.static_maker, moving=moving)
        made.name = self.name
        return made

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return the most that :meth:`make` can compute; symmetry saves part of it."""
        return [*planned_by(self.static_maker, structure)] * (PER_ATOM * len(structure))
