"""Numbers of transport that are compared between engines."""

from math import log10

from liponflow.analysis.spread import Observable
from liponflow.analysis.transport.result import TransportPoint, TransportResult

DIFFUSIVITY = "log10 of the diffusivity in cm²/s"
CONDUCTIVITY = "log10 of the conductivity in S/cm"
ROOM_LABEL = "300 K"
SMALL = 0.03
"""Share of the ions below which an environment is not compared (our choice)."""


def observables(result: TransportResult) -> list[Observable]:
    """Return coefficients, jumps and environments at each temperature, and the Arrhenius fit.

    Parameters
    ----------
    result
        With one engine; its temperatures are named by their targets, from which the means of
        engines differ.

    Returns
    -------
    list of Observable
        Coefficients and conductivities, which span decades, as decimal logarithms.
    """
    found: list[Observable] = []
    for point in result.points:
        found += _at(point, temperature_label(point))
    line = result.arrhenius
    if line is not None:
        room = log10(line.room_conductivity)
        found += [
            Observable("activation energy", "tracer", "eV", line.activation_energy),
            Observable(CONDUCTIVITY, ROOM_LABEL, "", room),
        ]
    return found


def temperature_label(point: TransportPoint) -> str:
    """Return the subject of what is compared at a temperature: its target."""
    return f"{point.target or point.temperature:g} K"


def _at(point: TransportPoint, place: str) -> list[Observable]:
    # Where the interval reaches to zero, the logarithm says nothing.
    certain = point.diffusivity if (point.diffusivity_low or 0) > 0 else None
    logarithm = None if certain is None else log10(certain)
    found = [Observable(DIFFUSIVITY, place, "", logarithm)]
    if point.sites is None:
        return found
    stay = point.sites.residences[0]
    rate = stay.jumps / stay.stay if stay.stay else None
    return [
        *found,
        Observable("jump rate", place, "1/ps", rate),
        *(
            Observable("share of ions", f"{share.name} at {place}", "", share.share)
            for share in point.sites.shares
            if share.share >= SMALL
        ),
    ]
