"""Make the result of the model of mechanics from plain numbers."""

from collections.abc import Iterator, Sequence

from liponflow.analysis.mechanics.dome import (
    dome_radius,
    dome_strain,
    film_stress,
    height_ratio,
    lame_stress,
    largest_stress,
    printed_stress,
    thickness_ratio,
    thin_shell_stress,
)
from liponflow.analysis.mechanics.indentation import (
    elastic_share,
    modulus_from_hardness,
    reduced_modulus,
)
from liponflow.analysis.mechanics.result import Dome, Indentation, MechanicsResult, Misfit
from liponflow.analysis.result import Provenance

_TABOR = 3.0
"""Hardness over yield stress: D. Tabor, The Hardness of Metals (1951)."""
_MPA_PER_GPA = 1000.0
_DISAGREEMENT = 0.05
"""Relative difference from a given modulus above which one elastic share does not fit."""


def solve_dome(
    *,
    modulus: float,
    poisson_ratio: float,
    external_pressure: float,
    strain: float | None = None,
    height: float | None = None,
    chord: float | None = None,
    thickness: float | None = None,
    stress: float | None = None,
) -> Dome:
    """Return everything about a dome of the collector that follows from what is known.

    Parameters
    ----------
    modulus, poisson_ratio
        Young's modulus (GPa) and Poisson's ratio of the collector.
    external_pressure
        Pressure to compare with (MPa).
    strain, height
        One of them: circumferential strain, or height (µm), which needs the chord.
    chord
        Width at the foot (µm).
    thickness, stress
        One of them: thickness of the collector (µm), which needs the chord, or interfacial
        stress (GPa), from which the thickness follows.

    Raises
    ------
    ValueError
        If no dome has these values.

    Examples
    --------
    >>> copper = {"modulus": 129.8, "poisson_ratio": 0.343, "external_pressure": 5.0}
    >>> dome = solve_dome(chord=20.0, height=2.0, thickness=1.0, **copper)
    >>> round(dome.strain, 4), round(dome.radius, 6), round(dome.stress, 3)
    (0.0265, 26.0, 0.387)
    """
    if strain is None:
        if chord is None or height is None:
            raise ValueError("a dome without strain needs its chord and height")
        strain = dome_strain(chord, height)
    height = height_ratio(strain) * chord if chord is not None else None
    radius = dome_radius(chord, height) if chord is not None and height is not None else None
    if stress is not None:
        ratio = thickness_ratio(stress, strain, modulus, poisson_ratio)
    elif thickness is not None and radius is not None:
        ratio = thickness / radius
        stress = printed_stress(strain, modulus, poisson_ratio, ratio)
    else:
        raise ValueError("a dome without stress needs its chord and the thickness of the film")
    film = strain, modulus, poisson_ratio
    return Dome(
        strain=strain,
        height_ratio=height_ratio(strain),
        chord=chord,
        radius=radius,
        thickness=None if radius is None else ratio * radius,
        ratio=ratio,
        stress=stress,
        lame_stress=lame_stress(*film, ratio),
        thin_shell_stress=thin_shell_stress(*film, ratio),
        largest_stress=largest_stress(*film),
        film_stress=film_stress(*film),
        external_ratio=stress * _MPA_PER_GPA / external_pressure,
    )


def misfit(
    film: str, volume_change: float, *, modulus: float, poisson_ratio: float, hardness: float
) -> Misfit:
    """Return the stress of a film on an isotropic cathode that changes its volume.

    The film follows the linear strain (1 + ΔV/V)^(1/3) - 1 in both directions of the interface.

    Parameters
    ----------
    film
        Name of the film.
    volume_change
        Volume change of the cathode (%).
    modulus, poisson_ratio, hardness
        Of the film; modulus and hardness in GPa.

    Examples
    --------
    >>> found = misfit("LiPON", 11.0, modulus=33.0, poisson_ratio=0.25, hardness=2.7)
    >>> round(found.linear_strain, 2), round(found.stress, 2)
    (3.54, 1.56)
    """
    strain = (1 + volume_change / 100) ** (1 / 3) - 1
    stress = film_stress(strain, modulus, poisson_ratio)
    return Misfit(
        film=film,
        volume_change=volume_change,
        linear_strain=100 * strain,
        stress=stress,
        yield_ratio=abs(stress) / (hardness / _TABOR),
    )


