"""The checks that every structure passes, whatever read it."""

from collections.abc import Sequence

import numpy as np
from pymatgen.core.periodic_table import DummySpecies
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray
from liponflow.boundary import FileError
from liponflow.crystals.occupancies import OVERFULL, disorder_of, place_of

OVERLAP_DISTANCE = 0.5
"""Atoms closer than this (Å) mean a duplicate or a wrong lattice."""

FARTHEST_CELL = 1e6
"""Coordinates beyond this many cells have lost the digits that tell a place in the cell."""

LONGEST = 1e6
"""Length of a lattice vector (Å) that no model has."""

THINNEST = 0.5
"""Least distance (Å) between opposite faces of a cell: an atom would overlap with its image."""


class StructureError(FileError):
    """A structure that cannot be used; the message names the place and the remedy."""

    page = "docs/own_material.md"


def in_cell(frac_coords: FloatArray) -> FloatArray:
    """Return fractional coordinates in [0, 1); those that are there already stay as they are.

    Parameters
    ----------
    frac_coords
        Shape (..., 3).

    Raises
    ------
    StructureError
        If one is not finite, or beyond FARTHEST_CELL.

    Examples
    --------
    >>> in_cell(np.array([0.25, -0.25, -1e-20])).tolist()
    [0.25, 0.75, 0.0]
    """
    if not np.isfinite(frac_coords).all():
        raise StructureError("a coordinate is not a finite number")
    farthest = float(np.abs(frac_coords).max(initial=0.0))
    if farthest > FARTHEST_CELL:
        raise StructureError(
            f"a coordinate of {farthest:.4g} cell lengths, more than {FARTHEST_CELL:g}: its place "
            "in the cell is lost; check the file, or write wrapped coordinates"
        )
    inside = frac_coords - np.floor(frac_coords)
    inside[inside >= 1] = 0.0  # 1 - 1e-20 is 1
    return inside


def checked_structure(structure: Structure) -> Structure:
    """Return a structure that can be computed, or refuse it.

    Parameters
    ----------
    structure
        From any source.

    Returns
    -------
    Structure
        Every atom in the cell and a plain element; charges and spins are left out, properties
        and labels of sites are kept.

    Raises
    ------
    StructureError
        If there are no atoms, a number is not finite, the cell is flat or endless, a site is
        occupied in part, an element is unknown, or two atoms are closer than OVERLAP_DISTANCE.
    """
    if len(structure) == 0:
        raise StructureError("holds no atoms")
    matrix = structure.lattice.matrix
    check_lattice(matrix)
    check_occupancies(structure)
    _check_order(structure)
    coords = in_cell(structure.frac_coords)
    symbols = [next(iter(site.species)).symbol for site in structure]  # H of D
    check_distances(symbols, coords, matrix)
    return Structure(
        structure.lattice,
        symbols,
        coords,
        site_properties=structure.site_properties,
        labels=structure.labels,
        properties=structure.properties,
        charge=structure._charge,  # noqa: SLF001 - `charge` sums the oxidation states
    )


def check_lattice(matrix: FloatArray) -> None:
    """Refuse a cell that is endless or flat; vectors in rows (Å).

    Raises
    ------
    StructureError
        With the least distance between opposite faces and the limit.
    """
    if not (np.abs(matrix) < LONGEST).all():
        raise StructureError(f"a lattice vector is not a finite number below {LONGEST:g} Å")
    volume = abs(float(np.linalg.det(matrix)))
    areas = [np.linalg.norm(np.cross(matrix[i], matrix[i - 1])) for i in range(3)]
    if min(areas) == 0 or volume / max(areas) < THINNEST:
        thinnest = 0.0 if min(areas) == 0 else volume / float(max(areas))
        raise StructureError(
            f"opposite faces of the cell are {thinnest:.3g} Å apart, less than {THINNEST} Å: "
            "an atom would meet its own image; check the lattice vectors and their unit (Å)"
        )


def check_distances(symbols: Sequence[str], frac_coords: FloatArray, matrix: FloatArray) -> None:
    """Refuse two atoms on one place.

    Parameters
    ----------
    symbols
        Element of every atom, for the message.
    frac_coords
        In the cell, shape (atoms, 3).
    matrix
        Lattice vectors in rows (Å), of a cell that :func:`check_lattice` accepts.

    Raises
    ------
    StructureError
        With the two atoms, their distance and the limit.

    Notes
    -----
    Neighbour searches that divide the cell into cubes ask for memory by its volume. Here the
    images within reach of the cell are added, and a k-d tree is searched: opposite faces are no
    nearer than the limit, so that the 26 neighbours of a cell hold all of them.
    """
    from scipy.spatial import cKDTree  # a third of the start of commands that only need the error

    reach = OVERLAP_DISTANCE * np.linalg.norm(np.linalg.inv(matrix), axis=0)
    images, atoms = frac_coords, np.arange(len(frac_coords))
    for axis in range(3):
        step = np.eye(3)[axis]
        low, high = images[:, axis] <= reach[axis], images[:, axis] >= 1 - reach[axis]
        images = np.concatenate([images, images[low] + step, images[high] - step])
        atoms = np.concatenate([atoms, atoms[low], atoms[high]])
    places = images @ matrix
    pairs = cKDTree(places).query_pairs(OVERLAP_DISTANCE, output_type="ndarray")
    if len(pairs):
        distances = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
        nearest = int(distances.argmin())
        i, j = sorted(int(atoms[one]) for one in pairs[nearest])
        raise StructureError(
            f"atoms {i + 1} ({symbols[i]}) and {j + 1} ({symbols[j]}) are "
            f"{distances[nearest]:.3f} Å apart, less than {OVERLAP_DISTANCE} Å; remove the "
            "duplicate, or check the lattice and the coordinates"
        )


def check_occupancies(structure: Structure) -> None:
    """Refuse a site that holds nothing, more than one atom, or what is not an element.

    Raises
    ------
    StructureError
        With the site, the sum of its occupancies and the limit.
    """
    for site in structure:
        for species in site.species:
            if isinstance(species, DummySpecies):
                raise StructureError(f"{species.symbol} is not a chemical element; name it")
        total = sum(site.species.values())
        if not 0 < total <= 1 + OVERFULL:
            raise StructureError(
                f"the site at {place_of(site)} holds {site.species_string}: its occupancies add "
                f"up to {total:.4g}; correct them to 1 at most"
            )


def _check_order(structure: Structure) -> None:
    if disorder := disorder_of(structure):
        raise StructureError(
            f"{disorder}; a calculation needs whole atoms: order=auto takes an ordered cell, "
            "or give one"
        )
