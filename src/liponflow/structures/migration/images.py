"""Images between two end points: first guess, order, and the mirror image of half a path.

If a symmetry operation of the host exchanges the end points of a hop, it maps the path onto
itself in reverse. Half of the images then follow from the others.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from ase.mep import NEB
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.arrays import FloatArray, IntArray
from liponflow.periodic import shortest, whole_cells, wrapped
from liponflow.structures.migration.displacement import displacements
from liponflow.structures.migration.end_points import assign
from liponflow.structures.migration.hop_cell import OFF_AXES, HopCell, supercell_rotation

N_IMAGES = 5
"""Images between the end points; D. Cheng, dissertation, UC San Diego (2023), section 4.2.10."""

MIRRORS_WITHIN = 0.02
"""Largest distance (Å) of an atom of the mirrored start from that of the end."""

INVERSION = -3
"""Trace of an inversion."""

_BETWEEN = 1.5
"""Largest detour, as a ratio of lengths, by which an image still lies between two others."""

_EXACT = 1e-6
"""Rounding of the elements of an orthogonal matrix."""

_FITS_WITHIN = 0.3  # Å, of a relaxed atom from where the perfect crystal's symmetry puts it


@dataclass(frozen=True, eq=False)
class PathMirror:
    """An operation that reverses a path: it maps image i onto image n - 1 - i.

    It must be its own inverse, as it maps image n - 1 - i back onto image i.

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

    rotation: FloatArray
    translation: FloatArray
    permutation: IntArray
    lattice: FloatArray

    def positions(self, positions: FloatArray, near: FloatArray) -> FloatArray:
        """Return mirrored positions (Å), each atom at the periodic image nearest to `near`."""
        mirrored = np.empty_like(positions)
        mirrored[self.permutation] = positions @ self.rotation.T + self.translation
        apart = (mirrored - near) @ np.linalg.inv(self.lattice)
        nearest: FloatArray = mirrored - whole_cells(apart, self.lattice) @ self.lattice
        return nearest

    @property
    def own_inverse(self) -> bool:
        """Whether a second application brings every atom back to its place.

        A reflection, an inversion and a turn by 180° do; a rotoinversion by 90° does not.
        """
        twice = self.rotation @ self.rotation
        same = self.permutation[self.permutation] == np.arange(len(self.permutation))
        return bool(np.allclose(twice, np.eye(3), atol=_EXACT) and same.all())

    def vectors(self, vectors: FloatArray) -> FloatArray:
        """Return mirrored forces or displacements, shape (n_atoms, 3)."""
        mirrored = np.empty_like(vectors)
        mirrored[self.permutation] = vectors @ self.rotation.T
        return mirrored


def interpolate(start: Structure, end: Structure, n_images: int = N_IMAGES) -> list[Structure]:
    """Interpolate between end points by the image-dependent pair potential.

    Parameters
    ----------
    start, end
        End points whose atoms correspond, as
        :func:`liponflow.structures.migration.end_points.match` gives them.
    n_images
        Images between them, 1 or more.

    Returns
    -------
    list of Structure
        n_images + 2, end points included, positions continuous (not wrapped into the cell).

    Raises
    ------
    ValueError
        If `n_images` is below 1, or the atoms do not correspond.

    Notes
    -----
    IDPP: S. Smidstrup et al., J. Chem. Phys. 140, 214106 (2014), as in ASE.
    """
    if n_images < 1:
        raise ValueError(f"{n_images} images between the end points: give 1 or more")
    if start.species != end.species:
        raise ValueError("the atoms of the end points are in different orders: match them first")
    first = AseAtomsAdaptor.get_atoms(start, msonable=False)
    last = AseAtomsAdaptor.get_atoms(end, msonable=False)
    path = [first, *(first.copy() for _ in range(n_images)), last]
    NEB(path, method="improvedtangent").interpolate(method="idpp", mic=True)
    between = [
        Structure(start.lattice, start.species, image.positions, coords_are_cartesian=True)
        for image in path[1:-1]
    ]
    return [start, *between, end]


def bent(
    images: Sequence[Structure], by: float, mirror: PathMirror | None = None
) -> list[Structure]:
    """Return a path whose last atom leaves the straight line, so that symmetry does not hold it.

    Parameters
    ----------
    images
        Path with its end points, which stay.
    by
        Largest displacement (Å), half way along the path; it falls to 0 as a sine.
    mirror
        Operation that reverses the path, and will reverse the bent one; an inversion leaves no
        direction to bend it.
    """
    line = displacements(images[0], images[-1])[-1]
    line = line / np.linalg.norm(line)
    away = OFF_AXES
    if mirror is not None:
        away = (away + mirror.rotation @ away) / 2
    away = away - (away @ line) * line
    length = float(np.linalg.norm(away))
    if length < _EXACT:
        return list(images)
    found = []
    for number, image in enumerate(images):
        share = number / (len(images) - 1)
        shift = by * np.sin(np.pi * share) * away / length
        displaced = image.copy()
        if 0 < number < len(images) - 1:
            last = len(image) - 1
            displaced.translate_sites([last], shift, frac_coords=False, to_unit_cell=False)
        found.append(displaced)
    return found


def path_lengths(images: Sequence[Structure]) -> list[float]:
    """Return the length of a path up to every image, over all atoms, Å."""
    return [0.0, *accumulate(_apart(before, after) for before, after in pairwise(images))]


