"""Elastic moduli of a glass from the stress of strained, relaxed models."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Calculation
from liponflow.arrays import FloatArray
from liponflow.document import Document

if TYPE_CHECKING:
    from pymatgen.analysis.elasticity.strain import Deformation

LARGEST_DEVIATION = 0.1
"""Largest deviation of a stress from the fitted tensor, as a share of the largest stress. Beyond
it, the strains are outside the linear range or a relaxation reached another minimum."""


class ModelElasticity(Document):
    """Elastic moduli of one model."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "seed",
        "youngs_modulus",
        "bulk_modulus",
        "shear_modulus",
        "poisson_ratio",
        "deviation",
    )

    seed: Annotated[int, Column(heading="seed", fmt="d")] = Field(description="Seed of the model.")
    youngs_modulus: Annotated[float, Quantity("GPa", heading="E", fmt=".1f")] = Field(
        description="Young's modulus of the isotropic average."
    )
    bulk_modulus: Annotated[float, Quantity("GPa", heading="B", fmt=".1f")] = Field(
        description="Bulk modulus, Voigt-Reuss-Hill."
    )
    shear_modulus: Annotated[float, Quantity("GPa", heading="G", fmt=".1f")] = Field(
        description="Shear modulus, Voigt-Reuss-Hill."
    )
    poisson_ratio: Annotated[float, Quantity("", heading="ν", fmt=".3f")] = Field(
        description="Poisson's ratio of the isotropic average."
    )
    anisotropy: Annotated[float, Quantity("")] = Field(
        description="Universal elastic anisotropy, 0 for an isotropic solid."
    )
    definition: Literal["elastic constants", "stress-strain coefficients"] = Field(
        description="Kind of tensor that `stiffness` and the moduli are: elastic constants, the "
        "second derivatives of the energy by strain, or stress-strain coefficients, which differ "
        "from them by components of the residual stress. Results of schema version 1 have the "
        "latter."
    )
    stiffness: Annotated[list[list[float]], Quantity("GPa")] = Field(
        description="Elastic tensor in Voigt's notation, 6x6."
    )
    stress_strain: Annotated[list[list[float]] | None, Quantity("GPa")] = Field(
        None,
        description="Stress-strain coefficients in Voigt's notation, 6x6: change of the Cauchy "
        "stress per strain from the state with the residual stress. None in results of schema "
        "version 1.",
    )
    strain: Annotated[float, Quantity("")] = Field(
        description="Largest component of the applied strains."
    )
    residual_stress: Annotated[float, Quantity("GPa")] = Field(
        description="Largest component of the stress of the unstrained model."
    )
    deviation: Annotated[float, Quantity("", heading="off the\ntensor", fmt=".3f")] = Field(
        description="Largest deviation of a stress from the fitted tensor, as a share of the "
        "largest stress."
    )
    converged: bool = Field(
        description="Whether every relaxation converged and the deviation is small."
    )
    criterion: str = Field(description="Convergence criterion and the value reached.")


class MeanModulus(Document):
    """One modulus, averaged over models."""

    summary_columns: ClassVar[tuple[str, ...]] = ("name", "value", "unit", "spread", "published")

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Name of the modulus."
    )
    value: Annotated[float, Column(heading="value", fmt=".4g")] = Field(
        description="Mean over the models (in `unit`)."
    )
    spread: Annotated[float | None, Column(heading="spread", fmt=".2g")] = Field(
        description="Standard deviation over the models (in `unit`); None for one model."
    )
    unit: Annotated[str, Column(heading="unit")] = Field(
        description="GPa; none for Poisson's ratio."
    )
    published: Annotated[str | None, Column(heading="published", wraps=True)] = Field(
        None, description="Published values, if any."
    )


class GlassElasticity(Document):
    """Elastic moduli of a glass."""

    models: list[ModelElasticity] = Field(description="Elasticity of every model.")
    means: list[MeanModulus] = Field(description="Mean and spread over the models.")
    note: str = Field(description="Remarks on the reliability.")


def six_deformations(strain: float) -> "list[Deformation]":
    """Return the deformations of the six strains, each with both signs.

    Parameters
    ----------
    strain
        Component of the Green-Lagrange strain in Voigt's notation (a shear is twice its tensor
        component).

    Returns
    -------
    list of Deformation
        Twelve symmetric gradients, in Voigt's order.

    Examples
    --------
    >>> [float(d[0, 0].round(4)) for d in six_deformations(0.01)[:2]]
    [0.9899, 1.01]
    """
    from pymatgen.analysis.elasticity.strain import Strain

    return [
        Strain.from_index_amount(component, sign * strain).get_deformation_matrix("symmetric")
        for component in range(6)
        for sign in (-1, 1)
    ]


