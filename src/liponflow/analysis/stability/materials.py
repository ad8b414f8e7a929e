"""The material under study: a crystal among the entries, or a glass.

Its energy is stated as an energy above the hull of the phases around it. A glass is on the hull
only if 0 was requested, and the source of the energy says so.
"""

import math
import re
from collections.abc import Mapping
from fractions import Fraction

from pydantic import ConfigDict, Field
from pymatgen.core.composition import Composition, CompositionError
from pymatgen.core.periodic_table import Element

from liponflow.analysis.energy_scale import MP2020
from liponflow.analysis.method import comparable
from liponflow.analysis.stability.entries import (
    NO_FREE_ENERGY,
    ON_REQUEST,
    Entry,
    EntrySet,
    ExcludedEntry,
)
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.hull import ON_HULL, Hull
from liponflow.document import Document
from liponflow.formulas import reduced_formula

CHARGES = {"Li": 1, "P": 5, "Si": 4, "B": 3, "S": 6, "O": -2, "N": -3, "F": -1}
"""Charges of the ions of LiPON and its relatives (e)."""

_PLAIN = re.compile(r"(?:[A-Z][a-z]?\d*\.?\d*)+")
_TERM = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")


class RefusedEntryError(ValueError):
    """A material whose entry was refused, for the reason that the message gives."""


class Material(Document):
    """A composition and its energy relative to the hull."""

    model_config = ConfigDict(frozen=True)

    formula: str = Field(description="Formula as it is printed; one formula unit is counted.")
    composition: dict[str, float] = Field(description="Atoms per element in a formula unit.")
    above_hull: float = Field(
        description="Energy above the hull of the entries (eV/atom); negative: below all of them."
    )
    energy_source: str = Field(description="Where the energy comes from.")

    @property
    def n_atoms(self) -> float:
        """Atoms in a formula unit."""
        return sum(self.composition.values())

    @property
    def n_other(self) -> float:
        """Atoms other than Li in a formula unit."""
        return self.n_atoms - self.composition.get("Li", 0.0)


def parse_formula(formula: str) -> dict[str, float]:
    """Return the amounts of a formula, whole or decimal.

    Raises
    ------
    ValueError
        If it is not a formula, or an amount is not above 0.

    Examples
    --------
    >>> parse_formula("Li2.98PO3.3N0.46")
    {'Li': 2.98, 'P': 1.0, 'O': 3.3, 'N': 0.46}
    >>> parse_formula("Li2PO2N2x")
    Traceback (most recent call last):
    ...
    ValueError: 'Li2PO2N2x' is not a chemical formula: write elements with amounts, ...
    """
    try:
        amounts: dict[str, float] = Composition(formula).get_el_amt_dict()
    except (CompositionError, ValueError, KeyError) as error:
        raise ValueError(
            f"{formula!r} is not a chemical formula: write elements with amounts, such as "
            f"Li2PO2N or Li2.98PO3.3N0.46 ({error})"
        ) from error
    strange = [symbol for symbol in amounts if not Element.is_valid_symbol(symbol)]
    if strange:
        raise ValueError(f"{formula!r} is not a chemical formula: {strange[0]} is not an element")
    if not amounts or any(not value > 0 for value in amounts.values()):
        raise ValueError(
            f"{formula!r} is not a chemical formula: every element needs an amount > 0"
        )
    return amounts


def exact_amounts(formula: str, amounts: Mapping[str, float]) -> dict[str, Fraction]:
    """Return the amounts of a formula as exact fractions of its decimals.

    Examples
    --------
    >>> exact_amounts("Li0.3PO", {"Li": 0.3, "P": 1, "O": 1})
    {'Li': Fraction(3, 10), 'P': Fraction(1, 1), 'O': Fraction(1, 1)}
    """
    if _PLAIN.fullmatch(formula):
        exact: dict[str, Fraction] = {}
        for symbol, digits in _TERM.findall(formula):
            exact[symbol] = exact.get(symbol, Fraction(0)) + Fraction(digits or "1")
        if exact.keys() == amounts.keys():
            return exact
    return {symbol: Fraction(value).limit_denominator(10**6) for symbol, value in amounts.items()}


def excess_charge(composition: Mapping[str, float]) -> float | None:
    """Return the total charge of the ions (e per formula unit); None without fixed charges.

    A composition with an excess is not stable at any voltage: it can reach charge balance only
    by releasing or taking up that much Li.

    Examples
    --------
    >>> excess_charge({"Li": 2.98, "P": 1, "O": 3.3, "N": 0.46})
    0.0
    >>> excess_charge({"Li": 1, "Mn": 2, "O": 4}) is None
    True
    """
    if not composition.keys() <= CHARGES.keys():
        return None
    if "S" in composition and "O" not in composition:
        return None  # a sulfide, whose S is not that of a sulfate
    charge = sum(CHARGES[symbol] * amount for symbol, amount in composition.items())
    return 0.0 if math.isclose(charge, 0, abs_tol=1e-9) else charge


