"""Lattice parameters with their unique axis, and the distortion of octahedra."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.supercell import Supercell, cell_lengths

AXES = ("a", "b", "c")
ANIONS = frozenset({"N", "O", "F", "S", "Cl", "Se", "Br", "I"})
"""Elements that count as ligands."""
OCTAHEDRON_CUTOFF = 2.8
"""Longest metal-anion bond of an octahedron (Å); the long bonds of Mn3+ are near 2.3 Å."""
LIGANDS = 6


@dataclass(frozen=True)
class PseudoCubicCell:
    """Edges of a cell that was cubic before it distorted."""

    a: float
    """Length of the first edge (Å)."""
    b: float
    """Length of the second edge (Å)."""
    c: float
    """Length of the third edge (Å)."""

    @property
    def unique_axis(self) -> str:
        """Axis whose length is farthest from the mean of the other two: a, b or c."""
        lengths = np.array([self.a, self.b, self.c])
        others = (lengths.sum() - lengths) / 2
        # Rounding makes an exact tie (a cubic cell) choose the same axis on every platform, and
        # reversing makes that axis c, as in the tables.
        distance = np.round(np.abs(lengths - others), 9)[::-1]
        return AXES[::-1][int(np.argmax(distance))]

    @property
    def unique_length(self) -> float:
        """Length along the unique axis (Å)."""
        return float(getattr(self, self.unique_axis))

    @property
    def basal_length(self) -> float:
        """Mean length of the two axes that are not unique (Å)."""
        return (self.a + self.b + self.c - self.unique_length) / 2

    @property
    def c_over_a(self) -> float:
        """Unique length over basal length: above 1 elongated, below 1 compressed."""
        return self.unique_length / self.basal_length


def pseudo_cubic_cell(lattice: Lattice, repeats: Supercell = (1, 1, 1)) -> PseudoCubicCell:
    """Return the lengths of the pseudo-cubic cell that a (super)cell repeats.

    Parameters
    ----------
    lattice
        Lattice whose vectors run along the pseudo-cubic axes.
    repeats
        Pseudo-cubic cells along each of the three vectors, or the matrix that makes the
        supercell of one.

    Returns
    -------
    PseudoCubicCell
        Edges (Å), in the order of the vectors.

    Examples
    --------
    >>> cell = pseudo_cubic_cell(Lattice.orthorhombic(8.8, 8.0, 8.0))
    >>> cell.unique_axis, round(cell.c_over_a, 3)
    ('a', 1.1)
    >>> pseudo_cubic_cell(Lattice.tetragonal(8.0, 17.6), (1, 1, 2)).c
    8.8
    """
    a, b, c = cell_lengths(lattice.matrix, repeats).tolist()
    return PseudoCubicCell(a, b, c)


@dataclass(frozen=True)
class OctahedralDistortion:
    """Distortion of an octahedrally coordinated site, by its six bonds."""

    bond_lengths: tuple[float, ...]
    """The six bond lengths, ascending (Å)."""

    @property
    def mean(self) -> float:
        """Mean bond length (Å)."""
        return float(np.mean(self.bond_lengths))

    @property
    def spread(self) -> float:
        """Longest minus shortest bond (Å)."""
        return self.bond_lengths[-1] - self.bond_lengths[0]

    @property
    def baur_index(self) -> float:
        """Distortion index D = mean(|l - <l>|) / <l> (dimensionless).

        Source: W. H. Baur, Acta Crystallogr. B 30, 1195 (1974).
        """
        return float(np.mean(np.abs(np.array(self.bond_lengths) - self.mean))) / self.mean


def octahedral_distortion(
    structure: Structure, index: int, cutoff: float = OCTAHEDRON_CUTOFF
) -> OctahedralDistortion:
    """Return the distortion of one site, from the bonds to its six nearest anions.

    Parameters
    ----------
    structure
        Periodic structure.
    index
        Index of the site.
    cutoff
        Longest bond (Å).

    Returns
    -------
    OctahedralDistortion
        The six bond lengths (Å) and measures derived from them.

    Raises
    ------
    ValueError
        If fewer than six anions lie within `cutoff`; the number found is given.

    Examples
    --------
    >>> rock_salt = Structure.from_spacegroup(
    ...     "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    ... )
    >>> round(octahedral_distortion(rock_salt, 0).spread, 9)
    0.0
    """
    bonds = sorted(
        float(neighbor.nn_distance)
        for neighbor in structure.get_neighbors(structure[index], cutoff)
        if neighbor.specie.symbol in ANIONS
    )
    if len(bonds) < LIGANDS:
        raise ValueError(
            f"site {index} ({structure[index].specie.symbol}) has {len(bonds)} anions within "
            f"{cutoff:g} Å, an octahedron needs {LIGANDS}: raise the cutoff, or the site is "
            "not octahedral"
        )
    return OctahedralDistortion(tuple(bonds[:LIGANDS]))


def octahedral_distortions(structure: Structure, element: str) -> Sequence[OctahedralDistortion]:
    """Return the distortion of every site of an element; see :func:`octahedral_distortion`."""
    return [
        octahedral_distortion(structure, index)
        for index, site in enumerate(structure)
        if site.specie.symbol == element
    ]
