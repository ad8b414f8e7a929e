"""Lithium metal."""

from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure


def bcc_lithium(a: float = 3.51) -> Structure:
    """Build the conventional cell of bcc Li.

    Parameters
    ----------
    a
        Lattice parameter, Å; the default is the room-temperature one, to be relaxed.

    Returns
    -------
    Structure
        Two atoms, space group Im-3m.

    Examples
    --------
    >>> bcc_lithium().composition.formula
    'Li2'
    """
    return Structure.from_spacegroup("Im-3m", Lattice.cubic(a), ["Li"], [[0.0, 0.0, 0.0]])
