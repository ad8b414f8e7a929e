"""Cells as VASP's search for symmetry sees them."""

from collections.abc import Sequence

from pymatgen.core.structure import Structure

from liponflow.crystals.symmetry import SpglibCell, labelled_cell

SYMPREC = 1e-5
"""Default of VASP (VASP wiki, "SYMPREC")."""


def spglib_cell(structure: Structure, moments: Sequence[float] | None) -> SpglibCell:
    """Return a cell whose sites have one number for each element and initial moment.

    Parameters
    ----------
    structure
        The cell.
    moments
        Initial moment of every site (µB); None for a cell without.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> spglib_cell(bcc_lithium(), [1.0, -1.0])[2]
    [1, 2]
    """
    of_sites = moments or [0.0] * len(structure)
    labels = [(site.species_string, m) for site, m in zip(structure, of_sites, strict=True)]
    return labelled_cell(structure, labels)
