"""Numbers of an interface that are compared between engines."""

from liponflow.analysis.interface.result import InterfaceResult
from liponflow.analysis.spread import Observable


def observables(result: InterfaceResult) -> list[Observable]:
    """Return what has broken, moved and reacted at the end of the run.

    Parameters
    ----------
    result
        With one engine.

    Returns
    -------
    list of Observable
        Shares of broken bonds and of P with four anions, coordination numbers near the interface,
        advances of the fronts and the width of the reacted zone (Å).
    """
    return [
        *(Observable("broken bonds", item.bond, "", item.broken_share) for item in result.bonds),
        Observable("network", "P with four anions", "", result.tetrahedral_end),
        *(
            Observable("coordination", f"{item.pair} near the interface", "", item.end)
            for item in result.shells
        ),
        *(Observable("advance", item.element, "Å", item.advance) for item in result.fronts),
        Observable("reacted width", "whole zone", "Å", result.reacted_width),
    ]
