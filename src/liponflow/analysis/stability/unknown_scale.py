"""Corrections of potentials that don't state their energy scale, decided from their energies.

An oxide on the uncorrected scale of the Materials Project is under-bound by 0.2 eV/atom (Li2O) and
more (MnO, whose PBE+U is mixed with PBE); the errors of a potential are a tenth of that. So the
formation energies of a few compounds show whether the training data had the corrections.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from liponflow.analysis.energy_scale import MP2020, UNCORRECTED
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import Corrections, is_pbe
from liponflow.analysis.stability.entries import Entry

MEASURED = {"Li2O": -2.068, "Li3N": -0.426, "MnO": -1.996, "NiO": -1.240}
"""Enthalpies of formation at 298.15 K, eV/atom: -598.73 and -164.56 kJ/mol (M. W. Chase,
NIST-JANAF Thermochemical Tables, 4th ed., 1998), -385.2 and -239.3 kJ/mol (R. A. Robie and B. S.
Hemingway, U.S. Geological Survey Bulletin 2131, 1995)."""

FITTING = 0.15
"""Mean deviation from :data:`MEASURED` (eV/atom) above which neither scale fits."""


class Decision(NamedTuple):
    """Corrections that were decided on, and why.

    Attributes
    ----------
    corrections
        Corrections to add.
    reason
        What they were decided from, with the numbers, for the result.
    """

    corrections: Literal["none", "mp2020"]
    reason: str


def is_unknown(corrections: Corrections, engine: EngineInfo) -> bool:
    """Return whether the corrections have to be decided from energies.

    Examples
    --------
    >>> is_unknown("auto", EngineInfo(name="mine", version="1", surrogate=True))
    True
    """
    stated = f"{engine.functional} {engine.energy_scale}"
    known = MP2020 in stated or UNCORRECTED in stated or not is_pbe(engine.as_method)
    return corrections == "auto" and engine.surrogate and not known


def decide(
    engine: EngineInfo,
    scales: Mapping[Literal["none", "mp2020"], Sequence[Entry]],
) -> Decision:
    """Return the corrections with which the energies fit measured formation energies better.

    Parameters
    ----------
    engine
        Engine of the energies.
    scales
        The phases, elements among them, without and with the corrections added.

    Returns
    -------
    Decision
        None are added if no measured compound is among the phases.
    """
    formed = {name: formation_energies(entries) for name, entries in scales.items()}
    shared = [name for name in MEASURED if all(name in found for found in formed.values())]
    unknown = (
        f"whether the energies of {engine.short} include the Materials Project's corrections is "
        "not stated"
    )
    remedy = "state energy_scale in the settings, or set corrections=none or mp2020"
    if not shared:
        return Decision(
            "none",
            f"{unknown}, and none of {', '.join(MEASURED)} is there to decide from: none were "
            f"added; {remedy}",
        )
    deviation = {
        name: sum(abs(found[key] - MEASURED[key]) for key in shared) / len(shared)
        for name, found in formed.items()
    }
    best = min(deviation, key=lambda name: deviation[name])
    numbers = (
        f"formation energies of {', '.join(shared)} deviate from the measured ones by "
        f"{deviation['none']:.2f} eV/atom as computed and by {deviation['mp2020']:.2f} with them"
    )
    done = "none were added" if best == "none" else "they were added, with the project's U"
    doubt = ""
    if deviation[best] > FITTING:
        doubt = "; neither fits: these may be energies of another functional than PBE"
    return Decision(best, f"{unknown}: {numbers}, so {done}{doubt}; {remedy}")


def formation_energies(entries: Sequence[Entry]) -> dict[str, float]:
    """Return the lowest formation energy (eV/atom) of every formula whose elements are there."""
    lowest: dict[str, Entry] = {}
    for entry in entries:
        usable = entry.reason_refused is None
        known = lowest.get(entry.formula)
        if usable and (known is None or entry.energy_per_atom < known.energy_per_atom):
            lowest[entry.formula] = entry
    elements = {
        next(iter(entry.composition)): entry.energy_per_atom
        for entry in lowest.values()
        if len(entry.composition) == 1
    }
    return {
        formula: entry.energy_per_atom
        - sum(elements[symbol] * n for symbol, n in entry.composition.items()) / entry.n_atoms
        for formula, entry in lowest.items()
        if elements.keys() >= entry.composition.keys()
    }
