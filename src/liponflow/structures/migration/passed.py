"""Sites of the host that a path passes, and paths that lead through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray
from liponflow.periodic import shortest
from liponflow.structures.migration.end_points import assign, carried, in_host_frame
from liponflow.structures.migration.hop_cell import HopCell
from liponflow.structures.migration.hops import ON_THE_WAY
from liponflow.structures.migration.images import PathMirror, interpolate

MIRRORED_WITHIN = 0.1
"""Largest distance (Å) of an atom of a mirrored state from its own place at which the state is
still taken for one that the mirror leaves unchanged."""


@dataclass(frozen=True)
class PassedSite:
    """A site that a path passes between its end points.

    Attributes
    ----------
    label
        Kind of site.
    position
        Index in the interstitials.
    cell
        Cell of the host in which it lies.
    share
        Where the path comes nearest to it, in images: 2.5 is halfway from image 2 to image 3.
    distance
        How near the dopant comes, Å.
    """

    label: str
    position: int
    cell: tuple[int, int, int]
    share: float
    distance: float


def passed_sites(
    cell: HopCell, path: Sequence[Structure], within: float = ON_THE_WAY
) -> list[PassedSite]:
    """Find the sites that a dopant passes on a path, its end points left out.

    Parameters
    ----------
    cell
        Supercell of the host.
    path
        Images, end points included, the dopant last.
    within
        Largest distance of a passed site from the path of the dopant, Å.

    Returns
    -------
    list of PassedSite
        In the order of the path.
    """
    matrix = cell.supercell.lattice.matrix
    way = np.array([in_host_frame(cell, image) for image in path])
    here = cell.in_supercell(
        (cell.sites.frac_coords[:, None, :] + cell.translations).reshape(-1, 3)
    )
    nearest = np.full(len(here), np.inf)
    shares = np.zeros(len(here))
    for number, (before, after) in enumerate(pairwise(way)):
        along = shortest((after - before)[None, :], matrix)[0] @ matrix
        to_sites = shortest(here - before, matrix) @ matrix
        squared = float(along @ along)
        share = np.clip(to_sites @ along / squared, 0, 1) if squared else np.zeros(len(here))
        apart = np.linalg.norm(to_sites - share[:, None] * along, axis=1)
        closer = apart < nearest
        nearest[closer], shares[closer] = apart[closer], number + share[closer]
    ends = {
        int(np.linalg.norm(shortest(here - end, matrix) @ matrix, axis=1).argmin())
        for end in (way[0], way[-1])
    }
    found = []
    for place in np.flatnonzero(nearest <= within).tolist():
        if place in ends:
            continue
        position, number = divmod(place, len(cell.translations))
        i, j, k = (int(n) for n in cell.translations[number])
        found.append(
            PassedSite(
                label=cell.sites.labels[position],
                position=position,
                cell=(i, j, k),
                share=float(shares[place]),
                distance=float(nearest[place]),
            )
        )
    return sorted(found, key=lambda site: site.share)


def path_through(
    cell: HopCell,
    path: Sequence[Structure],
    site: PassedSite,
    relaxed: Structure,
    mirror: PathMirror | None = None,
) -> tuple[list[Structure], bool]:
    """Return a path between the same end points that leads through a site.

    Parameters
    ----------
    cell
        Supercell of the host.
    path
        Images, end points included, the dopant last.
    site
        Site that it passes.
    relaxed
        Structure that was relaxed on the first site of this kind, atoms in the order of the path.
    mirror
        Operation that reverses the path, if any.

    Returns
    -------
    list of Structure
        As many images, one of them on the site, the others interpolated between it and the end
        points.
    bool
        Whether the mirror reverses the new path, too: it leaves the state on the site unchanged.

    Raises
    ------
    ValueError
        If no symmetry operation of the supercell carries the relaxed structure to the site, or
        the path has no image between its end points.
    """
    images = len(path) - 2
    if images < 1:
        raise ValueError("a path without images between its end points leads through no site")
    at = int(np.clip(round(site.share), 1, images))
    first = int(cell.sites.positions_of(site.label)[0])
    target = cell.sites.frac_coords[site.position] + np.array(site.cell)
    states = [_as_in(path[at], state) for state in carried(cell, relaxed, first, target)]
    if not states:
        raise ValueError(
            f"no symmetry operation carries the relaxed {site.label} site to the path"
        )
    middle = mirror is not None and 2 * at == images + 1

    def fit(state: Structure) -> tuple[bool, float]:
        unmirrored = middle and mirror is not None and _off(state, mirror) > MIRRORED_WITHIN
        return unmirrored, round(_apart(path[at], state), 3)

    state = min(states, key=fit)
    before = [path[0], state] if at == 1 else interpolate(path[0], state, at - 1)
    after = [state, path[-1]] if at == images else interpolate(state, path[-1], images - at)
    return [*before, *after[1:]], middle and not fit(state)[0]


def _as_in(image: Structure, state: Structure) -> Structure:
    """Return a state with its atoms in the order of an image, each nearest to its place there."""
    order = assign(image, state)
    shift = shortest(state.frac_coords[order] - image.frac_coords, image.lattice.matrix)
    return Structure(image.lattice, image.species, image.frac_coords + shift)


def _apart(one: Structure, other: Structure) -> float:
    return float(np.linalg.norm(other.cart_coords - one.cart_coords))


def _off(state: Structure, mirror: PathMirror) -> float:
    """Return how far (Å) the mirror moves the atom of a state that it moves most."""
    positions: FloatArray = state.cart_coords
    shifts = mirror.positions(positions, positions) - positions
    return float(np.linalg.norm(shifts, axis=1).max())
