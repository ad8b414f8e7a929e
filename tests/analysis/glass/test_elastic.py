"""Elastic moduli of materials with known tensors."""

import numpy as np
import pytest
from pymatgen.analysis.elasticity.elastic import ElasticTensor

from liponflow.analysis.glass.elastic import (
    LARGEST_DEVIATION,
    average_elasticity,
    elastic_moduli,
    six_deformations,
    stress_strain_coefficients,
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


def cubic(c11: float, c12: float, c44: float) -> np.ndarray:
    """Return elastic constants in Voigt's notation, GPa."""
    voigt = np.zeros((6, 6))
    voigt[:3, :3] = c12
    voigt[range(3), range(3)] = c11
    voigt[range(3, 6), range(3, 6)] = c44
    return voigt


def cauchy(
    tensor: np.ndarray, gradient: np.ndarray, residual: np.ndarray | float = 0.0
) -> np.ndarray:
    """Return the Cauchy stress of a solid with the energy (σ·E + E·C·E/2) per volume at E = 0.

    Its second Piola-Kirchhoff stress is σ + C E, with the residual stress σ.
    """
    strain = (gradient.T @ gradient - np.eye(3)) / 2
    second = residual * np.eye(3) if np.ndim(residual) == 0 else residual
    second = second + np.einsum("ijkl,kl->ij", tensor, strain)
    return gradient @ second @ gradient.T / np.linalg.det(gradient)


def measured(tensor: np.ndarray, strain: float = 0.01, residual: np.ndarray | float = 0.0):
    gradients = [np.array(item) for item in six_deformations(strain)]
    return gradients, [cauchy(tensor, gradient, residual) for gradient in gradients]


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


@pytest.mark.parametrize(
    "residual",
    [3 * np.eye(3), -3 * np.eye(3), np.array([[2.0, 0.4, 0], [0.4, -1.0, 0.3], [0, 0.3, 0.5]])],
    ids=["tension", "pressure", "any stress"],
)
def test_elastic_constants_do_not_depend_on_the_residual_stress(residual: np.ndarray) -> None:
    voigt = cubic(100.0, 60.0, 40.0)
    gradients, stresses = measured(np.array(ElasticTensor.from_voigt(voigt)), residual=residual)
    found = elastic_moduli(gradients, stresses, residual, seed=0)
    assert found.definition == "elastic constants"
    assert np.allclose(found.stiffness, voigt)
    assert found.bulk_modulus == pytest.approx(220 / 3)
    # Voigt's and Reuss's averages are 32 and 200/7 GPa.
    assert found.shear_modulus == pytest.approx((32 + 200 / 7) / 2)
    assert found.residual_stress == pytest.approx(abs(residual).max())
    assert found.deviation < 1e-9


def test_stress_strain_coefficients_are_the_change_of_the_cauchy_stress() -> None:
    residual = np.array([[2.0, 0.4, 0], [0.4, -1.0, 0.3], [0, 0.3, 0.5]])
    tensor = np.array(ElasticTensor.from_voigt(cubic(100.0, 60.0, 40.0)))
    gradients, stresses = measured(tensor, residual=residual)
    found = np.array(elastic_moduli(gradients, stresses, residual, seed=0).stress_strain)
    small = 1e-6
    for column, (i, j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
        strain = np.zeros((3, 3))
        strain[i, j] += small / 2
        strain[j, i] += small / 2
        change = [cauchy(tensor, np.eye(3) + sign * strain, residual) for sign in (1, -1)]
        slope = (change[0] - change[1]) / (2 * small)
        by_voigt = slope[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        assert found[:, column] == pytest.approx(by_voigt, abs=1e-6)


def test_bulk_modulus_of_the_coefficients_is_that_of_pressure_and_volume() -> None:
    tensor, pressure = np.array(ElasticTensor.from_voigt(cubic(100.0, 60.0, 40.0))), 3.0
    b = stress_strain_coefficients(cubic(100.0, 60.0, 40.0), -pressure * np.eye(3))
    small = 1e-5
    at = [
        -np.trace(cauchy(tensor, (1 + x) * np.eye(3), -pressure * np.eye(3))) / 3
        for x in (small, -small)
    ]
    from_volume = (at[1] - at[0]) / (6 * small)
    assert b[:3, :3].sum() / 9 == pytest.approx(from_volume, rel=1e-6)
    assert from_volume == pytest.approx(220 / 3 + pressure / 3, rel=1e-4)


def test_cubic_crystal_has_hill_averages() -> None:
    # Si: C11, C12, C44 = 165.7, 63.9, 79.6 GPa (H. J. McSkimin, J. Appl. Phys. 24, 988, 1953).
    c11, c12, c44 = 165.7, 63.9, 79.6
    voigt = cubic(c11, c12, c44)
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
