"""Numbers of a stability campaign that are compared between engines."""

from liponflow.analysis.spread import Observable
from liponflow.analysis.stability.result import StabilityResult

LOWER, UPPER = "lower limit", "upper limit"
"""Ends of a window, in the subjects of the observables."""


def limit_label(formula: str, end: str) -> str:
    """Return the subject of one end of the window of a material.

    Examples
    --------
    >>> limit_label("Li3PO4", LOWER)
    'Li3PO4, lower limit'
    """
    return f"{formula}, {end}"


def observables(result: StabilityResult) -> list[Observable]:
    """Return windows, energies above the hull and formation energies.

    Parameters
    ----------
    result
        With one engine.

    Returns
    -------
    list of Observable
        Ends of the windows (V vs Li), and energies by phase (eV/atom). A material that is no
        phase has none: the energy of a glass is known with one engine, or assumed.
    """
    found = []
    for row in result.comparison:
        found += [
            Observable("window", limit_label(row.formula, LOWER), "V", row.low),
            Observable("window", limit_label(row.formula, UPPER), "V", row.high),
        ]
    found += [
        Observable("energy above the hull", phase.name, "eV/atom", phase.above_hull)
        for phase in result.phases
    ]
    # Those of the elements are zero by definition.
    found += [
        Observable("formation energy", phase.name, "eV/atom", phase.formation_energy_per_atom)
        for phase in result.phases
        if len(phase.composition) > 1
    ]
    return found
