"""Cells as VASP's search for symmetry sees them."""

from collections.abc import Sequence

from pymatgen.core.structure import Structure

SYMPREC = 1e-5
"""Default of VASP (VASP wiki, "SYMPREC")."""

SpglibCell = tuple[list[list[float]], list[list[float]], list[int]]
"""Lattice vectors (Å), fractional coordinates and a number per site, as spglib takes them."""


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
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels), start=1)}
    return (
        structure.lattice.matrix.tolist(),
        structure.frac_coords.tolist(),
        [numbers[label] for label in labels],
    )
