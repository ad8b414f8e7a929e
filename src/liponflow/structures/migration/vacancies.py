"""Vacancies: the sites of an element of the host, and hops of its atoms into a vacant one.

The vacancy is the defect that moves: a hop from site A to site B takes the atom on B to A.
`MigrationGraph` of pymatgen-analysis-diffusion builds such hops, too, but neither their
multiplicities per site nor the operation that exchanges the end points (see :mod:`.hops`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray
from liponflow.crystals.checked import StructureError
from liponflow.formulas import reduced_formula
from liponflow.structures.migration.end_points import (
    EndPoints,
    hop_starts,
    match,
    moving_atom_last,
)
from liponflow.structures.migration.hop_cell import HopCell
from liponflow.structures.migration.hops import Hop
from liponflow.structures.migration.host_sites import HostSites, SiteKind
from liponflow.structures.migration.images import PathMirror
from liponflow.structures.migration.interstitials import SAME_SITE, SHELL
from liponflow.structures.space_group import space_group

IMAGES_APART = 2.0
"""Least distance of a vacancy from its periodic image, in lengths of its hop. Nearer, the atom
that hops away from one vacancy approaches the next."""


def occupied_sites(host: Structure, element: str) -> HostSites:
    """Return the sites of an element, by which its vacancies move.

    Parameters
    ----------
    host
        Ordered crystal, any cell.
    element
        Symbol.

    Returns
    -------
    HostSites
        Kinds of site in the order of the host's atoms.

    Raises
    ------
    StructureError
        If the host is disordered or lacks the element, or two atoms share a site.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> salt = Structure.from_spacegroup(
    ...     "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5] * 3]
    ... )
    >>> [oxygen] = occupied_sites(salt, "O").kinds
    >>> oxygen.label, oxygen.multiplicity, oxygen.coordination
    ('O', 4, 6)
    """
    formula = reduced_formula(host.composition)
    if not host.is_ordered:
        raise StructureError(f"{formula} has partial occupancies; give an ordered structure")
    members = [n for n, site in enumerate(host) if site.specie.symbol == element]
    if not members:
        there = ", ".join(sorted({site.specie.symbol for site in host}))
        raise StructureError(
            f"{formula} has no {element} that could leave a vacancy; it has {there}: give one of "
            "these as dopant, or mechanism=interstitial"
        )
    distances = host.distance_matrix + np.diag(np.full(len(host), np.inf))
    for one in members:
        other = int(distances[one].argmin())
        if distances[one, other] < SAME_SITE:
            raise StructureError(
                f"{formula}: atoms {one + 1} ({element}) and {other + 1} "
                f"({host[other].specie.symbol}) are {distances[one, other]:.2f} Å apart (limit "
                f"{SAME_SITE:g}), which is one site; remove one of them"
            )
    group = space_group(host)
    places = np.mod(host.frac_coords[members], 1.0)
    kind_of = np.full(len(members), -1)
    firsts: list[int] = []
    for first in range(len(members)):
        if kind_of[first] >= 0:
            continue
        images = host.lattice.get_all_distances(group.images(places[first]), places)
        kind_of[np.unique(images.argmin(axis=1))] = len(firsts)
        firsts.append(first)
    order = np.argsort(kind_of, kind="stable")
    kinds = []
    for number, first in enumerate(firsts):
        radius = _radius(host, members[first])
        around = host.get_sites_in_sphere(host[members[first]].coords, SHELL * radius)
        x, y, z = (float(c) for c in places[first])
        kinds.append(
            SiteKind(
                label=element if len(firsts) == 1 else f"{element}{number + 1}",
                frac_coords=(x, y, z),
                multiplicity=int(np.sum(kind_of == number)),
                radius=radius,
                coordination=len(around) - 1,
            )
        )
    return HostSites(
        host=host,
        kinds=tuple(kinds),
        frac_coords=places[order],
        kind=kind_of[order],
        group=group,
        occupied_by=element,
    )


def _radius(host: Structure, atom: int) -> float:
    """Return the distance from an atom to its nearest neighbour, a periodic image included, Å."""
    reach = 1.1 * max(host.lattice.abc)
    return min(float(neighbor.nn_distance) for neighbor in host.get_neighbors(host[atom], reach))


def images_apart(cell: HopCell) -> float:
    """Return the distance (Å) of a defect from its nearest periodic image."""
    return float(min(cell.supercell.lattice.get_lll_reduced_lattice().abc))


def check_images_apart(cell: HopCell, hops: Sequence[Hop]) -> None:
    """Refuse, by a ValueError, a supercell in which a vacancy meets its own image."""
    apart, longest = images_apart(cell), max(hop.distance for hop in hops)
    if apart < IMAGES_APART * longest - 1e-6:
        raise ValueError(
            f"supercell too small: a vacancy of {reduced_formula(cell.supercell.composition)} is "
            f"{apart:.2f} Å from its periodic image, and a hop of {longest:.2f} Å needs "
            f"{IMAGES_APART * longest:.2f} Å ({IMAGES_APART:g} times its length); raise "
            "supercell, or lower max_distance"
        )


def companion(cell: HopCell, hop: Hop) -> FloatArray:
    """Return the site, beside a hop, that a second vacancy takes in a divacancy.

    Returns
    -------
    ndarray of shape (3,)
        Fractional in the supercell: the site nearest to the middle of the hop, its end points
        left out.

    Raises
    ------
    ValueError
        If the supercell has no third site.
    """
    here = cell.frac_coords(hop.start, cell.home(hop.start))
    there = cell.frac_coords(hop.end, cell.home(hop.start) + np.array(hop.translation))
    supercell, element = cell.supercell, cell.sites.occupied_by or ""
    places = supercell.frac_coords[list(supercell.indices_from_symbol(element))]
    lattice = supercell.lattice
    ends = lattice.get_all_distances(np.array([here, there]), places).min(axis=0)
    others = places[ends > SAME_SITE]
    if not len(others):
        raise ValueError(
            f"{supercell.composition.formula} has no third {element} for a "
            "divacancy: raise supercell"
        )
    middle = lattice.get_all_distances((here + there) / 2, others)[0]
    found: FloatArray = others[int(np.round(middle, 3).argmin())]
    return found


def divacancy_starts(cell: HopCell, hop: Hop) -> EndPoints:
    """Return the unrelaxed end points of a hop beside a second vacancy, its atom last."""
    assert cell.sites.occupied_by is not None  # noqa: S101 - of vacancies only
    ends = hop_starts(cell, hop, cell.sites.occupied_by)
    beside = companion(cell, hop)
    distances = ends.start.lattice.get_all_distances(beside, ends.start.frac_coords)[0]
    index = int(distances.argmin())
    start, end = (one.copy().remove_sites([index]) for one in (ends.start, ends.end))
    return replace(ends, start=start, end=end, displacements=np.delete(ends.displacements, index))


def relaxed_divacancy_ends(starts: Sequence[Structure]) -> EndPoints:
    """Return the end points of a hop from its two relaxed ones, the atom that hops last."""
    return moving_atom_last(match(*starts))


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
