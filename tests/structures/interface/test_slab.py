"""Slabs: thickness, stoichiometry, the plane of the cut, and films of glass."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.interface.slab import InterfaceError, crystal_slab, glass_slab
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase


@pytest.mark.parametrize(
    ("miller", "area"), [((1, 0, 0), 1.0), ((1, 1, 0), 2**0.5), ((1, 1, 1), 3**0.5)]
)
def test_volume_per_atom_is_that_of_the_bulk(miller: tuple[int, int, int], area: float) -> None:
    slab = crystal_slab(bcc_lithium(), "Li", miller, 9.0)
    assert slab.area * slab.thickness / len(slab.symbols) == pytest.approx(3.51**3 / 2)
    # Surface cells of the conventional cell: a², √2 a² and √3 a².
    assert slab.area == pytest.approx(area * 3.51**2)
    assert slab.thickness >= 9.0


def test_a_slab_has_the_stoichiometry_of_its_crystal() -> None:
    spinel = phase("LiNi0.5Mn1.5O4_ordered").structure()
    slab = crystal_slab(spinel, "LNMO", (1, 1, 1), 5.0)
    counts = {name: slab.symbols.count(name) for name in set(slab.symbols)}
    assert {name: count / counts["Ni"] for name, count in counts.items()} == {
        "Li": 2.0,
        "Ni": 1.0,
        "Mn": 3.0,
        "O": 8.0,
    }
    # A right-handed pair with the first vector along x.
    assert slab.lateral[0, 1] == 0.0
    assert np.linalg.det(slab.lateral) > 0


def test_a_cut_spares_the_chains_of_the_oxynitride() -> None:
    slab = crystal_slab(phase("Li2PO2N_SD").structure(), "Li2PO2N", (1, 0, 0), 9.0)
    assert slab.notes == ()
    cell = Structure(
        Lattice([[*slab.lateral[0], 0], [*slab.lateral[1], 0], [0, 0, 60]]),
        slab.symbols,
        np.column_stack([slab.in_plane, slab.heights / 60]),
    )
    for site in cell:
        if site.specie.symbol == "P":
            assert len([n for n in cell.get_neighbors(site, 2.1) if n.specie.symbol != "Li"]) == 4


def test_broken_bonds_are_counted_where_every_cut_breaks_some() -> None:
    # P-O-P-O chains along z, one bond of 1.6 Å after the other.
    chain = Structure(Lattice.tetragonal(5, 3.2), ["P", "O"], [[0, 0, 0], [0, 0, 0.5]])
    assert crystal_slab(chain, "chain", (0, 0, 1), 6.0).notes == (
        "1 bonds of network formers are cut in a cell of the surface",
    )


def test_repeated_slabs_keep_their_distances() -> None:
    slab = crystal_slab(bcc_lithium(), "Li", (1, 1, 1), 5.0)
    double = slab.repeated(np.array([[2, 1], [-1, 1]]))
    assert len(double.symbols) == 3 * len(slab.symbols)
    assert double.area == pytest.approx(3 * slab.area)

    def nearest(item):
        lattice = Lattice([[*item.lateral[0], 0], [*item.lateral[1], 0], [0, 0, 40]])
        coords = np.column_stack([item.in_plane, item.heights / 40])
        return Structure(lattice, item.symbols, coords).get_all_neighbors(3.2)

    assert [len(found) for found in nearest(double)] == [len(f) for f in nearest(slab)] * 3


def test_a_glass_has_its_density_and_whole_units() -> None:
    slab = glass_slab("Li46P16O55N5", (10.53, 10.53), 11.0, density=2.0, margin=1.0, seed=2)
    assert slab.thickness == pytest.approx(11.0, abs=0.3)
    assert slab.span <= slab.thickness - 2.0 + 0.2  # packmol stops at a violation of 0.01 Å²
    assert slab.area == pytest.approx(10.53**2)


def test_what_is_no_surface_is_refused() -> None:
    with pytest.raises(InterfaceError, match="0 0 0 are not a surface"):
        crystal_slab(bcc_lithium(), "Li", (0, 0, 0), 9.0)
    with pytest.raises(InterfaceError, match="-1 Å is not above 0"):
        crystal_slab(bcc_lithium(), "Li", (1, 0, 0), -1.0)
