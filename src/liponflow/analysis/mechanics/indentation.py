"""From the hardness of a film to Young's modulus, through the work of indentation."""

DIAMOND_MODULUS, DIAMOND_POISSON = 1141.0, 0.07
"""Young's modulus (GPa) and Poisson's ratio of the indenter: W. C. Oliver, G. M. Pharr, J. Mater.
Res. 7, 1564 (1992)."""

WORK_FACTOR = 5.0
"""Recovered share of the work of indentation over hardness by reduced modulus, for a cone of 68°:
Y.-T. Cheng, C.-M. Cheng, Appl. Phys. Lett. 73, 614 (1998). The abstract has the relation without
the factor, which is as commonly quoted and was not checked in the print. The modulus of one film
from that of another does not depend on it."""


def reduced_modulus(modulus: float, poisson_ratio: float) -> float:
    """Return the reduced modulus of a film against a diamond (GPa).

    Oliver and Pharr (1992): 1/E_r = (1 - ν²)/E + (1 - ν_i²)/E_i.

    Examples
    --------
    >>> round(reduced_modulus(72.0, 0.17), 1)  # fused silica, on which indenters are calibrated
    69.6
    """
    return 1 / ((1 - poisson_ratio**2) / modulus + _compliance_of_diamond())


def modulus_of(reduced: float, poisson_ratio: float) -> float:
    """Return Young's modulus from the reduced modulus (GPa); inverts `reduced_modulus`.

    Raises
    ------
    ValueError
        If the reduced modulus is not below that of a rigid film.

    Examples
    --------
    >>> round(modulus_of(reduced_modulus(72.0, 0.17), 0.17), 9)
    72.0
    """
    if reduced * _compliance_of_diamond() >= 1:
        raise ValueError(
            f"a reduced modulus of {reduced:.4g} GPa is that of no film below a diamond tip, at "
            f"most {1 / _compliance_of_diamond():.4g}: give a larger elastic share or a lower "
            "hardness"
        )
    return (1 - poisson_ratio**2) / (1 / reduced - _compliance_of_diamond())


def elastic_share(hardness: float, modulus: float, poisson_ratio: float) -> float:
    """Return the share of the work of indentation that is recovered on unloading.

    Cheng and Cheng (1998): 5 H / E_r.

    Parameters
    ----------
    hardness, modulus
        Hardness and Young's modulus (GPa).
    poisson_ratio
        Poisson's ratio.
    """
    return WORK_FACTOR * hardness / reduced_modulus(modulus, poisson_ratio)


def modulus_from_hardness(hardness: float, share: float, poisson_ratio: float) -> float:
    """Return Young's modulus (GPa) from hardness and recovered work.

    Parameters
    ----------
    hardness
        Hardness (GPa).
    share
        Share of the work of indentation that is recovered.
    poisson_ratio
        Poisson's ratio.

    Raises
    ------
    ValueError
        If no film has both.

    Examples
    --------
    >>> round(modulus_from_hardness(2.7, elastic_share(2.7, 33.0, 0.25), 0.25), 9)
    33.0
    """
    return modulus_of(WORK_FACTOR * hardness / share, poisson_ratio)


def _compliance_of_diamond() -> float:
    return (1 - DIAMOND_POISSON**2) / DIAMOND_MODULUS