def check_order(images: Sequence[Structure]) -> None:
    """Refuse images that are out of order along the path.

    Parameters
    ----------
    images
        Path with its end points.

    Raises
    ------
    ValueError
        If an image lies between the two before it, as where two images are swapped.
    """
    for number in range(len(images) - 2):
        step = _apart(images[number], images[number + 1])
        leap = _apart(images[number], images[number + 2])
        back = _apart(images[number + 1], images[number + 2])
        # A path that turns back from a state to the side is not disorder: neither leap and back
        # are both shorter there, nor do they make up the step.
        if max(leap, back) < step and leap + back < _BETWEEN * step:
            raise ValueError(
                f"images out of order: image {number} is {leap:.2f} Å from image {number + 2} and "
                f"{step:.2f} Å from image {number + 1}; sort them along the path"
            )


def path_mirror(cell: HopCell, start: Structure, end: Structure) -> PathMirror | None:
    """Find the operation that exchanges two end points and so reverses the path between them.

    Parameters
    ----------
    cell
        Supercell of the host.
    start, end
        Relaxed end points whose atoms correspond.

    Returns
    -------
    PathMirror or None
        None if no symmetry of the host that is its own inverse maps one on the other within
        ``MIRRORS_WITHIN``. With any other the second half of the path would not lead back to the
        first, and the mean of the middle image and its mirror image would not be symmetric. For a
        vacancy an inversion does not count: its centre would hold the atom on the straight line.
    """
    lattice = start.lattice.matrix
    vacancy = cell.sites.occupied_by is not None
    moving = int(np.linalg.norm(end.cart_coords - start.cart_coords, axis=1).argmax())
    best: tuple[tuple[float, int], PathMirror] | None = None
    for rotation, translation in zip(
        cell.sites.group.rotations, cell.sites.group.translations, strict=True
    ):
        turned = supercell_rotation(rotation, cell.repeats)
        if turned is None:
            continue
        places = start.frac_coords[moving], end.frac_coords[moving]
        shift = _exchanging_shift(cell, turned, translation, places)
        if shift is None:
            continue
        image = Structure(start.lattice, start.species, start.frac_coords @ turned.T + shift)
        mirror = PathMirror(
            # From fractional columns to Cartesian ones: the vectors of the cell are rows here.
            rotation=lattice.T @ turned @ np.linalg.inv(lattice.T),
            translation=shift @ lattice,
            permutation=assign(image, end),
            lattice=lattice,
        )
        off = max(
            _largest(mirror.positions(start.cart_coords, end.cart_coords) - end.cart_coords),
            _largest(mirror.positions(end.cart_coords, start.cart_coords) - start.cart_coords),
        )
        # Its trace is 1 for a reflection, -1 for a turn by 180°, -3 for an inversion.
        freedom = int(np.trace(rotation)) if vacancy else 0
        fits = off <= MIRRORS_WITHIN and mirror.own_inverse and freedom != INVERSION
        rank = (round(off, 3), -freedom)
        if fits and (best is None or rank < best[0]):
            best = rank, mirror
    return None if best is None else best[1]


def mirrored(half: Sequence[Structure], mirror: PathMirror, n_images: int) -> list[Structure]:
    """Return a whole path, completed from its first half.

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

    Raises
    ------
    ValueError
        If the half has another number of images.
    """
    needed = (n_images + 1) // 2 + 1
    if len(half) != needed:
        raise ValueError(
            f"half a path of {n_images} images has {needed} with its start, not {len(half)}"
        )
    path = list(half)
    while len(path) < n_images + 2:
        original = path[n_images + 1 - len(path)]
        positions = mirror.positions(original.cart_coords, path[-1].cart_coords)
        path.append(
            Structure(original.lattice, original.species, positions, coords_are_cartesian=True)
        )
    return path


def moved_path(path: Sequence[Structure], first: Structure, last: Structure) -> list[Structure]:
    """Return a path moved to other end points, each image by its share.

    Parameters
    ----------
    path
        Images, end points included, atoms in the order of `first` and `last`.
    first, last
        The new end points.
    """
    lattice = first.lattice
    shares = np.linspace(0.0, 1.0, len(path))
    # Both displacements by their shortest images, so that the path stays continuous.
    shift_first, shift_last = (
        shortest(new.frac_coords - old.frac_coords, lattice.matrix)
        for old, new in ((path[0], first), (path[-1], last))
    )
    images = [
        Structure(
            lattice,
            first.species,
            image.frac_coords + (1 - share) * shift_first + share * shift_last,
        )
        for image, share in zip(path[1:-1], shares[1:-1], strict=True)
    ]
    # The end points continue the images instead of jumping to another cell.
    start = Structure(lattice, first.species, path[0].frac_coords + shift_first)
    end = Structure(lattice, first.species, path[-1].frac_coords + shift_last)
    return [start, *images, end]


def _exchanging_shift(
    cell: HopCell,
    turned: FloatArray,
    translation: FloatArray,
    places: tuple[FloatArray, FloatArray],
) -> FloatArray | None:
    """Return the translation (fractional) with which a rotation exchanges two positions."""
    here, there = places
    # Any lattice vector of the host may follow the operation. Only one leads from here to there,
    # and whether the same leads back is then checked.
    cells = np.round(cell.in_host(there - turned @ here) - translation)
    shift = cell.in_supercell(translation + cells)
    for before, after in ((here, there), (there, here)):
        off = wrapped(turned @ before + shift - after)
        if np.linalg.norm(off @ cell.supercell.lattice.matrix) > _FITS_WITHIN:
            return None
    return shift


def _apart(one: Structure, other: Structure) -> float:
    return float(np.linalg.norm(displacements(one, other)))


def _largest(shifts: FloatArray) -> float:
    return float(np.linalg.norm(shifts, axis=1).max())
