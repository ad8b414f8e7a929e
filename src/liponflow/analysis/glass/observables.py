"""Numbers of a glass that are compared between engines."""

from liponflow.analysis.glass.average import average_fingerprints
from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.result import Fingerprint, GlassResult
from liponflow.analysis.spread import Observable


def observables(result: GlassResult, *, density: bool) -> list[Observable]:
    """Return density, bonds, coordination and units of the relaxed models.

    Parameters
    ----------
    result
        With one engine.
    density
        Whether the cells were free, so that the density is the engine's own.

    Returns
    -------
    list of Observable
        Density (g/cm³), bond lengths (Å), coordination numbers, and shares of units and N sites.
        Those of trajectories are not among them: other engines only relax the final models.
    """
    found = _at_rest(result)
    compared = []
    if density:
        compared.append(Observable("density", "mean of the models", "g/cm³", result.density))
    compared += [Observable("bond length", bond.name, "Å", bond.length) for bond in found.bonds]
    compared += [
        Observable("coordination", pair.pair, "", pair.coordination) for pair in found.pairs
    ]
    for quantity, shares in (
        ("share of units", found.units),
        ("share of N sites", found.nitrogen_sites),
    ):
        compared += [Observable(quantity, share.name, "", share.share) for share in shares]
    return compared


def _at_rest(result: GlassResult) -> Fingerprint:
    """Return the mean fingerprint of the final structures."""
    if all(model.fingerprint.n_frames == 1 for model in result.models):
        return result.mean
    return average_fingerprints(
        [fingerprint_structure(model.structure) for model in result.models]
    )
