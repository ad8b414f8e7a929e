from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.lithium_sites import lithium_sites


def spinel(li_sites: list[list[float]]) -> Structure:
    """Return a LiMn2O4 cell with oxygen at u = 0.2625, Mn on 16d and Li at the given positions."""
    return Structure.from_spacegroup(
        "Fd-3m",
        Lattice.cubic(8.2),
        [*["Li"] * len(li_sites), "Mn", "O"],
        [*li_sites, [0.625, 0.625, 0.625], [0.3875, 0.3875, 0.3875]],
    )


def test_tetrahedral_and_octahedral_sites_of_spinel_are_counted() -> None:
    assert lithium_sites(spinel([[0.0, 0.0, 0.0]])) == {"tetrahedral": 8}  # 8a
    assert lithium_sites(spinel([[0.125, 0.125, 0.125]])) == {"octahedral": 16}  # 16c
    both = lithium_sites(spinel([[0.125, 0.125, 0.125], [0.0, 0.0, 0.0]]))
    assert both == {"octahedral": 16, "tetrahedral": 8}


def test_other_coordinations_are_counted() -> None:
    linear = Structure(Lattice.cubic(8), ["Li", "O", "O"], [[0, 0, 0], [0.25, 0, 0], [0.75, 0, 0]])
    assert lithium_sites(linear) == {"other": 1}
