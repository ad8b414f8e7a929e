"""Sets of phases with their energies on one stated scale, the input of every phase diagram.

An energy means nothing without its scale: total energies of a code with its corrections, or
formation energies from the elements. A set has one scale, and sets of different scales are never
joined.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.analysis.method import Method
from liponflow.analysis.quantity import Column
from liponflow.analysis.stability.magnetism import OrderEnergy
from liponflow.document import Document
from liponflow.formulas import reduced_formula
from liponflow.names import did_you_mean

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram

SAME_ENERGY = 1e-6
"""Entries of one composition closer in energy than this (eV/atom) are duplicates."""

ON_REQUEST = "excluded on request"
"""Reason of an exclusion that has nothing to do with the phase."""

NO_FREE_ENERGY = "no free energy at"
"""Begin of the reason of an exclusion from a phase diagram at a temperature."""

POLYMORPH_SPREAD = 1.5
"""Largest difference of polymorphs (eV/atom); a larger one means that two scales were mixed."""


class Entry(Document):
    """One phase and its energy."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Name, unique in its set: Li3PO4, Li3PO4_gamma, ...")
    composition: dict[str, float] = Field(description="Atoms per element in the cell or formula.")
    energy: float = Field(
        description="Energy of the whole `composition` (eV) on the scale of the set.",
    )
    source: str = Field(description="Source of the energy.")
    converged: bool = Field(default=True, description="Whether the calculation converged.")
    symmetry_kept: bool | None = Field(
        None,
        description="Whether the relaxed crystal still has its space group; None if not checked.",
    )
    problem: str | None = Field(
        None, description="Why the entry may not be used, with value, limit and remedy."
    )
    method: Method | None = Field(
        None, description="Method of the energy; None if the scale of the set says all."
    )
    magnetic_order: str | None = Field(
        None, description="Magnetic order of the energy; None where there is none, or if unknown."
    )

    @field_validator("composition")
    @classmethod
    def _atoms(cls, value: dict[str, float]) -> dict[str, float]:
        unknown = [symbol for symbol in value if not Element.is_valid_symbol(symbol)]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a chemical element")
        if any(amount < 0 for amount in value.values()) or sum(value.values()) <= 0:
            raise ValueError(f"the composition {value} needs positive amounts")
        return {symbol: float(amount) for symbol, amount in value.items() if amount}

    @property
    def n_atoms(self) -> float:
        """Atoms in `composition`."""
        return sum(self.composition.values())

    @property
    def energy_per_atom(self) -> float:
        """Energy (eV/atom)."""
        return self.energy / self.n_atoms

    @cached_property
    def formula(self) -> str:
        """Reduced formula (O2 and N2 for the gases)."""
        formula: str = reduced_formula(self.composition)
        return formula

    @property
    def atoms_per_formula(self) -> float:
        """Atoms in a unit of `formula`."""
        atoms: float = Composition(self.formula).num_atoms
        return atoms

    @property
    def reason_refused(self) -> str | None:
        """Why the entry may not enter a phase diagram; None if it may."""
        if self.problem is not None:
            return self.problem
        if not self.converged:
            return "its relaxation did not converge"
        if self.symmetry_kept is False:
            return "its relaxation changed the space group: it is another phase now"
        return None


