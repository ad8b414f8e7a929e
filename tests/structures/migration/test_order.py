from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.migration.order import dopant_last, in_order_of


def test_atom_order_of_the_engine_is_undone() -> None:
    # Sorted by electronegativity, K comes before Li.
    start = Structure(
        Lattice.cubic(6),
        ["Li", "Li", "K"],
        [[0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0.5]],
    )
    given = start.get_sorted_structure()
    assert given[0].specie.symbol == "K"
    assert in_order_of(start, given) == start
    assert dopant_last(given, "K") == start
    assert in_order_of(start, start) is start
