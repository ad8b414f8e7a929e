"""Elastic moduli of materials with known tensors."""

import numpy as np
import pytest
from pymatgen.analysis.elasticity.elastic import ElasticTensor

from liponflow.analysis.glass.elastic import (
    LARGEST_DEVIATION,
    average_elasticity,
    elastic_moduli,
    six_deformations,
)

MODULUS_TOLERANCE = 1e-9
"""Relative; the response is exactly linear."""

BULK, SHEAR = 47.0, 28.0
"""GPa, of the order of phosphate glasses."""


def isotropic(bulk: float = BULK, shear: float = SHEAR) -> np.ndarray:
    """Return the tensor of an isotropic solid: C_ijkl = lambda d_ij d_kl + mu (...)."""
    lame = bulk - 2 * shear / 3
    d = np.eye(3)
    return (
        lame * np.einsum("ij,kl->ijkl", d, d)
        + shear * np.einsum("ik,jl->ijkl", d, d)
        + shear * np.einsum("il,jk->ijkl", d, d)
    )


def cauchy(tensor: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return Cauchy stresses of a solid whose second Piola-Kirchhoff stress is C E."""
    strain = (gradient.T @ gradient - np.eye(3)) / 2
    second = np.einsum("ijkl,kl->ij", tensor, strain)
    return gradient @ second @ gradient.T / np.linalg.det(gradient)


def measured(tensor: np.ndarray, strain: float = 0.01, residual: np.ndarray | float = 0.0):
    gradients = [np.array(item) for item in six_deformations(strain)]
    stresses = [cauchy(tensor, gradient) + residual * np.eye(3) for gradient in gradients]
    return gradients, stresses


def test_isotropic_solid_has_known_moduli() -> None:
    gradients, stresses = measured(isotropic())
    found = elastic_moduli(gradients, stresses, np.zeros((3, 3)), seed=4)
    assert found.bulk_modulus == pytest.approx(BULK, rel=MODULUS_TOLERANCE)
    assert found.shear_modulus == pytest.approx(SHEAR, rel=MODULUS_TOLERANCE)
    assert found.youngs_modulus == pytest.approx(9 * BULK * SHEAR / (3 * BULK + SHEAR))
    # Young's modulus, shear modulus and Poisson's ratio are related by E = 2 G (1 + nu).
    tied = 2 * found.shear_modulus * (1 + found.poisson_ratio)
    assert found.youngs_modulus == pytest.approx(tied)
    assert found.anisotropy == pytest.approx(0, abs=1e-9)
    assert found.converged
    assert (found.seed, found.strain) == (4, pytest.approx(0.01))


def test_residual_stress_is_subtracted_and_reported() -> None:
    gradients, stresses = measured(isotropic(), residual=0.4)
    found = elastic_moduli(gradients, stresses, 0.4 * np.eye(3), seed=0)
    assert found.bulk_modulus == pytest.approx(BULK, rel=MODULUS_TOLERANCE)
    assert found.residual_stress == pytest.approx(0.4)


def test_cubic_crystal_has_hill_averages() -> None:
    # Si: C11, C12, C44 = 165.7, 63.9, 79.6 GPa (H. J. McSkimin, J. Appl. Phys. 24, 988, 1953).
    c11, c12, c44 = 165.7, 63.9, 79.6
    voigt = np.zeros((6, 6))
    voigt[:3, :3] = c12
    voigt[range(3), range(3)] = c11
    voigt[range(3, 6), range(3, 6)] = c44
    gradients, stresses = measured(np.array(ElasticTensor.from_voigt(voigt)))
    found = elastic_moduli(gradients, stresses, np.zeros((3, 3)), seed=0)
    assert found.bulk_modulus == pytest.approx((c11 + 2 * c12) / 3)
    upper = (c11 - c12 + 3 * c44) / 5
    lower = 5 * (c11 - c12) * c44 / (4 * c44 + 3 * (c11 - c12))
    assert found.shear_modulus == pytest.approx((upper + lower) / 2)
    assert found.anisotropy == pytest.approx(5 * upper / lower - 5)
    assert np.allclose(found.stiffness, voigt)


def test_stress_deviating_from_the_tensor_is_unconverged() -> None:
    gradients, stresses = measured(isotropic())
    stresses[3] = stresses[3] + 0.3 * np.eye(3)
    found = elastic_moduli(gradients, stresses, np.zeros((3, 3)), seed=0)
    assert not found.converged
    assert found.deviation > LARGEST_DEVIATION
    assert "above the limit of 10 %" in found.criterion


def test_unconverged_relaxation_is_reported() -> None:
    gradients, stresses = measured(isotropic())
    found = elastic_moduli(
        gradients, stresses, np.zeros((3, 3)), seed=0, unconverged=["strain 2 of 12: too large"]
    )
    assert not found.converged
    assert found.criterion == "strain 2 of 12: too large"


def test_moduli_have_mean_and_spread_over_models() -> None:
    models = [
        elastic_moduli(*measured(isotropic(bulk)), np.zeros((3, 3)), seed=seed)
        for seed, bulk in enumerate((45.0, 47.0, 49.0))
    ]
    result = average_elasticity(models, {"youngs_modulus": "33"})
    means = {mean.name: mean for mean in result.means}
    assert means["bulk modulus"].value == pytest.approx(47)
    assert means["bulk modulus"].spread == pytest.approx(2)
    assert means["Young's modulus"].published == "33"
    assert means["Poisson's ratio"].unit == ""
    assert average_elasticity(models[:1]).means[0].spread is None
    with pytest.raises(ValueError, match="no model"):
        average_elasticity([])


def test_unconverged_moduli_are_left_out_of_the_mean() -> None:
    gradients, stresses = measured(isotropic())
    unstrained = np.zeros((3, 3))
    good = elastic_moduli(gradients, stresses, unstrained, seed=0)
    bad = elastic_moduli(gradients, stresses, unstrained, seed=1, unconverged=["too large"])
    bad = bad.model_copy(update={"bulk_modulus": 1000.0})
    both = average_elasticity([good, bad])
    assert {mean.name: mean.value for mean in both.means}["bulk modulus"] == good.bulk_modulus
    assert [model.seed for model in both.models] == [0, 1]
    assert average_elasticity([bad]).means == []
