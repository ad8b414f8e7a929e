"""The order of atoms, which engines change."""

import numpy as np
from pymatgen.core.structure import Structure


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
