"""Stacks: distances, boundaries, and what is refused."""

import numpy as np
import pytest

from liponflow.structures.interface.slab import InterfaceError, crystal_slab
from liponflow.structures.interface.stack import stack
from liponflow.structures.lithium import bcc_metal

NONE = (0.0, 0.0)


def slab(symbol: str = "Li", thickness: float = 7.0):
    return crystal_slab(bcc_metal(symbol, 3.5), symbol, (1, 0, 0), thickness).repeated(
        np.diag([2, 2])
    )


def test_a_periodic_stack_has_two_equal_gaps() -> None:
    found = stack([slab("Li"), slab("Na")], [NONE, NONE], gap=2.1, boundary="periodic", cutoff=6)
    assert found.interfaces == 2
    lithium, sodium = found.layers
    assert sodium.bottom - lithium.top == pytest.approx(2.1)
    assert found.structure.lattice.c - sodium.top + lithium.bottom == pytest.approx(2.1)
    heights = found.structure.cart_coords[:, 2]
    own = [heights[i] for i, layer in enumerate(found.layer_of) if layer == 1]
    assert (min(own), max(own)) == pytest.approx((sodium.bottom, sodium.top))
    assert found.structure.composition.formula == "Na16 Li16"
    assert [site.specie.symbol for site in found.structure] == ["Na"] * 16 + ["Li"] * 16


def test_a_vacuum_leaves_one_interface() -> None:
    found = stack([slab(), slab("Na")], [NONE, NONE], gap=2.0, boundary="vacuum", vacuum=12.0)
    assert found.interfaces == 1
    assert found.structure.lattice.c - found.layers[1].top == pytest.approx(12.0)


def test_layers_shift_to_the_hollows() -> None:
    found = stack([slab(), slab("Na")], [NONE, NONE], gap=1.75, boundary="vacuum", vacuum=10.0)
    matrix = found.structure.distance_matrix
    # On a bcc (100) surface the hollow is √3 a / 2 from four atoms at half the lattice parameter.
    across = [
        matrix[i, j]
        for i, a in enumerate(found.layer_of)
        for j, b in enumerate(found.layer_of)
        if a < b
    ]
    assert min(across) == pytest.approx(3**0.5 / 2 * 3.5)


def test_thin_slabs_narrow_vacuum_and_overlaps_are_refused() -> None:
    pair = [slab(), slab("Na")]
    with pytest.raises(InterfaceError, match=r"Li \(100\) is 7.00 Å thick, less than .* 8 Å"):
        stack(pair, [NONE, NONE], gap=2, boundary="periodic", cutoff=8)
    with pytest.raises(InterfaceError, match=r"vacuum of 3 Å is narrower .* 6 Å"):
        stack(pair, [NONE, NONE], gap=2, boundary="vacuum", vacuum=3, cutoff=6)
    with pytest.raises(InterfaceError, match=r"they overlap; widen the gap"):
        stack([slab("Cs"), slab("Cs")], [NONE, NONE], gap=0.2, boundary="periodic")
