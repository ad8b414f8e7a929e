"""Values of the presets that follow from others."""

import pytest
from pymatgen.core import Composition
from scipy.constants import Avogadro

from liponflow.inputs.presets import load_data
from liponflow.units import A3_PER_CM3


@pytest.mark.parametrize("preset", load_data("cell")["presets"])
def test_density_and_capacity_are_those_of_the_crystal(preset: str) -> None:
    """Eight formula units in the cube, one Li of each; 26801 mAh in a mole of electrons."""
    given = load_data("cell")["presets"][preset]
    mass = Composition("LiNi0.5Mn1.5O4").weight
    volume = given["spinel_lattice"]["value"] ** 3 / A3_PER_CM3
    assert given["spinel_density"]["value"] == pytest.approx(
        8 * mass / Avogadro / volume, abs=5e-3
    )
    assert given["spinel_capacity"]["value"] == pytest.approx(26_801 / mass, abs=0.5)
