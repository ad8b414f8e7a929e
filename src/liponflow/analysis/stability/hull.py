"""The convex hull of a set of entries: energies above it, and equilibria with or without Li."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.mixtures import Mixture, cheapest
from liponflow.analysis.stability.result import PhaseState
from liponflow.arrays import FloatArray

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PDEntry

ON_HULL = 1e-6
"""Energies closer to the hull than this (eV/atom) lie on it."""

LITHIUM = "Li"


@dataclass(frozen=True)
class Hull:
    """Phases as columns of atomic fractions, and their energies."""

    entries: tuple[Entry, ...]
    elements: tuple[str, ...]
    fractions: FloatArray
    """Atomic fractions, shape (elements, entries)."""
    energies: FloatArray
    """eV/atom, shape (entries,)."""

    @classmethod
    def of(cls, entries: EntrySet, *, stable_only: bool = True) -> Self:
        """Return the hull of a set.

        Parameters
        ----------
        entries
            Phases on one scale.
        stable_only
            Keep only the phases on the hull. That changes no equilibrium, open to Li or not: a
            mixture of the same composition is always lower than a phase above the hull.

        Raises
        ------
        ValueError
            If an element of a compound has no entry of its own.
        """
        # Qhull finds the stable phases of a set much faster than one linear programme per phase.
        diagram = entries.phase_diagram()
        stable = {str(entry.name) for entry in _named(diagram.stable_entries)}
        chosen = [e for e in entries.entries if not stable_only or e.name in stable]
        return cls.from_columns(chosen, tuple(entries.elements))

    @classmethod
    def from_columns(cls, entries: list[Entry], elements: tuple[str, ...]) -> Self:
        """Return the hull of entries without searching for the stable ones."""
        fractions = np.array(
            [[e.composition.get(symbol, 0.0) / e.n_atoms for e in entries] for symbol in elements]
        )
        energies = np.array([entry.energy_per_atom for entry in entries])
        return cls(tuple(entries), elements, fractions, energies)

    @property
    def lithium_energy(self) -> float:
        """Energy of the most stable Li (eV/atom): the electrode at 0 V."""
        pure = self.fractions[self.elements.index(LITHIUM)] == 1
        return float(self.energies[pure].min())

    @cached_property
    def other(self) -> list[int]:
        """Rows of the elements other than Li."""
        return [row for row, symbol in enumerate(self.elements) if symbol != LITHIUM]

    @cached_property
    def solids(self) -> list[int]:
        """Columns of the phases that hold more than Li."""
        return [int(i) for i in np.flatnonzero(self.fractions[self.other].sum(axis=0) > 0)]

    def vector(self, composition: Mapping[str, float]) -> FloatArray:
        """Return the atomic fractions of a composition, shape (elements,).

        Raises
        ------
        ValueError
            If it has an element that the entries lack.
        """
        missing = sorted(set(composition) - set(self.elements))
        if missing:
            raise ValueError(
                f"the entries have no {', '.join(missing)}: add the element and its compounds "
                f"with {', '.join(self.elements)}, on the same scale"
            )
        amounts = np.array([composition.get(symbol, 0.0) for symbol in self.elements])
        fractions: FloatArray = amounts / amounts.sum()
        return fractions

    def equilibrium(self, composition: Mapping[str, float]) -> Mixture:
        """Return the cheapest mixture of a composition, with atomic shares and cost in eV/atom."""
        return cheapest(self.fractions, self.energies, self.vector(composition))

    def energy(self, composition: Mapping[str, float]) -> float:
        """Return the energy of the hull at a composition (eV/atom)."""
        return self.equilibrium(composition).cost

    def with_energies(self, energies: FloatArray) -> Self:
        """Return the same phases with other energies (eV/atom, shape (entries,))."""
        return type(self)(self.entries, self.elements, self.fractions, energies)

    def open_columns(self, voltage: float) -> tuple[FloatArray, FloatArray]:
        """Return compositions and grand potentials of the solids with Li exchanged at a voltage.

        Parameters
        ----------
        voltage
            V against Li metal: the chemical potential of Li is that of the metal minus it.

        Returns
        -------
        columns : numpy.ndarray
            Elements other than Li per atom other than Li, shape (elements - 1, solids).
        potentials : numpy.ndarray
            E - mu(Li) N(Li) (eV per atom other than Li), shape (solids,).
        """
        rest = self.fractions[np.ix_(self.other, self.solids)]
        lithium = self.fractions[self.elements.index(LITHIUM), self.solids]
        size = rest.sum(axis=0)
        mu = self.lithium_energy - voltage
        return rest / size, (self.energies[self.solids] - mu * lithium) / size

    def lithium_per_other(self) -> FloatArray:
        """Return Li per atom other than Li in every solid, shape (solids,)."""
        lithium: FloatArray = self.fractions[self.elements.index(LITHIUM), self.solids]
        return lithium / (1 - lithium)


def phase_states(
    entries: EntrySet, published: Mapping[str, float] | None = None
) -> list[PhaseState]:
    """Return the state of every phase relative to the hull.

    Parameters
    ----------
    entries
        Phases on one scale.
    published
        Published formation energies (eV/atom) by reduced formula, for comparison.

    Returns
    -------
    list of PhaseState
        Stable phases first, then by energy above the hull.
    """
    diagram = entries.phase_diagram()
    states = []
    by_name = {entry.name: entry for entry in entries.entries}
    for item in _named(diagram.all_entries):
        entry = by_name[str(item.name)]
        products, above = diagram.get_decomp_and_e_above_hull(item)
        if products is None or above is None:
            raise ValueError(f"no decomposition of {entry.name}: the entries do not surround it")
        states.append(
            PhaseState(
                name=entry.name,
                formula=entry.formula,
                composition=entry.composition,
                formation_energy_per_atom=float(diagram.get_form_energy_per_atom(item)),
                above_hull=max(float(above), 0.0),
                decomposes_to=" + ".join(
                    sorted(str(product.name) for product in _named(products))
                ),
                source=entry.source,
                magnetic_order=entry.magnetic_order,
                published_formation_energy=(published or {}).get(entry.formula),
            )
        )
    return sorted(states, key=lambda state: (round(state.above_hull, 6), state.name))


def _named(entries: Iterable[object]) -> "Iterable[PDEntry]":
    """Return pymatgen's entries with the type that :meth:`EntrySet.phase_diagram` gave them."""
    from pymatgen.analysis.phase_diagram import PDEntry

    return (entry for entry in entries if isinstance(entry, PDEntry))
