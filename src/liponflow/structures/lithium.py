"""Lithium and the other alkali metals."""

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
    return bcc_metal("Li", a)


def bcc_metal(symbol: str, a: float) -> Structure:
    """Build the conventional cell of a bcc metal.

    Parameters
    ----------
    symbol
        Element.
    a
        Lattice parameter, Å.

    Returns
    -------
    Structure
        Two atoms, space group Im-3m.

    Examples
    --------
    >>> bcc_metal("Na", 4.29).composition.formula
    'Na2'
    """
    return Structure.from_spacegroup("Im-3m", Lattice.cubic(a), [symbol], [[0.0, 0.0, 0.0]])
