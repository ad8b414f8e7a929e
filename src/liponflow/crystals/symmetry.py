"""Cells as spglib takes them, in which atoms of one element may be different."""

from collections.abc import Hashable, Sequence

from pymatgen.core.structure import Structure

SpglibCell = tuple[list[list[float]], list[list[float]], list[int]]
"""Lattice vectors (Å), fractional coordinates and a number per site."""


def labelled_cell(structure: Structure, labels: Sequence[Hashable]) -> SpglibCell:
    """Return a cell whose sites have one number for each label, from 1 in order of appearance.

    Parameters
    ----------
    structure
        The cell.
    labels
        What tells the sites apart, such as element and moment.

    Examples
    --------
    >>> from pymatgen.core import Lattice
    >>> cell = Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> labelled_cell(cell, ["Li up", "Li down"])[2]
    [1, 2]
    """
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels), start=1)}
    return (
        structure.lattice.matrix.tolist(),
        structure.frac_coords.tolist(),
        [numbers[label] for label in labels],
    )
