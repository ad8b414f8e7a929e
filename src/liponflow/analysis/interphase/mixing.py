"""Conductivity of a mixture of phases: bounds, and an effective medium between them.

The volume shares of the phases alone fix the conductivity between two bounds: phases in series and
in parallel. If the mixture is isotropic, the bounds of Z. Hashin and S. Shtrikman, J. Appl. Phys.
33, 3125 (1962), are closer. The effective medium of D. A. G. Bruggeman, Ann. Phys. 416, 636 (1935)
lies between them; a conducting phase percolates in it from a share of 1/3 on.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from scipy.optimize import brentq

_TINY = 1e-300
"""Absolute tolerance of solutions, which may be many decades below 1: only the relative one
counts."""

_MOST = 1000
"""Steps of a solution, which begins many decades away."""

_SUM = 1e-6
"""Tolerance of the sum of the shares."""


class Mixing(StrEnum):
    """Arrangement of the phases, from the least conducting to the most."""

    SERIES = "series"
    HASHIN_SHTRIKMAN_LOW = "Hashin-Shtrikman low"
    BRUGGEMAN = "Bruggeman"
    HASHIN_SHTRIKMAN_HIGH = "Hashin-Shtrikman high"
    PARALLEL = "parallel"


class MixtureError(ValueError):
    """Shares or conductivities that no mixture can have, or a target that none reaches."""


def mixed_conductivity(
    shares: Mapping[str, float], conductivities: Mapping[str, float], mixing: Mixing
) -> float:
    """Return the conductivity of a mixture.

    Parameters
    ----------
    shares
        Volume share of every phase; they add up to 1.
    conductivities
        Conductivity of every phase, all in the same unit.
    mixing
        Arrangement of the phases.

    Returns
    -------
    float
        In the unit of the conductivities.

    Raises
    ------
    MixtureError
        If a share is negative, the shares do not add up to 1, or a conductivity is missing or not
        above 0.

    Examples
    --------
    >>> pair, sigma = {"A": 0.5, "B": 0.5}, {"A": 1.0, "B": 4.0}
    >>> [round(mixed_conductivity(pair, sigma, mixing), 3) for mixing in Mixing]
    [1.6, 2.0, 2.171, 2.286, 2.5]
    """
    present = _checked(shares, conductivities)
    values = [(share, conductivities[name]) for name, share in present.items()]
    low, high = min(s for _, s in values), max(s for _, s in values)
    if low == high:
        return low
    if mixing is Mixing.SERIES:
        return 1 / sum(share / sigma for share, sigma in values)
    if mixing is Mixing.PARALLEL:
        return sum(share * sigma for share, sigma in values)
    if mixing is Mixing.BRUGGEMAN:
        # Scaled, because conductivities span ten decades and the solver's tolerance does not.
        scaled = [(share, sigma / high) for share, sigma in values]
        return high * float(brentq(_bruggeman(scaled), low / high, 1.0, xtol=_TINY, rtol=1e-13))
    reference = low if mixing is Mixing.HASHIN_SHTRIKMAN_LOW else high
    mean = 1 / sum(share / (sigma + 2 * reference) for share, sigma in values)
    # The difference of nearly equal numbers may fall below the smallest by rounding.
    return max(mean - 2 * reference, low)


def share_needed(
    phase: str,
    others: Mapping[str, float],
    conductivities: Mapping[str, float],
    target: float,
    mixing: Mixing,
) -> float:
    """Return the volume share of a phase with which a mixture reaches a conductivity.

    Parameters
    ----------
    phase
        The phase that conducts.
    others
        Volume shares of the other phases among themselves, adding up to 1.
    conductivities
        Conductivity of every phase, all in the same unit.
    target
        Conductivity of the mixture, in that unit.
    mixing
        Arrangement of the phases.

    Returns
    -------
    float
        0 if the others conduct as well without it.

    Raises
    ------
    MixtureError
        If even the pure phase conducts less, or an argument cannot be used.

    Examples
    --------
    >>> round(share_needed("B", {"A": 1.0}, {"A": 1.0, "B": 4.0}, 2.5, Mixing.PARALLEL), 6)
    0.5
    """
    if phase in others:
        raise MixtureError(f"{phase} is the phase to solve for; leave it out of the others")
    if not conductivities.get(phase, 0.0) >= target:
        raise MixtureError(
            f"pure {phase} conducts {conductivities.get(phase, 0.0):.3g} and less than the target "
            f"of {target:.3g}: no share of it suffices"
        )

    def reached(share: float) -> float:
        mixed = {phase: share, **{name: (1 - share) * part for name, part in others.items()}}
        return mixed_conductivity(mixed, conductivities, mixing) / target - 1

    if reached(0.0) >= 0:
        return 0.0
    # Solved for the smaller of the share and the rest, either of which may be tiny.
    if reached(0.5) >= 0:
        return float(brentq(reached, 0.0, 0.5, xtol=_TINY, rtol=1e-12, maxiter=_MOST))
    rest = brentq(lambda rest: reached(1 - rest), 0.0, 0.5, xtol=_TINY, rtol=1e-12, maxiter=_MOST)
    return 1 - float(rest)


def _bruggeman(values: list[tuple[float, float]]) -> Callable[[float], float]:
    def excess(medium: float) -> float:
        return sum(share * (sigma - medium) / (sigma + 2 * medium) for share, sigma in values)

    return excess


def _checked(shares: Mapping[str, float], conductivities: Mapping[str, float]) -> dict[str, float]:
    for name, share in shares.items():
        if share < 0:
            raise MixtureError(f"the share of {name}, {share:g}, is negative")
        if not conductivities.get(name, 0.0) > 0:
            known = ", ".join(conductivities)
            raise MixtureError(f"{name} has no conductivity above 0; there are those of {known}")
    total = sum(shares.values())
    if abs(total - 1) > _SUM:
        raise MixtureError(f"the shares of {', '.join(shares)} add up to {total:g}, not to 1")
    return {name: share for name, share in shares.items() if share > 0}
