"""A vacancy in copper, which ASE's EMT computes in no time."""

from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.migration.end_points import EndPoints, hop_starts
from liponflow.structures.migration.hop_cell import HopCell, hop_cell
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.vacancies import occupied_sites

A = 3.6  # Å, Cu in EMT


def copper() -> Structure:
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(A), ["Cu"], [[0, 0, 0]])


def copper_cell() -> HopCell:
    """Return a supercell of 32 atoms."""
    return hop_cell(occupied_sites(copper(), "Cu"), (2, 2, 2))


def copper_hop(cell: HopCell | None = None) -> EndPoints:
    """Return the unrelaxed end points of the hop of a nearest neighbour."""
    cell = cell or copper_cell()
    return hop_starts(cell, distinct_hops(cell.sites)[0], "Cu")
