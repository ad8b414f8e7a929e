"""Whether results can be believed: limits of what experiments know, and warnings beyond them."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.published import topics
from liponflow.analysis.result import Calculation
from liponflow.analysis.stability.entries import Entry
from liponflow.analysis.stability.unknown_scale import MEASURED
from liponflow.boundary import FileError
from liponflow.crystals.plausible import GO_ON, Policy

LOWEST_VOLTAGE = 0.0
"""V against the metal of the intercalant: below it the metal is plated and not inserted."""

HIGHEST_VOLTAGE = 6.0
"""V against the metal: LiNiPO4 and Li2CoPO4F, the highest measured, have about 5.1."""

VOLUME_CHANGE = 25.0
"""%, of a cell by its relaxation: PBE is within some 5 % of experiments, and insertion hosts that
stay one crystal change by less than 20 %."""

PRESSURE = 3.0
"""GPa, left in a relaxed cell: VASP's Pulay stress is 1 or 2, and potentials leave below 0.5."""

HIGHEST_BARRIER = 5.0
"""eV: a hop across it takes longer than the age of the universe up to 1000 K."""

HIGHEST_FREQUENCY = 130.0
"""THz: the stretching of H2, the fastest vibration that there is, has 125."""

FORMATION = (-5.0, 2.0)
"""eV/atom: fluorides and oxides of the rare earths, the most stable compounds, have -4.4, and
explosives about 1."""

KNOWN_FORMATION = 0.5
"""Mean difference from known formation energies (eV/atom) that is doubtful: PBE without
corrections is off by 0.2 for Li2O, and more with U."""

ABSURD_FORMATION = 1.0
"""Mean difference (eV/atom) that no functional has."""

MORE_MEASURED = {
    "LiF": -3.197,
    "LiCl": -2.116,
    "Na2O": -1.444,
    "MgO": -3.116,
    "Al2O3": -3.473,
    "SiO2": -3.147,
    "TiO2": -3.264,
    "Fe2O3": -1.711,
    "B2O3": -2.636,
    "ZrO2": -3.791,
}
"""Enthalpies of formation at 298.15 K, eV/atom, from kJ/mol (M. W. Chase, NIST-JANAF
Thermochemical Tables, 4th ed., 1998)."""


class ImplausibleEntriesError(FileError):
    """Energies that contradict known formation energies, such as those per atom."""

    page = "docs/stability.md"


def known_formation_energies() -> dict[str, float]:
    """Return measured or published formation energies, eV/atom, by reduced formula.

    Examples
    --------
    >>> known_formation_energies()["Li3PO4"]
    -2.769
    """
    published: Mapping[str, float] = topics()["stability"]["formation_energies"]["values"]
    return {**MORE_MEASURED, **MEASURED, **published}


def voltage_doubts(steps: Sequence[VoltageStep]) -> list[str]:
    """Return warnings on average voltages that no electrode has."""
    found = []
    for step in steps:
        where = f"the average voltage between x = {step.x_low:g} and {step.x_high:g}"
        if step.voltage < LOWEST_VOLTAGE:
            found.append(
                f"{where} is {step.voltage:.2f} V, below {LOWEST_VOLTAGE:g} V: the metal would be "
                "plated and not inserted; check the structure, its relaxation and the engine"
            )
        elif step.voltage > HIGHEST_VOLTAGE:
            found.append(
                f"{where} is {step.voltage:.2f} V, above the {HIGHEST_VOLTAGE:g} V that no known "
                "electrode reaches: check the structure, its relaxation and the engine"
            )
    return found


def volume_doubts(what: str, volume: float, before: float, *, of: str) -> list[str]:
    """Return a warning on a volume that has changed too much.

    Parameters
    ----------
    what
        Name of the structure, which begins the warning.
    volume, before
        Volume of the structure and of what it is compared with (Å³, both of the same cell).
    of
        What it is compared with: "its start", "x = 1".
    """
    change = 100 * (volume / before - 1)
    if abs(change) <= VOLUME_CHANGE:
        return []
    text = (
        f"{what}: its volume differs by {change:+.0f} % from that of {of}, more than "
        f"{VOLUME_CHANGE:g} %: the start or the engine is doubtful for this material"
    )
    return [text]


def pressure_doubts(what: str, pressure: float | None) -> list[str]:
    """Return a warning on a pressure (GPa) that is left in a relaxed cell."""
    if pressure is None or abs(pressure) <= PRESSURE:
        return []
    text = (
        f"{what}: a pressure of {pressure:.1f} GPa is left, more than {PRESSURE:g} GPa: the cell "
        "is not relaxed; raise max_steps, or lower force_limit"
    )
    return [text]


def relaxation_doubts(calculation: Calculation, what: str) -> list[str]:
    """Return a warning on the pressure that a relaxation of the cell ended with."""
    stress = calculation.stress
    return pressure_doubts(what, None if stress is None else -float(np.trace(stress)) / 3)


