"""Make the result of the model of a space charge."""

from collections.abc import Iterator

import numpy as np
from scipy.constants import elementary_charge, micro

from liponflow.analysis.result import Provenance
from liponflow.analysis.space_charge.layer import Phase, share_drop
from liponflow.analysis.space_charge.result import Layer, SpaceChargeResult

_KEPT = 25
"""One point of a profile in so many is kept."""
_LEAST_DROP = 1e-6
"""Difference of the levels (eV) below which there is no space charge."""
_LEAST_DEFECTS = 1e3
"""Defects (cm⁻³) that a layer needs: with fewer, the Debye length is about a millimetre."""
_ATOMIC = 0.5
"""Debye length (nm) below which a continuum is doubtful: our choice, two distances of Li sites."""
_CROWDED = 50.0
"""Share of occupied sites (%) above which defects interact: our choice."""


def summarise(
    provenance: Provenance, *, cathode: tuple[str, Phase], electrolyte: tuple[str, Phase]
) -> SpaceChargeResult:
    """Return the space charge at the contact of two phases.

    Parameters
    ----------
    provenance
        What made the result.
    cathode, electrolyte
        Names and phases, at one temperature.

    Raises
    ------
    ValueError
        If the levels of the phases do not differ, or a phase has no defects.
    """
    (name, first), (other, second) = cathode, electrolyte
    for label, phase in (cathode, electrolyte):
        if phase.concentration < _LEAST_DEFECTS:
            raise ValueError(
                f"{label} has {phase.concentration:.1g} defects per cm³ at "
                f"{phase.temperature:g} K, of {phase.formation:g} eV each: they screen nothing; "
                "lower the formation energies or raise the temperature"
            )
    drop = first.level - second.level
    if abs(drop) < _LEAST_DROP:
        raise ValueError(
            f"the neutral bulk of {name} and of {other} have the same chemical potential of Li⁺, "
            f"{first.level:g} eV: there is no space charge; change a formation energy"
        )
    parts = share_drop(first, second, drop)
    layers = [
        _layer(name, first, parts[0], bulk=0.0),
        _layer(other, second, parts[1], bulk=drop),
    ]
    return SpaceChargeResult(
        formula=name,
        converged=True,
        criterion="exact first integral; the charges of the layers cancel",
        provenance=provenance,
        warnings=[text for layer in layers for text in _warnings(layer)],
        temperature=first.temperature,
        drop=drop,
        capacitance=abs(layers[0].charge / drop),
        layers=layers,
    )


def _layer(name: str, phase: Phase, drop: float, *, bulk: float) -> Layer:
    depth, potential = phase.profile(drop)
    interstitials, vacancies = phase.densities(potential / phase.thermal)
    charge = phase.charge(drop)
    kept = slice(None, None, _KEPT)
    return Layer(
        phase=name,
        interstitial=phase.interstitial,
        vacancy=phase.vacancy,
        level=phase.level,
        concentration=phase.concentration,
        debye_length=phase.debye_length,
        drop=drop,
        bending=-drop,
        width=float(np.interp(1.0, -np.log(potential / drop), depth)),
        charge=charge,
        lithium=charge * micro / elementary_charge,
        occupied=100 * float(interstitials[0] + vacancies[0]) / phase.sites,
        depth=depth[kept].tolist(),
        potential=(bulk + potential[kept]).tolist(),
        interstitials=interstitials[kept].tolist(),
        vacancies=vacancies[kept].tolist(),
    )


def _warnings(layer: Layer) -> Iterator[str]:
    if layer.debye_length < _ATOMIC:
        yield (
            f"{layer.phase}: the Debye length of {layer.debye_length:.2g} nm is no longer than "
            "distances of sites, where a continuum is doubtful"
        )
    if layer.occupied > _CROWDED:
        yield (
            f"{layer.phase}: {layer.occupied:.0f} % of the sites at the contact have a defect; "
            "defects so close interact, which the model leaves out"
        )
