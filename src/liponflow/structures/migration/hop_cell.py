"""A supercell of a host with a defect: a dopant on or between its sites, or a vacancy."""

from dataclasses import dataclass

import numpy as np
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure
from pymatgen.util.coord import lattice_points_in_supercell

from liponflow.arrays import FloatArray, IntArray
from liponflow.crystals.supercell import (
    Supercell,
    cells_in,
    check_atoms,
    is_matrix,
    matrix_of,
)
from liponflow.structures.migration.host_sites import HostSites

OFF_AXES = np.array([0.48, 0.31, 0.82])
"""A direction that lies on no symmetry axis or plane of any crystal."""


@dataclass(frozen=True, eq=False)
class HopCell:
    """A supercell of the host, and the sites of the cell that it repeats.

    Attributes
    ----------
    supercell
        The host alone.
    sites
        Sites of the host's cell between which the defect moves.
    repeats
        Cells of the host along a, b and c, or the matrix whose rows are the vectors of the
        supercell in those of the host.
    """

    supercell: Structure
    sites: HostSites
    repeats: Supercell

    def home(self, position: int) -> IntArray:
        """Return the host cell in which a site lies nearest to the middle of the supercell."""
        away = matrix_of(self.repeats).sum(axis=0) / 2 - self.sites.frac_coords[position]
        nearest: IntArray = np.round(away - 1e-6).astype(np.int_)
        return nearest

    def frac_coords(self, position: int, translation: IntArray) -> FloatArray:
        """Return the fractional coordinates in the supercell of a site in some host cell."""
        return self.in_supercell(self.sites.frac_coords[position] + translation)

    def in_supercell(self, frac_coords: FloatArray) -> FloatArray:
        """Return fractional coordinates in the supercell of those in the host's cell."""
        inside: FloatArray
        if is_matrix(self.repeats):
            inside = frac_coords @ np.linalg.inv(matrix_of(self.repeats))
        else:
            inside = frac_coords / np.array(self.repeats)
        return inside

    def in_host(self, frac_coords: FloatArray) -> FloatArray:
        """Return fractional coordinates in the host's cell of those in the supercell."""
        inside: FloatArray
        if is_matrix(self.repeats):
            inside = frac_coords @ matrix_of(self.repeats)
        else:
            inside = frac_coords * np.array(self.repeats)
        return inside

    @property
    def translations(self) -> IntArray:
        """The host cells of which the supercell consists, shape (cells, 3)."""
        matrix = matrix_of(self.repeats)
        if is_matrix(self.repeats):
            inside = lattice_points_in_supercell(matrix)
            found: IntArray = np.round(inside @ matrix).astype(np.int_)
            return found
        return np.array(list(np.ndindex(*np.diag(matrix))))


def hop_cell(sites: HostSites, repeats: Supercell = (4, 4, 4)) -> HopCell:
    """Return a supercell of the host.

    Parameters
    ----------
    sites
        Interstices of the host's cell, or the sites of one of its elements.
    repeats
        Cells along a, b and c; 4 x 4 x 4 conventional cells of bcc Li are the 128 atoms of
        D. Cheng, dissertation, UC San Diego (2023), section 4.2.10. Or a matrix, see HopCell.

    Returns
    -------
    HopCell

    Raises
    ------
    ValueError
        If the supercell has no cell, or too many cells or atoms.
    """
    matrix = matrix_of(repeats)
    check_atoms(len(sites.host), repeats)
    symbols = [site.specie.symbol for site in sites.host]  # drops oxidation states and spins
    plain = Structure(sites.host.lattice, symbols, sites.host.frac_coords)
    return HopCell(plain.make_supercell(matrix), sites, repeats)


def site_start(cell: HopCell, dopant: str, position: int, *, nudge: float = 0.0) -> Structure:
    """Return a supercell with the defect on a site in its middle.

    Parameters
    ----------
    cell
        Supercell.
    dopant
        Element.
    position
        Index of the site in the sites.
    nudge
        Displacement (Å) of a dopant from its site. Exactly on the site, symmetry holds an atom
        that would otherwise relax away from it. It does not apply to a vacancy.

    Returns
    -------
    Structure
        On an interstice, the host's atoms in their order, then the dopant, the last. On an
        occupied site, the host's atoms without the one on it.

    Raises
    ------
    ValueError
        If there is no such element.
    """
    return with_defect(cell, dopant, cell.frac_coords(position, cell.home(position)), nudge)