def barrier_doubts(barriers: Mapping[str, float | None]) -> list[str]:
    """Return warnings on barriers (eV) that no hop has, by the name of the hop."""
    found = []
    for hop, barrier in barriers.items():
        if barrier is not None and barrier > HIGHEST_BARRIER:
            found.append(
                f"{hop}: a barrier of {barrier:.2f} eV is above {HIGHEST_BARRIER:g} eV, which no "
                "atom crosses: atoms of the path may come too close"
            )
        elif barrier is not None and barrier < 0:
            found.append(
                f"{hop}: a barrier of {barrier:.3f} eV is below 0: the end point is not the "
                "lowest state of its site"
            )
    return found


def frequency_doubts(highest: float) -> list[str]:
    """Return a warning on a frequency (THz) that no crystal has."""
    if highest <= HIGHEST_FREQUENCY:
        return []
    text = (
        f"the highest frequency, {highest:.0f} THz, is above {HIGHEST_FREQUENCY:g} THz, which "
        "nothing reaches: atoms are too close, or the engine does not know this material"
    )
    return [text]


def formation_doubts(entries: Sequence[Entry]) -> list[str]:
    """Return warnings on formation energies that contradict known ones.

    Parameters
    ----------
    entries
        Phases on one scale, with their elements.
    """
    return [text for text, _ in _formation_doubts(entries)]


def check_formation(entries: Sequence[Entry], policy: Policy, *, what: str) -> list[str]:
    """Refuse energies of a file that contradict known formation energies.

    Parameters
    ----------
    entries
        As for :func:`formation_doubts`.
    policy
        ``warn`` to return the doubts only.
    what
        The file.

    Raises
    ------
    ImplausibleEntriesError
        With the energies, the limit and the likely mistake.
    """
    found = list(_formation_doubts(entries))
    for text, absurd in found:
        if absurd and policy == "refuse":
            raise ImplausibleEntriesError(
                f"{what}: {text}; correct the file, or continue in spite of it with --set {GO_ON}"
            )
    return [f"{what}: {text}" for text, _ in found]


def _formation_doubts(entries: Sequence[Entry]) -> Iterator[tuple[str, bool]]:
    """Yield what is doubtful, and whether it is absurd."""
    energies = {entry.name: entry.energy_per_atom for entry in entries}
    formation = _formation(entries, energies)
    low, high = FORMATION
    for entry in entries:
        value = formation.get(entry.name)
        if value is not None and not low < value < high:
            limit, side = (low, "below") if value <= low else (high, "above")
            text = (
                f"the formation energy of {entry.name} is {value:.2f} eV/atom, {side} the "
                f"{limit:g} eV/atom of any compound{_guess(entries)}"
            )
            yield text, True
            return
    off = _off(entries, energies)
    if off is not None and off > KNOWN_FORMATION:
        known = known_formation_energies()
        worst = max(
            (entry for entry in entries if entry.formula in known and entry.name in formation),
            key=lambda entry: abs(formation[entry.name] - known[entry.formula]),
        )
        absurd = off > ABSURD_FORMATION
        text = (
            f"formation energies differ from known ones by {off:.2f} eV/atom on the average, "
            f"more than {ABSURD_FORMATION if absurd else KNOWN_FORMATION:g}, as of {worst.name}: "
            f"{formation[worst.name]:.2f} for {known[worst.formula]:.2f} eV/atom{_guess(entries)}"
        )
        yield text, absurd


def _formation(entries: Sequence[Entry], energies: Mapping[str, float]) -> dict[str, float]:
    """Return the formation energies of the compounds whose elements are there, eV/atom."""
    elements: dict[str, float] = {}
    for entry in entries:
        if len(entry.composition) == 1:
            [symbol] = entry.composition
            elements[symbol] = min(energies[entry.name], elements.get(symbol, np.inf))
    return {
        entry.name: energies[entry.name]
        - sum(elements[symbol] * n for symbol, n in entry.composition.items()) / entry.n_atoms
        for entry in entries
        if len(entry.composition) > 1 and entry.composition.keys() <= elements.keys()
    }


def _off(entries: Sequence[Entry], energies: Mapping[str, float]) -> float | None:
    """Return the mean deviation of known compounds, eV/atom; None without any."""
    known, lowest = known_formation_energies(), dict[str, float]()
    formation = _formation(entries, energies)
    for entry in entries:
        if entry.formula in known and entry.name in formation:
            value = formation[entry.name]
            lowest[entry.formula] = min(value, lowest.get(entry.formula, value))
    if not lowest:
        return None
    return fmean(abs(value - known[formula]) for formula, value in lowest.items())


def _guess(entries: Sequence[Entry]) -> str:
    """Return the mistake that would explain the energies, as the end of a message."""
    readings = {
        ": are these energies per atom? Multiply each by the number of atoms in its composition": {
            entry.name: entry.energy for entry in entries
        },
        ": are these energies per formula unit or cell, and the composition that of an atom? "
        "Give both of the same": {
            entry.name: entry.energy_per_atom
            / (entry.atoms_per_formula if len(entry.composition) > 1 else 1)
            for entry in entries
        },
    }
    for question, energies in readings.items():
        off = _off(entries, energies)
        if off is not None and off < KNOWN_FORMATION:
            return question
    return ": check their unit (eV), and that all are of one method"