def model_elasticity(
    unstrained: Calculation, strained: Sequence[Calculation], *, strain: float, seed: int
) -> ModelElasticity:
    """Fit the elastic moduli of a model to the stresses of its strained copies.

    Parameters
    ----------
    unstrained
        Relaxed model.
    strained
        Relaxed copies, in the order of :func:`six_deformations`.
    strain
        Component of the strains.
    seed
        Of the model.

    Returns
    -------
    ModelElasticity

    Raises
    ------
    ValueError
        If the engine has no stress.
    """
    unconverged = [
        f"strain {index + 1} of 12: {reason}"
        for index, item in enumerate(strained)
        if (reason := unconverged_reason(item))
    ]
    if any(item.stress is None for item in [unstrained, *strained]):
        raise ValueError(f"{unstrained.engine.name} gives no stress: elastic moduli need one")
    return elastic_moduli(
        [np.array(deformation) for deformation in six_deformations(strain)],
        [np.array(item.stress) for item in strained],
        np.array(unstrained.stress),
        seed=seed,
        unconverged=unconverged,
    )


def elastic_moduli(
    deformations: Sequence[ArrayLike],
    stresses: Sequence[ArrayLike],
    reference: ArrayLike,
    *,
    seed: int,
    unconverged: Sequence[str] = (),
) -> ModelElasticity:
    """Fit an elastic tensor to stress and strain, and average it over directions.

    Parameters
    ----------
    deformations
        Deformation gradients of :func:`six_deformations`, n times 3x3.
    stresses
        Cauchy stress of each, n times 3x3, GPa, positive under tension.
    reference
        Cauchy stress of the undeformed model, 3x3, GPa.
    seed
        Of the model, for the record.
    unconverged
        Unconverged calculations, in words.

    Returns
    -------
    ModelElasticity

    Notes
    -----
    Green-Lagrange strain against second Piola-Kirchhoff stress, fitted by pymatgen. At the
    residual stress σ the slope of these two is the tensor of elastic constants C, the second
    derivatives of the energy, and the moduli are those of C. See
    :func:`stress_strain_coefficients` for the change of the Cauchy stress. The means are those of
    Voigt, Reuss and Hill, Young's modulus is 9BG/(3B+G), Poisson's ratio (3B-2G)/(6B+2G);
    anisotropy as in Ranganathan and Ostoja-Starzewski, Phys. Rev. Lett. 101,
    055504 (2008).
    """
    from pymatgen.analysis.elasticity.elastic import ElasticTensor
    from pymatgen.analysis.elasticity.strain import Deformation
    from pymatgen.analysis.elasticity.stress import Stress

    gradients = [Deformation(deformation) for deformation in deformations]
    strains = [gradient.green_lagrange_strain for gradient in gradients]
    zero = np.asarray(reference, dtype=float)
    # The residual stress rotates and stretches with the solid: all of the stress is transformed.
    lagrangian = [
        _second_piola_kirchhoff(np.asarray(stress, dtype=float), np.asarray(gradient)) - zero
        for stress, gradient in zip(stresses, gradients, strict=True)
    ]
    tensor = ElasticTensor.from_independent_strains(
        strains, [Stress(stress) for stress in lagrangian], eq_stress=Stress(np.zeros((3, 3)))
    )
    stiffness = np.asarray(tensor.voigt)
    stiffness = (stiffness + stiffness.T) / 2
    tensor = ElasticTensor.from_voigt(stiffness)
    # The fit treats strains one by one and the tensor was symmetrised afterwards: the remaining
    # deviation measures how far the response is from linear.
    fitted = np.array([np.einsum("ijkl,kl", np.asarray(tensor), strain) for strain in strains])
    found = np.array(lagrangian)
    deviation = float(np.abs(fitted - found).max() / np.abs(found).max())
    bulk, shear = float(tensor.k_vrh), float(tensor.g_vrh)
    reasons = [*unconverged]
    if deviation > LARGEST_DEVIATION:
        reasons.append(
            f"a stress deviates by {100 * deviation:.0f} % from the fitted tensor, above the "
            f"limit of {100 * LARGEST_DEVIATION:.0f} %; take smaller strains or a tighter force "
            "limit"
        )
    return ModelElasticity(
        seed=seed,
        youngs_modulus=9 * bulk * shear / (3 * bulk + shear),
        bulk_modulus=bulk,
        shear_modulus=shear,
        poisson_ratio=(3 * bulk - 2 * shear) / (6 * bulk + 2 * shear),
        anisotropy=float(tensor.universal_anisotropy),
        definition="elastic constants",
        stiffness=stiffness.tolist(),
        stress_strain=stress_strain_coefficients(stiffness, zero).tolist(),
        strain=float(np.abs(np.array(strains)).max()),
        residual_stress=float(np.abs(zero).max()),
        deviation=deviation,
        converged=not reasons,
        criterion="; ".join(reasons)
        or f"every relaxation converged; stresses within {100 * deviation:.1f} % of the tensor",
    )