class ExcludedEntry(Document):
    """A phase that was excluded."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Name of the phase."
    )
    reason: Annotated[str, Column(heading="why refused", wraps=True)] = Field(
        description="Reason of the exclusion."
    )
    replaced_by: str | None = Field(
        None, description="Phase of the same composition used instead; None without one."
    )
    formula: str | None = Field(None, description="Its reduced formula; None if unknown.")


class EntrySet(Document):
    """Phases on one scale. Create it with :meth:`build`, which excludes unusable entries."""

    model_config = ConfigDict(frozen=True)

    scale: str = Field(
        description="What the energies are, e.g. 'chgnet 0.3.0, MP2020-corrected' or "
        "'Materials Project 2019, formation energies'."
    )
    kind: Literal["total", "formation"] = Field(
        description="Total energies, or formation energies from the elements."
    )
    temperature: float = Field(0.0, ge=0, description="Temperature of the energies (K).")
    entries: tuple[Entry, ...] = Field(description="Usable phases.")
    excluded: tuple[ExcludedEntry, ...] = Field((), description="Excluded phases.")
    remarks: tuple[str, ...] = Field((), description="Remarks on resolved duplicates.")
    orders: tuple[OrderEnergy, ...] = Field(
        (), description="Magnetic orders that were computed of the crystals."
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not self.entries:
            reasons = "; ".join(f"{item.name}: {item.reason}" for item in self.excluded)
            raise ValueError(
                "the list of entries is empty: a phase diagram needs at least every element"
                + (f" (left out: {reasons})" if reasons else "")
            )
        names = Counter(entry.name for entry in self.entries)
        twice = sorted(name for name, times in names.items() if times > 1)
        if twice:
            raise ValueError(f"two entries have the name {twice[0]!r}: names tell phases apart")
        return self

    @classmethod
    def build(
        cls,
        entries: Iterable[Entry],
        *,
        scale: str,
        kind: Literal["total", "formation"],
        temperature: float = 0.0,
    ) -> Self:
        """Return a set without unusable entries and with duplicates resolved.

        Parameters
        ----------
        entries
            Entries in any order. Several of one composition are polymorphs; if they share a
            name, the lowest keeps it and the others are numbered by ascending energy.
        scale, kind, temperature
            See the fields of this class.

        Returns
        -------
        EntrySet
            Set with the refused entries under `excluded` and the resolved duplicates under
            `remarks`.

        Raises
        ------
        ValueError
            If nothing is left, or the energies are on more than one scale: polymorphs that are
            `POLYMORPH_SPREAD` apart, or formation energies with an element that is not at 0.
        """
        pool = list(entries)
        usable = [entry for entry in pool if entry.reason_refused is None]
        _check_one_scale(usable, kind)
        kept, remarks = _settle(usable)
        by_energy = sorted(kept, key=lambda entry: -entry.energy_per_atom)
        lowest = {entry.formula: entry.name for entry in by_energy}
        excluded = [
            ExcludedEntry(
                name=entry.name,
                reason=reason,
                replaced_by=lowest.get(entry.formula),
                formula=entry.formula,
            )
            for entry in pool
            if (reason := entry.reason_refused) is not None
        ]
        return cls(
            scale=scale,
            kind=kind,
            temperature=temperature,
            entries=tuple(kept),
            excluded=tuple(excluded),
            remarks=tuple(remarks),
        )

    @property
    def elements(self) -> list[str]:
        """Elements with an elemental entry in the set, alphabetically."""
        return sorted({next(iter(e.composition)) for e in self.entries if len(e.composition) == 1})

    def named(self, name: str) -> Entry:
        """Return the entry of a name, or the lowest one of a reduced formula.

        Raises
        ------
        ValueError
            If there is no such phase; similar names are given.
        """
        exact = [entry for entry in self.entries if entry.name == name]
        found = exact or sorted(
            (entry for entry in self.entries if entry.formula == name),
            key=lambda entry: entry.energy_per_atom,
        )
        if not found:
            known = {text for entry in self.entries for text in (entry.name, entry.formula)}
            hint = did_you_mean(name, known, at_most=3)
            raise ValueError(f"no phase {name!r} among the entries{hint}")
        return found[0]

    def require(self, elements: Collection[str]) -> None:
        """Refuse elements that the set does not cover.

        Raises
        ------
        ValueError
            If elements are missing; the message names them and how to add them.
        """
        missing = sorted(set(elements) - set(self.elements))
        if missing:
            raise ValueError(
                f"the entries ({self.scale}) have no {', '.join(missing)}: add an entry for the "
                f"element and for its compounds with {', '.join(self.elements)}, on the same scale"
            )

    def within(self, elements: Collection[str]) -> Self:
        """Return the phases that consist only of some elements.

        Raises
        ------
        ValueError
            If an element is missing; see :meth:`require`.
        """
        self.require(elements)
        kept = tuple(e for e in self.entries if e.composition.keys() <= set(elements))
        return self.model_copy(update={"entries": kept})

    def without(self, names: Sequence[str]) -> Self:
        """Return the set without phases, by name or, for all polymorphs, by reduced formula.

        Raises
        ------
        ValueError
            If a name is unknown, or the last entry of an element would be removed.
        """
        for name in names:
            self.named(name)
        left = tuple(e for e in self.entries if e.name not in names and e.formula not in names)
        gone = [
            ExcludedEntry(name=entry.name, reason=ON_REQUEST, formula=entry.formula)
            for entry in self.entries
            if entry.name in names or entry.formula in names
        ]
        lost = set(self.elements) - {next(iter(e.composition)) for e in left if _pure(e)}
        if lost:
            raise ValueError(
                f"without {', '.join(names)} the element {min(lost)} has no entry left: a phase "
                "diagram needs one; exclude compounds only"
            )
        return self.model_copy(update={"entries": left, "excluded": (*self.excluded, *gone)})

    def joined(self, other: Self) -> Self:
        """Return the union of two sets on one scale.

        Raises
        ------
        ValueError
            If scale, kind or temperature differ.
        """
        for field in ("scale", "kind", "temperature"):
            ours, theirs = getattr(self, field), getattr(other, field)
            if ours != theirs:
                raise ValueError(
                    f"energies on different scales cannot be joined ({field}: {ours!r} and "
                    f"{theirs!r}): compute or fetch all phases in one way"
                )
        joined = type(self).build(
            [*self.entries, *other.entries],
            scale=self.scale,
            kind=self.kind,
            temperature=self.temperature,
        )
        return joined.model_copy(
            update={
                "excluded": (*self.excluded, *other.excluded),
                "remarks": (*self.remarks, *other.remarks, *joined.remarks),
                "orders": (*self.orders, *other.orders),
            }
        )

    def phase_diagram(self) -> "PhaseDiagram":
        """Return pymatgen's phase diagram of all entries.

        Returns
        -------
        pymatgen.analysis.phase_diagram.PhaseDiagram
            Its entries are ``PDEntry`` with the names of ours.

        Raises
        ------
        ValueError
            If an element of a compound has no entry of its own.
        """
        from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram

        self.require({symbol for entry in self.entries for symbol in entry.composition})
        return PhaseDiagram(
            [PDEntry(Composition(e.composition), e.energy, name=e.name) for e in self.entries]
        )


def _pure(entry: Entry) -> bool:
    return len(entry.composition) == 1


def _check_one_scale(entries: Sequence[Entry], kind: Literal["total", "formation"]) -> None:
    by_formula: dict[str, list[Entry]] = {}
    for entry in entries:
        by_formula.setdefault(entry.formula, []).append(entry)
    for formula, same in by_formula.items():
        low = min(same, key=lambda entry: entry.energy_per_atom)
        high = max(same, key=lambda entry: entry.energy_per_atom)
        if high.energy_per_atom - low.energy_per_atom > POLYMORPH_SPREAD:
            raise ValueError(
                f"two entries of {formula} are {low.energy_per_atom:.3f} ({low.source}) and "
                f"{high.energy_per_atom:.3f} eV/atom ({high.source}), farther apart than "
                f"polymorphs ({POLYMORPH_SPREAD:g}): energies on two scales are mixed; keep one"
            )
        if kind == "formation" and _pure(low) and abs(low.energy_per_atom) > SAME_ENERGY:
            raise ValueError(
                f"{formula} has {low.energy_per_atom:.3f} eV/atom, but an element's formation "
                "energy is 0: total and formation energies are mixed; give all on one scale"
            )


def _settle(entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Drop duplicate entries and make the names of polymorphs unique."""
    kept: list[Entry] = []
    remarks: list[str] = []
    taken: set[str] = set()
    lowest: dict[str, Entry] = {}
    highest: dict[tuple[str, str], Entry] = {}
    numbers: dict[str, int] = {}
    for entry in sorted(entries, key=lambda entry: entry.energy_per_atom):
        # By ascending energy, only the last of the same name can have the same energy.
        last = highest.get((entry.formula, entry.name))
        if last is not None and entry.energy_per_atom - last.energy_per_atom < SAME_ENERGY:
            remarks.append(f"{entry.name} was given twice with the same energy; kept once")
            continue
        highest[entry.formula, entry.name] = entry
        name, number = entry.name, numbers.get(entry.name, 2)
        while name in taken:
            name, number = f"{entry.name}-{number}", number + 1
        numbers[entry.name] = number
        low = lowest.setdefault(entry.formula, entry)
        if name != entry.name:
            above = entry.energy_per_atom - low.energy_per_atom
            remarks.append(
                f"{entry.name} was given more than once: the one {1000 * above:.0f} meV/atom "
                f"above the lowest is called {name}"
            )
        taken.add(name)
        kept.append(entry.model_copy(update={"name": name}))
    kept.sort(key=lambda entry: (len(entry.composition), entry.name))
    return kept, remarks
