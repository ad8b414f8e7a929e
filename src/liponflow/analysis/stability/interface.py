"""Reactions at the interface of two materials, over every mixing ratio.

The reaction energy over the share x of the second material is the hull between the two
compositions minus the straight line between the materials, convex and piecewise linear in x:
W. D. Richards et al., Chem. Mater. 28, 266 (2016). Its kinks are the reactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pymatgen.core.composition import Composition

from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.materials import Material
from liponflow.analysis.stability.mixtures import (
    Mixture,
    cheapest,
    cheapest_between,
    kinks,
)
from liponflow.analysis.stability.reactions import balance
from liponflow.analysis.stability.result import InterfacePoint, InterfaceReaction, Reaction
from liponflow.arrays import FloatArray

SAME_ENERGY = 1e-6
"""Reaction energies closer than this (eV/atom) are the same."""

PART = 1e-5
"""Share of the formula units below which a phase is not part of a reaction."""

NO_REACTION = "no reaction"


@dataclass(frozen=True)
class Contact:
    """Two materials and their possible products as columns of a linear programme."""

    hull: Hull
    materials: tuple[Material, Material]
    voltage: float | None
    columns: FloatArray
    """Phases, shape (rows, phases): atomic fractions; without Li if that is open."""
    costs: FloatArray
    """Energies or grand potentials (eV/atom, of the atoms counted)."""
    ends: tuple[FloatArray, FloatArray]
    """The two materials in the same rows."""
    end_costs: tuple[float, float]
    """Their own energies, those above the hull included."""
    indices: list[int]
    """Index of every column among the entries of the hull."""

    @classmethod
    def of(
        cls, hull: Hull, first: Material, second: Material, voltage: float | None = None
    ) -> "Contact":
        """Return the contact of two materials.

        Parameters
        ----------
        hull
            Phases around both.
        first, second
            The materials; each enters with its own energy above the hull.
        voltage
            Voltage of the electrode that Li is exchanged with (V vs Li); None without exchange.

        Raises
        ------
        ValueError
            If Li is open and a material holds nothing else, or an element is missing.
        """
        pair = (first, second)
        if voltage is None:
            columns, costs = hull.fractions, hull.energies
            indices = list(range(len(hull.entries)))
        else:
            for material in pair:
                if material.n_other == 0:
                    raise ValueError(
                        f"{material.formula} cannot react with Li open, since it is the Li: "
                        "leave the voltage out (closed), or look at the window of the other"
                    )
            columns, costs = hull.open_columns(voltage)
            indices = hull.solids
        ends, end_costs = zip(
            *(_end(hull, m, own_energy(hull, m), voltage) for m in pair), strict=True
        )
        return cls(hull, pair, voltage, columns, costs, ends, end_costs, indices)

    def at(self, share: float) -> Mixture:
        """Return the cheapest mixture at a share of the second material."""
        first, second = self.ends
        return cheapest(self.columns, self.costs, (1 - share) * first + share * second)

    def reaction_energy(self, share: float) -> tuple[float, float]:
        """Return the reaction energy (eV per atom counted) at a share, and its slope."""
        mixture = self.at(share)
        (first, second), (cost_first, cost_second) = self.ends, self.end_costs
        line = (1 - share) * cost_first + share * cost_second
        # Along the line the cost changes by the chemical potentials (the duals of the linear
        # programme) times what is exchanged, so that no second solution is needed for the slope.
        slope = float(mixture.prices @ (second - first)) - (cost_second - cost_first)
        return mixture.cost - line, slope

    def lowest(self) -> tuple[float, float, Mixture]:
        """Return the share of the lowest reaction energy, that energy, and the mixture."""
        share, mixture = cheapest_between(self.columns, self.costs, self.ends, self.end_costs)
        return share, mixture.cost, mixture

    def with_second(self, material: Material, energy: float) -> "Contact":
        """Return the contact with another second material of known energy (eV/atom)."""
        end, cost = _end(self.hull, material, energy, self.voltage)
        return replace(
            self,
            materials=(self.materials[0], material),
            ends=(self.ends[0], end),
            end_costs=(self.end_costs[0], cost),
        )

    def relaxed(self) -> "Contact":
        """Return the contact of the equilibrated materials, which leaves the gain by contact."""
        alone = (self.at(0.0).cost, self.at(1.0).cost)
        return replace(self, end_costs=alone)

    def names(self, mixture: Mixture) -> list[str]:
        """Return the names of the phases in a mixture."""
        return [self.hull.entries[self.indices[place]].name for place in mixture.present]


def own_energy(hull: Hull, material: Material) -> float:
    """Return the energy of a material, above the hull or not (eV/atom)."""
    return hull.energy(material.composition) + material.above_hull


def _end(
    hull: Hull, material: Material, energy: float, voltage: float | None
) -> tuple[FloatArray, float]:
    fractions = hull.vector(material.composition)
    if voltage is None:
        return fractions, energy
    lithium = fractions[hull.elements.index(LITHIUM)]
    rest = fractions[hull.other]
    mu = hull.lithium_energy - voltage
    return rest / rest.sum(), (energy - mu * lithium) / float(rest.sum())


def interface_reaction(
    hull: Hull, first: Material, second: Material, voltage: float | None = None
) -> InterfaceReaction:
    """Return the reactions of two materials at every mixing ratio.

    Parameters
    ----------
    hull, first, second, voltage
        As in :meth:`Contact.of`.

    Returns
    -------
    InterfaceReaction
        Ends and kinks with balanced equations. Energies are per atom, other than Li if that is
        open.

    Raises
    ------
    ValueError
        As in :meth:`Contact.of`.
    """
    contact = Contact.of(hull, first, second, voltage)
    shares = [0.0, *kinks(contact.reaction_energy, 0.0, 1.0), 1.0]
    energies = [contact.reaction_energy(share)[0] for share in shares]
    points = [
        _point(contact, share, energy, (energies[0], energies[-1]))
        for share, energy in zip(shares, energies, strict=True)
    ]
    best = min(points, key=lambda point: point.energy)
    return InterfaceReaction(
        materials=f"{first.formula} | {second.formula}",
        first=first.formula,
        second=second.formula,
        voltage=voltage,
        min_energy=best.energy,
        min_energy_of_contact=min(point.energy_of_contact for point in points),
        min_mixing=best.mixing,
        phases=best.phases,
        equation=best.equation if best.energy < 0 else NO_REACTION,
        points=points,
    )


def _point(
    contact: Contact, share: float, energy: float, alone: tuple[float, float]
) -> InterfacePoint:
    mixture = contact.at(share)
    first, second = contact.materials
    sizes = [m.n_atoms if contact.voltage is None else m.n_other for m in (first, second)]
    units = [(1 - share) / sizes[0], share / sizes[1]]
    reaction = _reaction(contact, mixture, units)
    of_contact = energy - ((1 - share) * alone[0] + share * alone[1])
    return InterfacePoint(
        mixing=share,
        molar_mixing=units[1] / sum(units),
        energy=_clean(energy),
        energy_of_contact=_clean(of_contact),
        phases=contact.names(mixture),
        equation=reaction.equation,
        reaction=reaction,
    )


def _clean(energy: float) -> float:
    return 0.0 if abs(energy) < SAME_ENERGY else energy


def _reaction(contact: Contact, mixture: Mixture, units: Sequence[float]) -> Reaction:
    """Return the balanced reaction of some formula units of both materials to a mixture."""
    known: dict[str, dict[str, float]] = {}
    net: dict[str, float] = {}  # formula units consumed (negative: formed)
    for material, amount in zip(contact.materials, units, strict=True):
        known[material.formula] = material.composition
        net[material.formula] = net.get(material.formula, 0.0) + amount
    scale = max(net.values())
    for place in mixture.present:
        entry = contact.hull.entries[contact.indices[place]]
        composition = Composition(entry.formula).get_el_amt_dict()
        counted = sum(n for s, n in composition.items() if contact.voltage is None or s != LITHIUM)
        known.setdefault(entry.formula, composition)
        net[entry.formula] = net.get(entry.formula, 0.0) - float(mixture.weights[place]) / counted
    if contact.voltage is not None:
        lithium = sum(amount * known[f].get(LITHIUM, 0.0) for f, amount in net.items())
        known[LITHIUM] = {LITHIUM: 1.0}
        net[LITHIUM] = net.get(LITHIUM, 0.0) - lithium
    # The unreacted rest of a material cancels here.
    net = {f: amount / scale for f, amount in net.items() if abs(amount) > PART * scale}
    reactants = {f: known[f] for f, amount in net.items() if amount > 0}
    products = {f: known[f] for f, amount in net.items() if amount < 0}
    if not reactants:
        present = [m.formula for m, n in zip(contact.materials, units, strict=True) if n > 0]
        return Reaction(
            equation=f"{' + '.join(present)}: {NO_REACTION}",
            reactants={},
            products={},
        )
    first = net[next(iter(reactants))]
    return balance(reactants, products, {f: abs(amount) / first for f, amount in net.items()})
