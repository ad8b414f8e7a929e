"""Γ-point vibrations of a cell, or of some of its atoms, from the forces of displacements."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from phonopy import Phonopy
from phonopy.physical_units import get_physical_units
from pydantic import Field

from liponflow.analysis.migration.saddle import without_translations
from liponflow.arrays import FloatArray
from liponflow.document import Document


class GammaModes(Document):
    """Vibrations at the Γ point."""

    frequencies: list[float] = Field(
        description="Frequencies without translations, ascending (THz); imaginary ones negative."
    )
    moving: list[int] | None = Field(
        description="Atoms that vibrate while the others are frozen; None if all do."
    )
    distance: float = Field(description="Displacement of the finite differences (Å).")
    n_calculations: int = Field(description="Cells whose forces were computed.")


def displaced_atoms(phonons: Phonopy) -> list[dict[str, Any]]:
    """Return ``number`` and ``displacement`` (Å) of the displaced atom of each cell."""
    # phonopy's other kind of dataset moves all atoms at once and is never requested here.
    dataset: Any = phonons.dataset
    entries: list[dict[str, Any]] = dataset["first_atoms"]
    return entries


def needed(phonons: Phonopy, moving: Sequence[int] | None) -> list[int]:
    """Return the displacements of a dataset that must be computed.

    Parameters
    ----------
    phonons
        Phonopy object with its displacements.
    moving
        Atoms that vibrate; None for all.

    Returns
    -------
    list of int
        Those of atoms that symmetry maps on a moving one.
    """
    displaced = displaced_atoms(phonons)
    if moving is None:
        return list(range(len(displaced)))
    stands_for = phonons.symmetry.get_map_atoms()
    wanted = {int(stands_for[atom]) for atom in moving}
    return [n for n, entry in enumerate(displaced) if int(stands_for[entry["number"]]) in wanted]


def hessian(
    phonons: Phonopy,
    forces: Sequence[FloatArray],
    rest: FloatArray,
    *,
    moving: Sequence[int] | None = None,
) -> FloatArray:
    """Return the second derivatives of the energy, shape (3 n_atoms, 3 n_atoms), eV/Å².

    Parameters
    ----------
    phonons, forces, rest, moving
        As for :func:`gamma_modes`. Entries between frozen atoms have no meaning.

    Raises
    ------
    ValueError
        If the number of forces is not that of the needed displacements.
    """
    wanted = needed(phonons, moving)
    if len(forces) != len(wanted):
        raise ValueError(f"{len(forces)} sets of forces for {len(wanted)} displacements")
    n_atoms = len(phonons.supercell)
    everything = np.zeros((len(displaced_atoms(phonons)), n_atoms, 3))
    everything[wanted] = np.array(forces) - rest
    phonons.forces = everything
    phonons.produce_force_constants(show_drift=False)
    constants = np.asarray(phonons.force_constants).transpose(0, 2, 1, 3)
    found: FloatArray = constants.reshape(3 * n_atoms, 3 * n_atoms)
    # Finite differences are symmetric except for noise.
    return (found + found.T) / 2


def gamma_modes(
    phonons: Phonopy,
    forces: Sequence[FloatArray],
    rest: FloatArray,
    *,
    moving: Sequence[int] | None = None,
    distance: float,
) -> GammaModes:
    """Return the vibrations of one cell.

    Parameters
    ----------
    phonons
        Phonopy object of the cell itself (supercell 1 x 1 x 1), with its displacements.
    forces
        Forces (eV/Å) of the displacements that :func:`needed` names, in their order, each of
        shape (n_atoms, 3).
    rest
        Residual forces of the relaxation, without displacement, eV/Å.
    moving
        Atoms that vibrate while the others are frozen; None for all.
    distance
        Displacement, Å, for the record.

    Returns
    -------
    GammaModes

    Raises
    ------
    ValueError
        If the number of forces is not that of the needed displacements.
    """
    wanted = needed(phonons, moving)
    n_atoms = len(phonons.supercell)
    atoms = np.arange(n_atoms) if moving is None else np.array(sorted(set(moving)))
    masses = np.repeat(np.asarray(phonons.supercell.masses)[atoms], 3)
    coordinates = (3 * atoms[:, None] + np.arange(3)).ravel()
    whole = hessian(phonons, forces, rest, moving=moving)
    squares = np.linalg.eigvalsh(
        whole[np.ix_(coordinates, coordinates)] / np.sqrt(np.outer(masses, masses))
    )
    factor = get_physical_units().DefaultToTHz
    frequencies = np.sign(squares) * np.sqrt(np.abs(squares)) * factor
    return GammaModes(
        frequencies=(
            without_translations(frequencies)
            if moving is None
            else [float(frequency) for frequency in frequencies]
        ),
        moving=None if moving is None else [int(atom) for atom in atoms],
        distance=distance,
        n_calculations=len(wanted) + 1,
    )
