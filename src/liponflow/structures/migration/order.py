"""The order of atoms, which engines change."""

from collections.abc import Sequence

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.structures.migration.displacement import displacements


def in_order_of(start: Structure, relaxed: Structure) -> Structure:
    """Return a relaxed structure with its atoms in the order before an engine sorted them.

    VASP's inputs are sorted by electronegativity, in a stable sort that can be repeated here.
    """
    if relaxed.species == start.species:
        return relaxed
    order = sorted(range(len(start)), key=lambda index: start[index].specie.X)
    back = np.argsort(order)
    return Structure.from_sites([relaxed[int(index)] for index in back])


def dopant_last(structure: Structure, dopant: str) -> Structure:
    """Return a structure with its dopant as the last atom, if it has one of the element."""
    places = structure.indices_from_symbol(dopant)
    if len(places) != 1 or places[0] == len(structure) - 1:
        return structure
    [place] = places
    others = [site for index, site in enumerate(structure) if index != place]
    return Structure.from_sites([*others, structure[place]])


def hopping_last(path: Sequence[Structure], dopant: str) -> list[Structure]:
    """Return the images of a path with the atom that hops as the last.

    It is the only one of its element, or the one that moves farthest: into a vacancy.
    """
    if len(path[0].indices_from_symbol(dopant)) == 1:
        return [dopant_last(image, dopant) for image in path]
    return moving_last(path)


def moving_last(path: Sequence[Structure]) -> list[Structure]:
    """Return a path with the atom that moves farthest, relative to all others, as the last.

    Parameters
    ----------
    path
        Two structures or more of the same atoms in the same order.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> start = Structure(Lattice.cubic(9), ["Li", "Li", "O"], [[0] * 3, [0.5] * 3, [0.2] * 3])
    >>> end = start.copy().translate_sites([0], [0.3, 0, 0])
    >>> [float(image[-1].a) for image in moving_last([start, end])]
    [0.0, 0.3]
    """
    moved = displacements(path[0], path[-1])
    farthest = int(np.linalg.norm(moved - moved.mean(axis=0), axis=1).argmax())
    order = [index for index in range(len(moved)) if index != farthest] + [farthest]
    return [Structure.from_sites([image[index] for index in order]) for image in path]
