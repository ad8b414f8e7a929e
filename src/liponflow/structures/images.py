"""Images between two end points: first guess, order, and the mirror image of half a path."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.structure import Structure

from liponflow.structures.end_points import HopCell
from liponflow.structures.hops import Hop

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]

N_IMAGES = 5
"""Images between the end points; D. Cheng, dissertation, UC San Diego (2023), section 4.2.10."""


@dataclass(frozen=True, eq=False)
class PathMirror:
    """An operation that turns a path round: image i goes to image n - 1 - i.

    Attributes
    ----------
    rotation
        Orthogonal matrix, shape (3, 3), on Cartesian columns.
    translation
        Å, shape (3,), applied after the rotation.
    permutation
        Atom ``permutation[a]`` of the mirrored image is atom a of the image.
    lattice
        Lattice vectors, rows, Å: atoms are mirrored up to these.
    """

    rotation: Floats
    translation: Floats
    permutation: Ints
    lattice: Floats

    def positions(self, positions: Floats, near: Floats) -> Floats:
        """Positions (Å) of the mirrored image, each by the lattice nearest to `near`."""
        mirrored = np.empty_like(positions)
        mirrored[self.permutation] = positions @ self.rotation.T + self.translation
        shift = np.round((mirrored - near) @ np.linalg.inv(self.lattice))
        nearest: Floats = mirrored - shift @ self.lattice
        return nearest

    def vectors(self, vectors: Floats) -> Floats:
        """Forces or displacements on the atoms of the mirrored image."""
        mirrored = np.empty_like(vectors)
        mirrored[self.permutation] = vectors @ self.rotation.T
        return mirrored


def interpolate(start: Structure, end: Structure, n_images: int = N_IMAGES) -> list[Structure]:
    """Interpolate between end points by the image-dependent pair potential.

    Returns
    -------
    list of Structure
        n_images + 2, end points included, positions continuous (not wrapped into the cell).
    """
    raise NotImplementedError


def check_order(images: Sequence[Structure]) -> None:
    """Refuse, by a ValueError, images that do not follow one another along the path."""
    raise NotImplementedError


def path_mirror(cell: HopCell, hop: Hop, start: Structure, end: Structure) -> PathMirror | None:
    """Find the operation that exchanges the end points of a hop; None if there is none.

    Parameters
    ----------
    cell
        Supercell.
    hop
        The hop.
    start, end
        Relaxed end points, the end made by :func:`liponflow.structures.end_points.partner`.
    """
    raise NotImplementedError


def mirrored(half: Sequence[Structure], mirror: PathMirror, n_images: int) -> list[Structure]:
    """Complete half a path.

    Parameters
    ----------
    half
        Images 0 (the start) to (n_images + 1) // 2.
    mirror
        From :func:`path_mirror`.
    n_images
        Images between the end points of the whole path.

    Returns
    -------
    list of Structure
        n_images + 2.
    """
    raise NotImplementedError
