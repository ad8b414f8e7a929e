"""Γ-point vibrations of end points and saddles: displaced by phonopy, on any engine."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator
from jobflow import Flow, Maker, Response, job
from phonopy import Phonopy
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.migration.gamma_modes import (
    GammaModes,
    displaced_atoms,
    gamma_modes,
    needed,
)
from liponflow.arrays import FloatArray
from liponflow.engines.potential.calculators import potential
from liponflow.structures.phonons import phonopy_of

DISTANCE = 0.015
"""Displacement (Å): small beside the curvature of a saddle, large beside the noise of single
precision in a machine-learned potential."""

WHOLE_CELL = (1, 1, 1)


def moving_atoms(structures: Sequence[Structure], radius: float) -> list[int]:
    """Choose the atoms around a hop that vibrate while the rest of the host is frozen.

    Parameters
    ----------
    structures
        Images of one hop (end points, saddle): the same atoms, the dopant last.
    radius
        Distance from the dopant, Å.

    Returns
    -------
    list of int
        The dopant and those within the radius of it in any of the images, sorted: one set
        for all, without which a prefactor has no meaning.

    Raises
    ------
    ValueError
        If the radius holds no atom but the foreign one.
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


def vibrations(
    structure: Structure,
    calculator: Calculator,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
) -> GammaModes:
    """Compute the vibrations of a relaxed structure with an ASE calculator.

    Parameters
    ----------
    structure
        Minimum or saddle.
    calculator
        Any potential.
    moving
        Atoms that vibrate while the others are frozen (:func:`moving_atoms`); None for all.
    distance
        Displacement of the finite differences, Å.

    Returns
    -------
    GammaModes
        Frequencies without translations.
    """
    phonons = _displaced(structure, distance)
    wanted = needed(phonons, moving)
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = calculator
    rest = atoms.get_forces()
    home = atoms.get_positions()
    forces = []
    for number in wanted:
        atoms.set_positions(home + _shift(phonons, number))
        forces.append(atoms.get_forces())
    return gamma_modes(phonons, forces, rest, moving=moving, distance=distance)


@job
def vibrate(
    structure: Structure,
    potential_name: str,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
    potential_options: dict[str, Any] | None = None,
) -> GammaModes:
    """Compute vibrations with a potential, all displacements in one process.

    Parameters
    ----------
    structure
        Minimum or saddle.
    potential_name
        As for :func:`liponflow.engines.potential.calculators.potential`.
    moving, distance
        As for :func:`vibrations`.
    potential_options
        Arguments of a calculator that is named by its class.
    """
    load = potential(potential_name, **(potential_options or {}))
    calculator = load(False)  # noqa: FBT003 - vibrations need no stress
    return vibrations(structure, calculator, moving=moving, distance=distance)


@job
def vibrate_with(
    structure: Structure,
    static_maker: Maker,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
) -> Response[GammaModes]:
    """Compute vibrations with any engine, a static calculation per displacement.

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
    phonons = _displaced(structure, distance)
    at_rest = static_maker.make(structure)
    at_rest.name = "at rest"
    statics = []
    for number in needed(phonons, moving):
        coords = structure.cart_coords + _shift(phonons, number)
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
    """Solve the vibrations from the forces (eV/Å) of all displacements and those at rest."""
    return gamma_modes(
        _displaced(structure, distance),
        [np.array(one, dtype=np.float64) for one in forces],
        np.array(rest, dtype=np.float64),
        moving=moving,
        distance=distance,
    )


def _displaced(structure: Structure, distance: float) -> Phonopy:
    """Displacements of a cell that is not repeated."""
    if distance <= 0:
        raise ValueError(f"a displacement of {distance:g} Å; it must be above 0")
    phonons = phonopy_of(structure, WHOLE_CELL)
    phonons.generate_displacements(distance=distance, is_plusminus=True)
    return phonons


def _shift(phonons: Phonopy, number: int) -> FloatArray:
    """Displacement of every atom, shape (n_atoms, 3), Å."""
    entry = displaced_atoms(phonons)[number]
    shift = np.zeros((len(phonons.supercell), 3))
    shift[entry["number"]] = entry["displacement"]
    return shift
