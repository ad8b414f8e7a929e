"""Supercells with one displaced atom, whose forces a phonon calculation needs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import spglib
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.crystals.supercell import Supercell, check_atoms, matrix_of
from liponflow.crystals.symmetry import labelled_cell
from liponflow.structures.phases import SITE_TOLERANCE

SYMMETRY_TOLERANCE = 1e-3
"""Tolerance (Å) for equivalent displacements. Cells are refined before."""

MOMENT_STEP = 0.5
"""µB between the moments of different atoms; moments of equivalent ones differ by a few 0.01."""

MOST_ATOMS = 5_000
"""Largest number of atoms in a supercell: force constants are as many 3 x 3 matrices as pairs."""

_LIMITED = "force constants of all pairs take the memory"


@dataclass(frozen=True)
class Displacements:
    """Supercells to compute, and the displacements that made them.

    Attributes
    ----------
    cell
        Cell that is repeated.
    repeats
        Repeats of it along its axes, or the matrix of the supercell.
    supercell
        The supercell with every atom at rest, in the order of atoms of all others.
    structures
        The supercells with one atom displaced, up to symmetry.
    dataset
        Which atom moved where: phonopy's displacement dataset, JSON-like.
    """

    cell: Structure
    repeats: Supercell
    supercell: Structure
    structures: Sequence[Structure]
    dataset: dict[str, Any]


def refined_primitive(structure: Structure, tolerance: float = 0.01) -> Structure:
    """Return the primitive cell with exact symmetry.

    Parameters
    ----------
    structure
        Relaxed crystal.
    tolerance
        How far (Å) sites may be from their symmetric places.

    Returns
    -------
    Structure
        Sites sorted by element. Of site properties, moments (``magmom``) are kept: where they
        differ between atoms of an element, it is the primitive cell of the magnetic order.
    """
    moments = structure.site_properties.get("magmom")
    if moments is None:
        return _standard_primitive(structure, tolerance)
    labels = moment_labels(structure)
    kinds = list(dict.fromkeys(labels))
    of_kind = {
        kind: float(
            np.mean([m or 0.0 for m, own in zip(moments, labels, strict=True) if own == kind])
        )
        for kind in kinds
    }
    if len(kinds) == len(structure.composition):  # the same axes as without moments
        primitive = _standard_primitive(structure, tolerance)
        chosen = [(site.specie.symbol, 0) for site in primitive]
        return primitive.copy(site_properties={"magmom": [of_kind[kind] for kind in chosen]})
    cell = labelled_cell(structure, labels)
    found = spglib.standardize_cell(cell, to_primitive=True, symprec=tolerance)
    if found is None:
        raise ValueError(f"no symmetry of {structure.formula} within {tolerance:g} Å")
    lattice, positions, numbers = found
    chosen = [kinds[number - 1] for number in numbers]
    return Structure(
        lattice,
        [symbol for symbol, _ in chosen],
        positions,
        site_properties={"magmom": [of_kind[kind] for kind in chosen]},
    ).get_sorted_structure()


def _standard_primitive(structure: Structure, tolerance: float) -> Structure:
    analyzer = SpacegroupAnalyzer(structure, tolerance)
    primitive: Structure = analyzer.get_primitive_standard_structure()
    return primitive.get_sorted_structure()


def primitive_start(structure: Structure) -> Structure:
    """Return the primitive cell of a crystal that is not relaxed yet, of its magnetic order.

    Parameters
    ----------
    structure
        Crystal, with or without moments (``magmom``).
    """
    if "magmom" in structure.site_properties:
        return refined_primitive(structure, SITE_TOLERANCE)
    # pymatgen's primitive cell ignores moments, and takes those of one of several equal atoms.
    primitive: Structure = structure.get_primitive_structure(tolerance=SITE_TOLERANCE)
    return primitive


def moment_labels(structure: Structure) -> list[tuple[str, int]]:
    """Return element and group of moments of every site; the moments of a group are close.

    Parameters
    ----------
    structure
        Cell with the site property ``magmom`` (µB).

    Returns
    -------
    list of (str, int)
        Moments of one element that are less than MOMENT_STEP from the next are in one group.
    """
    found: list[tuple[str, int]] = [("", 0)] * len(structure)
    by_element: dict[str, list[tuple[float, int]]] = {}
    for index, (site, moment) in enumerate(
        zip(structure, structure.site_properties["magmom"], strict=True)
    ):
        by_element.setdefault(site.specie.symbol, []).append((float(moment or 0.0), index))
    for symbol, moments in by_element.items():
        group, last = 0, min(moments)[0]
        for moment, index in sorted(moments):
            group += moment - last >= MOMENT_STEP
            last = moment
            found[index] = (symbol, group)
    return found


def cell_to_repeat(structure: Structure, supercell: Supercell | None) -> Structure:
    """Return the primitive cell, or the cell as given if the user chose a supercell of that.

    Parameters
    ----------
    structure
        Relaxed crystal.
    supercell
        The user's choice; None for none.

    Returns
    -------
    Structure
        Sites sorted by element; of site properties, moments (``magmom``) are kept.
    """
    if supercell is None:
        return refined_primitive(structure)
    moments = structure.site_properties.get("magmom")
    kept = {} if moments is None else {"magmom": moments}
    return Structure(
        structure.lattice, structure.species, structure.frac_coords, site_properties=kept
    ).get_sorted_structure()


def replaced_cell(given: Structure, taken: Structure) -> str:
    """Return a remark if a smaller cell was taken than the given one; empty otherwise."""
    if len(taken) >= len(given):
        return ""
    return (
        f"the primitive cell is taken, with {len(taken)} of the {len(given)} atoms of the given "
        "cell; supercell=1,1,1, other repeats or a 3 x 3 matrix keep that"
    )


def repeats_for(structure: Structure, min_length: float) -> tuple[int, int, int]:
    """Return the repeats that keep opposite faces of the supercell far enough apart.

    Parameters
    ----------
    structure
        Cell to repeat.
    min_length
        Least distance between opposite faces, Å.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> repeats_for(bcc_lithium(), 10)
    (3, 3, 3)
    """
    if min_length <= 0:
        raise ValueError(f"the least length of a supercell is {min_length:g} Å; above 0 is needed")
    lattice = structure.lattice
    heights = [lattice.d_hkl(hkl) for hkl in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    first, second, third = (math.ceil(min_length / height - 1e-6) for height in heights)
    return first, second, third


def displacements(
    cell: Structure, *, min_length: float, distance: float, supercell: Supercell | None = None
) -> Displacements:
    """Displace the atoms of a supercell, one at a time and up to symmetry.

    Parameters
    ----------
    cell
        Cell to repeat, its symmetry exact (:func:`refined_primitive`).
    min_length
        Least distance between opposite faces of the supercell, Å.
    distance
        How far an atom is displaced, Å.
    supercell
        Supercell instead of the one that `min_length` gives.

    Returns
    -------
    Displacements
        As phonopy generates them; both signs where symmetry does not make them equal.

    Raises
    ------
    ValueError
        If a length is not positive, or the supercell has more than MOST_ATOMS atoms.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> cell = bcc_lithium().get_primitive_structure()
    >>> found = displacements(cell, min_length=6, distance=0.01)
    >>> len(found.supercell), len(found.structures)
    (27, 1)
    """
    if distance <= 0:
        raise ValueError(f"a displacement of {distance:g} Å; it must be above 0")
    repeats = supercell or _bounded(cell, min_length)
    check_atoms(len(cell), repeats, most=MOST_ATOMS, why=_LIMITED)
    phonons = phonopy_of(cell, repeats)
    phonons.generate_displacements(distance=distance)
    moved = phonons.supercells_with_displacements or []
    return Displacements(
        cell=cell,
        repeats=repeats,
        supercell=_structure(phonons.supercell),
        structures=[_structure(supercell) for supercell in moved if supercell is not None],
        dataset=_plain(phonons.dataset),
    )


def _bounded(cell: Structure, min_length: float) -> tuple[int, int, int]:
    """Return the repeats that a length needs, refused if they are too many."""
    repeats = repeats_for(cell, min_length)
    atoms = len(cell) * math.prod(repeats)
    if atoms > MOST_ATOMS:
        raise ValueError(
            f"faces {min_length:g} Å apart need a supercell of {atoms:,} atoms, more than "
            f"{MOST_ATOMS:,} ({_LIMITED}): lower the length (min_length or phonon_length)"
        )
    return repeats


def phonopy_of(cell: Structure, repeats: Supercell) -> Phonopy:
    """Set up phonopy for a cell that is primitive and its supercell."""
    atoms = PhonopyAtoms(
        symbols=[site.specie.symbol for site in cell],
        cell=cell.lattice.matrix,
        scaled_positions=cell.frac_coords,
        magnetic_moments=cell.site_properties.get("magmom"),
    )
    return Phonopy(
        atoms,
        supercell_matrix=matrix_of(repeats).T,  # phonopy has the vectors in columns
        primitive_matrix="P",
        symprec=SYMMETRY_TOLERANCE,
    )


def _structure(atoms: PhonopyAtoms) -> Structure:
    moments = atoms.magnetic_moments
    kept = {} if moments is None else {"magmom": [float(moment) for moment in moments]}
    return Structure(atoms.cell, atoms.symbols, atoms.scaled_positions, site_properties=kept)


def _plain(value: Any) -> Any:
    """Return a copy of a dataset in which arrays are lists."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value
