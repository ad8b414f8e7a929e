import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.space_group import space_group


@pytest.mark.parametrize(
    ("symbol", "lattice", "order"),
    [("Im-3m", Lattice.cubic(3.5), 96), ("Fm-3m", Lattice.cubic(4.0), 192)],
)
def test_order_includes_lattice_centring(symbol: str, lattice: Lattice, order: int):
    structure = Structure.from_spacegroup(symbol, lattice, ["Li"], [[0, 0, 0]])
    assert len(space_group(structure)) == order
    assert len(space_group(structure.get_primitive_structure())) == 48


def test_every_operation_maps_the_crystal_onto_itself():
    structure = bcc_lithium().make_supercell((1, 1, 2))
    group = space_group(structure)
    for site in structure:
        images = group.images(site.frac_coords)
        distances = structure.lattice.get_all_distances(images, structure.frac_coords)
        assert distances.min(axis=1) == pytest.approx(0, abs=1e-6)
    assert len(np.unique(group.rotations, axis=0)) == 16  # 4/mmm


@pytest.mark.filterwarnings("ignore:Set OLD_ERROR_HANDLING:DeprecationWarning")
@pytest.mark.parametrize("old", [True, False])
def test_overlapping_atoms_are_refused(monkeypatch: pytest.MonkeyPatch, *, old: bool):
    monkeypatch.setattr("spglib.error.OLD_ERROR_HANDLING", old)
    two = Structure(Lattice.cubic(3), ["Li", "Li"], [[0, 0, 0], [0, 0, 1e-4]])
    with pytest.raises(ValueError, match=r"no symmetry found for Li.*overlapping"):
        space_group(two)
