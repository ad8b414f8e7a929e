from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.structures.lithium import bcc_lithium


def test_lithium_metal_is_bcc() -> None:
    metal = bcc_lithium(3.44)
    assert SpacegroupAnalyzer(metal).get_space_group_symbol() == "Im-3m"
    assert len(metal) == 2
    assert metal.lattice.a == 3.44
