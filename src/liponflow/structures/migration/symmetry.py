"""Space groups of end points and saddles, and saddles that symmetry holds in place.

Where symmetry operations of a configuration turn its path round, the force along the path vanishes
whatever the engine: the saddle is then found by a relaxation that keeps the symmetry.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase.spacegroup.symmetrize import check_symmetry, refine_symmetry
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.arrays import FloatArray
from liponflow.formulas import reduced_formula
from liponflow.periodic import shortest
from liponflow.structures.migration.displacement import displacements
from liponflow.structures.migration.images import PathMirror, mirrored, moved_path
from liponflow.structures.space_group import space_group

ALONG = 0.05
"""Largest share of a path's direction that its saddle's symmetry may leave, if it fixes it."""

EXACT = 1e-3
"""Tolerance (Å) for the symmetry of a configuration that was made symmetric."""


@dataclass(frozen=True, eq=False)
class Symmetrised:
    """A configuration with its symmetry made exact.

    Attributes
    ----------
    structure
        Same cell, atoms and order, each atom at its nearest periodic image.
    label
        International symbol and number of the space group.
    moved
        Largest displacement of an atom, Å.
    """

    structure: Structure
    label: str
    moved: float


def symmetrised(structure: Structure, tolerance: float) -> Symmetrised:
    """Return a configuration with the space group that it has within a tolerance.

    Parameters
    ----------
    structure
        Any periodic structure.
    tolerance
        Symmetry tolerance, Å.

    Raises
    ------
    ValueError
        If spglib finds no symmetry, which means overlapping or nearly overlapping atoms.
    """
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    try:
        refine_symmetry(atoms, symprec=tolerance)
        group = check_symmetry(atoms, symprec=min(EXACT, tolerance))
    except Exception as error:
        raise ValueError(
            f"no symmetry found for {reduced_formula(structure.composition)} within {tolerance:g} "
            f"Å ({error}); check for overlapping atoms, or lower symmetry_tolerance"
        ) from error
    matrix = structure.lattice.matrix
    shift = shortest(atoms.get_scaled_positions(wrap=False) - structure.frac_coords, matrix)
    return Symmetrised(
        structure=Structure(structure.lattice, structure.species, structure.frac_coords + shift),
        label=f"{group.international} ({group.number})",
        moved=float(np.linalg.norm(shift @ matrix, axis=1).max()),
    )


def left_along(structure: Structure, direction: FloatArray, tolerance: float = EXACT) -> float:
    """Return the share of a displacement that the symmetry of a configuration leaves.

    Parameters
    ----------
    structure
        Configuration.
    direction
        Displacement of every atom, shape (n, 3), Å.
    tolerance
        Symmetry tolerance, Å.

    Returns
    -------
    float
        Length of the part that all operations leave unchanged (the projection on the trivial
        representation) over that of the whole: 0 if forces along it vanish by symmetry, 1 if
        nothing forbids them.
    """
    matrix = structure.lattice.matrix
    group = space_group(structure, tolerance)
    fractional = direction @ np.linalg.inv(matrix)
    kept = np.zeros_like(fractional)
    for rotation, translation in zip(group.rotations, group.translations, strict=True):
        places = structure.frac_coords @ rotation.T + translation
        to = structure.lattice.get_all_distances(places, structure.frac_coords).argmin(axis=1)
        kept[to] += fractional @ rotation.T / len(group)
    return float(np.linalg.norm(kept @ matrix) / np.linalg.norm(direction))


def middle_of(images: Sequence[Structure], mirror: PathMirror) -> Structure:
    """Return the configuration half way along a path that a mirror reverses.

    Parameters
    ----------
    images
        Path with its end points.
    mirror
        Operation that reverses it.

    Returns
    -------
    Structure
        The mean of the middle image, or of the two, and their mirror images.
    """
    first, last = images[(len(images) - 1) // 2], images[len(images) // 2]
    positions = (
        first.cart_coords
        + mirror.positions(last.cart_coords, first.cart_coords)
        + _near(last, first)
        + mirror.positions(first.cart_coords, first.cart_coords)
    ) / 4
    return Structure(first.lattice, first.species, positions, coords_are_cartesian=True)


def direction_at_middle(images: Sequence[Structure]) -> FloatArray:
    """Return the direction of a path (Å, shape (n, 3)) half way along it, without its drift."""
    before, after = images[(len(images) - 2) // 2], images[(len(images) + 1) // 2]
    along = _near(after, before) - before.cart_coords
    direction: FloatArray = along - along.mean(axis=0)
    return direction


def path_through(
    images: Sequence[Structure], first: Structure, saddle: Structure, mirror: PathMirror
) -> list[Structure]:
    """Return a mirrored path moved to a new start and a new saddle at its middle.

    Parameters
    ----------
    images
        Path with its end points.
    first, saddle
        The new configurations, atoms in the order of the images.
    mirror
        Operation that reverses the path.
    """
    half = [*images[: len(images) // 2], middle_of(images, mirror)]
    moved = moved_path(half, first, saddle)
    between = len(images) - 2
    return mirrored(moved[: (between + 1) // 2 + 1], mirror, between)


def _near(structure: Structure, other: Structure) -> FloatArray:
    """Return positions (Å) of atoms at the periodic images nearest to those of another."""
    positions: FloatArray = other.cart_coords + displacements(other, structure)
    return positions
