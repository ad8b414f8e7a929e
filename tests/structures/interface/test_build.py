"""Models of interfaces from two materials: what is published, and a buffer."""

import numpy as np
import pytest

from liponflow.structures.interface.build import (
    CrystalSide,
    GlassSide,
    alumina,
    build_interface,
)
from liponflow.structures.interface.lateral import Limits
from liponflow.structures.interface.slab import InterfaceError
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase

LITHIUM = CrystalSide("Li", bcc_lithium(), (1, 0, 0), 9.0)
GLASS = GlassSide("Li46P16O55N5", 10.0, 2.0)


def test_lithium_and_the_glass() -> None:
    found = build_interface(LITHIUM, GLASS, seed=3)
    metal, glass = found.layers
    assert (metal.strain, glass.strain) == ((0.0, 0.0), (0.0, 0.0))
    # The glass has its density between the middles of the gaps.
    volume = found.structure.lattice.a * found.structure.lattice.b * (glass.top - glass.bottom + 2)
    assert glass.composition.weight / volume * 1.66054 == pytest.approx(2.0, rel=0.03)
    assert metal.composition + glass.composition == found.structure.composition
    distances = found.structure.distance_matrix + 9 * np.eye(len(found.structure))
    assert distances.min() > 1.4  # P-N
    again = build_interface(LITHIUM, GLASS, seed=3)
    assert again.structure == found.structure


def test_lithium_and_the_crystal_with_the_misfit_on_the_metal() -> None:
    crystal = CrystalSide("Li2PO2N", phase("Li2PO2N_SD").structure(), (1, 0, 0), 9.0)
    found = build_interface(LITHIUM, crystal, limits=Limits(strain=0.03, area=160))
    metal, oxynitride = found.layers
    assert oxynitride.strain == (0.0, 0.0)
    # 3 cells of Li on 2 of b = 5.3999 Å, and 4 on 3 of c = 4.6856 Å.
    assert metal.strain == pytest.approx(
        (3 * 4.6856 / (4 * 3.51) - 1, 2 * 5.3999 / (3 * 3.51) - 1), abs=1e-6
    )
    assert oxynitride.composition.reduced_formula == "Li2PNO2"


def test_a_buffer_lies_at_every_interface() -> None:
    found = build_interface(LITHIUM, GLASS, buffer=alumina(9.0))
    assert [layer.composition.reduced_formula for layer in found.layers][1::2] == ["Al2O3"] * 2
    assert found.interfaces == 4
    assert found.layers[1].composition == found.layers[3].composition


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(InterfaceError, match="strain_share = 2 is not between 0 and 1"):
        Limits(share=2)


def test_a_buffer_on_a_leaning_cell_is_refused() -> None:
    hexagonal = CrystalSide("Li", bcc_lithium(), (1, 1, 1), 9.0)
    with pytest.raises(InterfaceError, match="packmol takes right angles"):
        build_interface(hexagonal, hexagonal, buffer=alumina(9.0), limits=Limits(area=160))
