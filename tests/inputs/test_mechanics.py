"""Values of the preset that others confirm."""

import numpy as np
import pytest
from pymatgen.analysis.elasticity import ElasticTensor

from liponflow.inputs.presets import load_data

GIVEN = load_data("mechanics")["presets"]["published"]


def test_constants_of_copper_are_those_of_its_crystals() -> None:
    """Voigt-Reuss-Hill average of W. C. Overton, J. Gaffney, Phys. Rev. 98, 969 (1955), 300 K."""
    stiffness = np.zeros((6, 6))
    stiffness[:3, :3] = 121.4
    np.fill_diagonal(stiffness, [168.4] * 3 + [75.4] * 3)
    crystal = ElasticTensor.from_voigt(stiffness)
    assert GIVEN["modulus"]["value"] == pytest.approx(crystal.y_mod / 1e9, rel=0.03)
    assert GIVEN["poisson_ratio"]["value"] == pytest.approx(crystal.homogeneous_poisson, abs=0.005)