def with_defect(
    cell: HopCell, dopant: str, frac_coords: FloatArray, nudge: float = 0.0
) -> Structure:
    """Return the supercell with the defect of :func:`site_start` at fractional coordinates."""
    if cell.sites.occupied_by is None:
        return with_dopant(cell.supercell, dopant, frac_coords, nudge)
    supercell = cell.supercell
    distances = supercell.lattice.get_all_distances(frac_coords, supercell.frac_coords)[0]
    return supercell.copy().remove_sites([int(distances.argmin())])


def substitutional_start(cell: HopCell, dopant: str, atom: int = 0) -> Structure:
    """Return a supercell with one host atom replaced by a dopant, the last atom.

    Parameters
    ----------
    cell
        Supercell.
    dopant
        Element.
    atom
        Host atom, index in the host's cell; its image nearest to the middle is replaced.
    """
    index = middle_atom(cell, atom)
    place = cell.supercell[index].frac_coords
    return with_dopant(cell.supercell.copy().remove_sites([index]), dopant, place)


def split_start(
    cell: HopCell,
    dopant: str,
    *,
    direction: tuple[float, float, float] = (1.0, 1.0, 0.0),
    separation: float = 2.0,
) -> Structure:
    """Return a supercell in which a dopant and the host atom in its middle share a site.

    Parameters
    ----------
    cell
        Supercell.
    dopant
        Element.
    direction
        Of the dumbbell, Cartesian.
    separation
        Between the two atoms, Å.

    Returns
    -------
    Structure
        The host's atoms in their order, then the dopant, the last.

    Raises
    ------
    ValueError
        If the direction has no length or the separation is not positive.
    """
    length = float(np.linalg.norm(direction))
    if length == 0 or separation <= 0:
        raise ValueError(
            f"split start along {direction} with {separation:g} Å: give a direction with a length "
            "and a separation above 0"
        )
    index = middle_atom(cell, 0)
    half = np.array(direction) / length * separation / 2
    split = cell.supercell.copy()
    split.translate_sites([index], -half, frac_coords=False, to_unit_cell=False)
    centre = cell.supercell[index].coords + half
    return with_dopant(split, dopant, split.lattice.get_fractional_coords(centre))


def supercell_rotation(rotation: IntArray, repeats: Supercell) -> FloatArray | None:
    """Return a rotation of the host in fractional coordinates of the supercell.

    Returns
    -------
    ndarray of shape (3, 3) or None
        None if the rotation does not map the supercell on itself.
    """
    # With S the matrix whose columns are the vectors of the supercell, coordinates in the
    # supercell are S^-1 times those in the cell, and rotations become S^-1 R S. It maps the
    # lattice of the supercell on itself if it is integer.
    turned: FloatArray
    if is_matrix(repeats):
        columns = matrix_of(repeats).T
        turned = np.linalg.inv(columns) @ rotation @ columns
    else:
        scale = np.array(repeats, dtype=np.float64)
        turned = rotation * scale[None, :] / scale[:, None]
    return turned if np.allclose(turned, np.round(turned), atol=1e-9) else None


def middle_atom(cell: HopCell, atom: int) -> int:
    """Return the image of a host atom (index in its cell) nearest to the middle."""
    if not 0 <= atom < len(cell.sites.host):
        raise ValueError(
            f"host atom {atom}: the host's cell has atoms 0 to {len(cell.sites.host) - 1}"
        )
    cells = cells_in(cell.repeats)
    # make_supercell keeps the images of an atom together.
    images = cell.supercell.frac_coords[atom * cells : (atom + 1) * cells]
    return atom * cells + int(np.linalg.norm(np.mod(images, 1) - 0.5, axis=1).argmin())


def with_dopant(
    host: Structure, dopant: str, frac_coords: FloatArray, nudge: float = 0.0
) -> Structure:
    """Return a host with a dopant added `nudge` Å away from fractional coordinates."""
    if not Element.is_valid_symbol(dopant):
        raise ValueError(f"{dopant!r} is not an element; give a symbol such as N")
    doped = host.copy().append(dopant, frac_coords)
    if nudge:
        away = nudge * OFF_AXES / np.linalg.norm(OFF_AXES)
        doped.translate_sites([len(doped) - 1], away, frac_coords=False, to_unit_cell=False)
    return doped