def indentation(
    film: str, *, hardness: float, modulus: float, poisson_ratio: float, share: float
) -> Indentation:
    """Return what hardness and modulus of a film say about the work of indentation.

    Parameters
    ----------
    film
        Name of the film.
    hardness, modulus
        As they are given (GPa).
    poisson_ratio
        Poisson's ratio of the film.
    share
        Recovered share of the work of indentation, from which the modulus is predicted.
    """
    return Indentation(
        film=film,
        hardness=hardness,
        modulus=modulus,
        hardness_ratio=hardness / modulus,
        reduced_modulus=reduced_modulus(modulus, poisson_ratio),
        elastic_share=elastic_share(hardness, modulus, poisson_ratio),
        modulus_from_hardness=modulus_from_hardness(hardness, share, poisson_ratio),
    )


def summarise(
    collector: str,
    provenance: Provenance,
    *,
    modulus: float,
    poisson_ratio: float,
    yield_strength: float,
    elastic_share: float,
    domes: Sequence[Dome],
    misfits: Sequence[Misfit],
    indentations: Sequence[Indentation],
) -> MechanicsResult:
    """Return the result, with warnings where the model leaves what holds.

    Parameters
    ----------
    collector
        Formula of the current collector.
    provenance
        What made the result.
    modulus, poisson_ratio, yield_strength
        Of the collector; modulus and strength in GPa.
    elastic_share
        Recovered share of the work of indentation.
    domes, misfits, indentations
        What was computed.
    """
    return MechanicsResult(
        formula=collector,
        converged=True,
        criterion="evaluated in closed form",
        provenance=provenance,
        warnings=[
            *_dome_warnings(domes, yield_strength),
            *_misfit_warnings(misfits),
            *_indentation_warnings(indentations),
        ],
        modulus=modulus,
        poisson_ratio=poisson_ratio,
        elastic_share=elastic_share,
        domes=list(domes),
        misfits=list(misfits),
        indentations=list(indentations),
    )


def _dome_warnings(domes: Sequence[Dome], yield_strength: float) -> Iterator[str]:
    beyond = [dome for dome in domes if dome.film_stress > yield_strength]
    if beyond:
        least = min(dome.film_stress for dome in beyond)
        yield (
            f"the strains of {len(beyond)} of {len(domes)} domes need stresses of {least:.2g} GPa "
            f"or more in the collector, which yields at {yield_strength:g} GPa: the film has "
            "flowed, and the interfacial stresses are upper limits"
        )


def _misfit_warnings(misfits: Sequence[Misfit]) -> Iterator[str]:
    beyond = [item for item in misfits if item.yield_ratio > 1]
    if beyond:
        largest = max(beyond, key=lambda item: item.yield_ratio)
        yield (
            f"elastic misfit stresses reach {largest.yield_ratio:.2g} times a third of the "
            f"hardness ({largest.film}, {largest.volume_change:g} %): such a film flows or cracks "
            "if it follows the whole volume change"
        )


def _indentation_warnings(indentations: Sequence[Indentation]) -> Iterator[str]:
    for item in indentations:
        if abs(item.modulus_from_hardness / item.modulus - 1) > _DISAGREEMENT:
            yield (
                f"{item.film}: one elastic share for all films makes "
                f"{item.modulus_from_hardness:.0f} GPa of {item.hardness:g} GPa hardness, and "
                f"{item.modulus:g} GPa was given; that pair needs a share of "
                f"{item.elastic_share:.2f}"
            )
