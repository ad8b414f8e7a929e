"""Vacancy hops: an atom moves into a neighbouring vacancy, as in close-packed metals."""

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.structures.migration.end_points import EndPoints, match
from liponflow.structures.migration.hop_cell import HopCell, middle_atom
from liponflow.structures.migration.images import PathMirror


def vacancy_hop(cell: HopCell, atom: int = 0) -> EndPoints:
    """Build the unrelaxed end points of a vacancy's hop to its nearest neighbour.

    Parameters
    ----------
    cell
        Supercell of the host.
    atom
        Host atom that is missing at the start, index in the host's cell; its image nearest to the
        middle is removed.

    Returns
    -------
    EndPoints
        At the end the nearest atom of the same element, the last one, has filled the vacancy.

    Raises
    ------
    ValueError
        If the supercell has no second atom of that element.
    """
    supercell = cell.supercell
    vacancy = middle_atom(cell, atom)
    same = [
        index
        for index, site in enumerate(supercell)
        if index != vacancy and site.specie == supercell[vacancy].specie
    ]
    if not same:
        raise ValueError(
            f"{supercell.composition.formula} has only one {supercell[vacancy].specie.symbol}: "
            "repeat the host"
        )
    places = supercell.frac_coords
    distances = supercell.lattice.get_all_distances(places[vacancy], places[same])[0]
    neighbor = same[int(np.round(distances, 3).argmin())]
    rest = [site for index, site in enumerate(supercell) if index not in {vacancy, neighbor}]
    host = Structure.from_sites(rest)
    symbol = supercell[vacancy].specie.symbol
    start = host.copy().append(symbol, places[neighbor])
    end = host.copy().append(symbol, places[vacancy])
    return match(start, end)


def mirror_partner(mirror: PathMirror, relaxed_start: Structure, end: Structure) -> Structure:
    """Return the relaxed end of a hop, mirrored from its relaxed start.

    Parameters
    ----------
    mirror
        From :func:`liponflow.structures.migration.images.path_mirror` of the unrelaxed end points.
    relaxed_start
        The start, relaxed.
    end
        The unrelaxed end, which determines the periodic image of each atom.

    Returns
    -------
    Structure
        Of the same energy as the relaxed start, atoms in the same order.
    """
    positions = mirror.positions(relaxed_start.cart_coords, end.cart_coords)
    return Structure(
        relaxed_start.lattice, relaxed_start.species, positions, coords_are_cartesian=True
    )
