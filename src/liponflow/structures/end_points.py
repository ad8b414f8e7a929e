"""End points of a hop: a foreign atom in a supercell, its partner by symmetry, what moved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.structure import Structure

from liponflow.structures.hops import Hop
from liponflow.structures.interstitials import Interstitials

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]


@dataclass(frozen=True, eq=False)
class HopCell:
    """A supercell of the host, and where the sites of one of its hops lie in it.

    Attributes
    ----------
    supercell
        The host alone.
    sites
        Interstitial sites of the host's cell.
    repeats
        Cells of the host along a, b and c.
    """

    supercell: Structure
    sites: Interstitials
    repeats: tuple[int, int, int]


@dataclass(frozen=True)
class SiteAssignment:
    """Where a foreign atom is.

    Attributes
    ----------
    label
        Kind of the nearest site: of an interstitial, or "lattice site" (substitution, split).
    position
        Index of that site in the interstitials, -1 for a lattice site.
    distance
        From the atom to it, Å.
    """

    label: str
    position: int
    distance: float


@dataclass(frozen=True, eq=False)
class EndPoints:
    """Two end points whose atoms correspond.

    Attributes
    ----------
    start, end
        The same atoms in the same order; those of the end at the images nearest to the start.
    rematched
        How many atoms of the end had to change places.
    displacements
        How far each atom moves, shape (n,), Å.
    """

    start: Structure
    end: Structure
    rematched: int
    displacements: Floats


def hop_cell(sites: Interstitials, repeats: tuple[int, int, int] = (4, 4, 4)) -> HopCell:
    """Repeat the host; 4 x 4 x 4 cells of bcc Li are the 128 atoms of the published hops."""
    raise NotImplementedError


def interstitial_start(cell: HopCell, dopant: str, position: int) -> Structure:
    """Put a foreign atom on an interstitial site in the middle of a supercell.

    Returns
    -------
    Structure
        The host's atoms in their order, then the foreign atom, the last.
    """
    raise NotImplementedError


def substitutional_start(cell: HopCell, dopant: str, atom: int = 0) -> Structure:
    """Replace one host atom (index in the host's cell); the foreign atom is the last."""
    raise NotImplementedError


def split_start(
    cell: HopCell,
    dopant: str,
    *,
    atom: int = 0,
    direction: tuple[float, float, float] = (1.0, 1.0, 0.0),
    separation: float = 2.0,
) -> Structure:
    """Let a foreign atom share the place of a host atom, as a dumbbell.

    Parameters
    ----------
    cell
        Supercell.
    dopant
        Element.
    atom
        Host atom, index in the host's cell.
    direction
        Of the dumbbell, Cartesian.
    separation
        Between the two atoms, Å.
    """
    raise NotImplementedError


def hop_starts(cell: HopCell, hop: Hop, dopant: str) -> tuple[Structure, Structure]:
    """Unrelaxed start and end of a hop, atoms in one order, the foreign atom last."""
    raise NotImplementedError


def partner(cell: HopCell, hop: Hop, relaxed_start: Structure) -> Structure:
    """Make the end point of a hop from its relaxed start by the symmetry of the host.

    Raises
    ------
    ValueError
        If the end points are not equivalent, or the supercell lacks the operation.
    """
    raise NotImplementedError


def locate(cell: HopCell, structure: Structure) -> SiteAssignment:
    """Say on which site of the host the last atom of a structure is, drift of the host removed."""
    raise NotImplementedError


def moved(cell: HopCell, start: Structure, relaxed: Structure) -> str | None:
    """Name the site to which a relaxed end point moved; None if it stayed.

    Returns
    -------
    str or None
        Both sites and the distance in a sentence.
    """
    raise NotImplementedError


def match(start: Structure, end: Structure) -> EndPoints:
    """Check two end points and let their atoms correspond.

    Raises
    ------
    ValueError
        If they differ in their atoms or their cell, or are the same structure.
    """
    raise NotImplementedError