def stress_strain_coefficients(stiffness: ArrayLike, stress: ArrayLike) -> FloatArray:
    """Return the change of the Cauchy stress per strain of a solid under stress.

    Parameters
    ----------
    stiffness
        Elastic constants in Voigt's notation, 6x6, GPa.
    stress
        Cauchy stress of the unstrained solid, 3x3, GPa, positive under tension.

    Returns
    -------
    ndarray
        Coefficients in Voigt's notation, 6x6, GPa. They are not symmetric unless the stress is
        hydrostatic. Under a pressure their bulk modulus is -V dP/dV.

    Notes
    -----
    B_ijkl = C_ijkl + (σ_ik δ_jl + σ_il δ_jk + σ_jk δ_il + σ_jl δ_ik - 2 σ_ij δ_kl)/2: T. H. K.
    Barron and M. L. Klein, Proc. Phys. Soc. 85, 523 (1965); D. C. Wallace, Thermodynamics of
    Crystals (1972), section 2; for hydrostatic pressure F. Birch, Phys. Rev. 71, 809 (1947).

    Examples
    --------
    >>> under_tension = stress_strain_coefficients(100 * np.eye(6), 3 * np.eye(3))
    >>> under_tension[0, :2].tolist(), under_tension[3, 3].item()
    ([103.0, -3.0], 103.0)
    """
    one, sigma = np.eye(3), np.asarray(stress, dtype=float)
    change = (
        np.einsum("ik,jl->ijkl", sigma, one)
        + np.einsum("il,jk->ijkl", sigma, one)
        + np.einsum("jk,il->ijkl", sigma, one)
        + np.einsum("jl,ik->ijkl", sigma, one)
    ) / 2 - np.einsum("ij,kl->ijkl", sigma, one)
    first, second = np.array([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]).T
    rows = change[first, second][:, first, second]
    coefficients: FloatArray = np.asarray(stiffness, dtype=float) + rows
    return coefficients


def _second_piola_kirchhoff(cauchy: FloatArray, gradient: FloatArray) -> FloatArray:
    """Return the second Piola-Kirchhoff stress J F⁻¹ σ F⁻ᵀ."""
    inverse = np.linalg.inv(gradient)
    stress: FloatArray = np.linalg.det(gradient) * inverse @ cauchy @ inverse.T
    return stress


def average_elasticity(
    models: Sequence[ModelElasticity], published: dict[str, str] | None = None
) -> GlassElasticity:
    """Average the moduli over the models that converged.

    Parameters
    ----------
    models
        One or more models; unconverged ones keep their criterion but do not enter the means.
    published
        Published values by the name of the modulus, as text.

    Returns
    -------
    GlassElasticity
        Without means if no model converged.

    Raises
    ------
    ValueError
        If there is no model.
    """
    usable = [model for model in models if model.converged]
    if not models:
        raise ValueError("no model has elastic moduli; the warnings say why")
    names = {
        "youngs_modulus": ("Young's modulus", "GPa"),
        "bulk_modulus": ("bulk modulus", "GPa"),
        "shear_modulus": ("shear modulus", "GPa"),
        "poisson_ratio": ("Poisson's ratio", ""),
    }
    means = []
    for field, (name, unit) in names.items() if usable else ():
        values = [getattr(model, field) for model in usable]
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
        known = (published or {}).get(field)
        means.append(
            MeanModulus(
                name=name, value=float(np.mean(values)), spread=spread, unit=unit, published=known
            )
        )
    note = (
        "static moduli at 0 K of models without pores, substrate or creep, from "
        + " and ".join(sorted({model.definition for model in usable or models}))
        + " at the residual stress of the models"
    )
    return GlassElasticity(models=list(models), means=means, note=note)