def crystal(name: str, entries: EntrySet, hull: Hull) -> Material:
    """Return a phase of the entries as the material.

    Parameters
    ----------
    name
        Name of an entry, or a formula, whose lowest entry is then taken.
    entries
        The entries.
    hull
        Their hull. A phase that was excluded from it lies below it.

    Raises
    ------
    ValueError
        If there is no such entry.
    """
    entry = _entry(name, entries)
    formula = reduced_formula(entry.composition)
    composition: dict[str, float] = Composition(formula).get_el_amt_dict()
    above = entry.energy_per_atom - hull.energy(entry.composition)
    return Material(
        formula=formula,
        composition=composition,
        above_hull=above if abs(above) > ON_HULL else 0.0,
        energy_source=f"entry {entry.name} ({entry.source})",
    )


def glass(formula: str, hull: Hull, *, above_hull: float, energy_source: str) -> Material:
    """Return any composition with a stated energy above the hull as the material.

    Parameters
    ----------
    formula
        Formula, amounts may be fractions.
    hull
        Hull of the entries.
    above_hull
        Energy above it (eV/atom).
    energy_source
        Source of that number, such as "assumed".

    Raises
    ------
    ValueError
        If the formula is invalid, an element has no entry, or the energy is not finite.
    """
    composition = parse_formula(formula)
    hull.vector(composition)  # refuses missing elements
    if not math.isfinite(above_hull):
        raise ValueError(f"the energy of {formula} above the hull is {above_hull}, not a number")
    return Material(
        formula=formula,
        composition=composition,
        above_hull=above_hull,
        energy_source=energy_source,
    )


def glass_of_energy(
    formula: str, hull: Hull, *, energy_per_atom: float, energy_source: str
) -> Material:
    """Return a material as :func:`glass`, from an energy on the scale of the entries (eV/atom)."""
    composition = parse_formula(formula)
    return glass(
        formula,
        hull,
        above_hull=energy_per_atom - hull.energy(composition),
        energy_source=energy_source,
    )


def named_material(
    formula: str,
    entries: EntrySet,
    hull: Hull,
    *,
    glass_energy: GlassEnergy | None = None,
    above_hull: float | None = None,
) -> Material:
    """Return a material with its best known energy.

    Parameters
    ----------
    formula
        Formula, or name of an entry. The formula of `glass_energy` takes precedence.
    entries
        The entries.
    hull
        Their hull, without excluded phases.
    glass_energy
        Energy of a glass from its result.
    above_hull
        Assumed energy above the hull, eV/atom.

    Returns
    -------
    Material
        Material with the energy of the glass, else the assumed energy above the hull, else that of
        the entry. Without any of these it is on the hull, and its source says so.

    Raises
    ------
    RefusedEntryError
        If its only entries were refused: to assume that it lies on the hull would pass over them.
    ValueError
        If the energy of the glass is on another scale than the entries, or by another method.
    """
    if glass_energy is not None:
        if not entries.scale.startswith(glass_energy.scale):
            raise ValueError(
                f"the glass is on the scale '{glass_energy.scale}', the entries are on "
                f"'{entries.scale}': energies on two scales cannot be compared; compute the "
                "entries with the engine of the glass, or give above_hull"
            )
        _check_method(glass_energy, entries)
        return glass_of_energy(
            glass_energy.formula,
            hull,
            energy_per_atom=glass_energy.energy_per_atom,
            energy_source=glass_energy.text,
        )
    if above_hull is not None:
        return glass(
            formula, hull, above_hull=above_hull, energy_source="assumed (parameter above_hull)"
        )
    if is_crystal(formula, entries):
        return crystal(formula, entries, hull)
    if (refused := _refused(formula, entries)) is not None:
        raise RefusedEntryError(
            f"{formula} has an entry that cannot be used ({refused.name}: {refused.reason}); "
            "correct or compute it again, or give above_hull"
        )
    source = "assumed to lie on the hull: no entry and no energy of a glass"
    return glass(formula, hull, above_hull=0.0, energy_source=source)


def _refused(formula: str, entries: EntrySet) -> ExcludedEntry | None:
    """Return an entry of a composition that was refused, with no other one in its place."""
    reduced = reduced_formula(parse_formula(formula))
    for item in entries.excluded:
        lacks_energy = item.reason == ON_REQUEST or item.reason.startswith(NO_FREE_ENERGY)
        if item.formula == reduced and item.replaced_by is None and not lacks_energy:
            return item
    return None


def _check_method(glass_energy: GlassEnergy, entries: EntrySet) -> None:
    """Refuse a glass whose method does not compare with that of an entry."""
    if glass_energy.method is None:
        return
    mixed_u = MP2020 in entries.scale
    for entry in entries.entries:
        if entry.method is None:
            continue
        comparison = comparable(glass_energy.method, entry.method, mixed_u=mixed_u)
        if not comparison:
            raise ValueError(
                f"the glass and {entry.name} ({entry.source}) do not compare: "
                f"{comparison.reason}; compute both in the same way, or give above_hull"
            )


def is_crystal(formula: str, entries: EntrySet) -> bool:
    """Return whether a formula, or a name, is that of an entry."""
    try:
        _entry(formula, entries)
    except ValueError:
        return False
    return True


def _entry(name: str, entries: EntrySet) -> Entry:
    if any(entry.name == name for entry in entries.entries):
        return entries.named(name)
    try:
        reduced = reduced_formula(parse_formula(name))
    except ValueError:
        return entries.named(name)
    return entries.named(reduced)
