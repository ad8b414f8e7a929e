"""The symmetry operations of a crystal, acting on positions in its cell."""

from dataclasses import dataclass

import numpy as np
import spglib
from pymatgen.core.structure import Structure
from spglib import SpglibError

from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula
from liponflow.structures.lithiation.arrangements import SYMPREC


@dataclass(frozen=True, eq=False)
class SpaceGroup:
    """Operations x -> R x + t of fractional coordinates, centring translations included.

    Attributes
    ----------
    rotations
        Integer matrices R, shape (n, 3, 3).
    translations
        Vectors t, shape (n, 3), fractional.
    """

    rotations: IntArray
    translations: FloatArray

    def __len__(self) -> int:
        return len(self.rotations)

    def images(self, position: FloatArray) -> FloatArray:
        """Return the images of a fractional position under every operation, shape (n, 3)."""
        moved: FloatArray = np.einsum("gij,j->gi", self.rotations, position) + self.translations
        return moved


def space_group(structure: Structure, symprec: float = SYMPREC) -> SpaceGroup:
    """Return the symmetry operations of a crystal.

    Parameters
    ----------
    structure
        Any periodic structure; site properties and oxidation states are ignored.
    symprec
        Symmetry tolerance, Å.

    Returns
    -------
    SpaceGroup
        In the coordinates of the cell as given, which need not be primitive.

    Raises
    ------
    ValueError
        If spglib finds none, which means overlapping or nearly overlapping atoms.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> len(space_group(bcc_lithium()))
    96
    """
    cell = (
        structure.lattice.matrix.tolist(),
        structure.frac_coords.tolist(),
        list(structure.atomic_numbers),
    )
    try:
        found = spglib.get_symmetry(cell, symprec=symprec)
    except SpglibError:  # raised instead of None once a package has set spglib's new errors
        found = None
    if found is None:
        raise ValueError(
            f"no symmetry found for {reduced_formula(structure.composition)} within {symprec} Å; "
            "check for overlapping atoms"
        )
    return SpaceGroup(
        rotations=np.array(found["rotations"], dtype=np.int_),
        translations=np.array(found["translations"], dtype=np.float64),
    )
