"""Sensitivity of a prediction: hulls without named phases, other pathways, layer sequences.

Equilibrium takes the phases of lowest energy, whether or not they form in a cell. Excluding some
and ranking the alternatives shows the energy differences between them.
"""

import heapq
from collections.abc import Sequence
from itertools import count

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.materials import Material
from liponflow.analysis.stability.mixtures import Mixture, NoMixtureError, cheapest
from liponflow.analysis.stability.result import Layer, Pathway
from liponflow.analysis.stability.window import (
    SAME_LI,
    lithium_reaction,
    lithium_segments,
    material_energy,
)

BESIDE_ZERO = 1e-3
"""Voltage (V) at which a reaction with Li metal is looked up, just off equilibria at 0 V."""

FORBIDDEN = 1e3
"""Cost (eV/atom) of an excluded phase."""


def ranked_pathways(
    entries: EntrySet,
    material: Material,
    *,
    voltage: float = BESIDE_ZERO,
    number: int = 8,
) -> list[Pathway]:
    """Return the ranked reactions of a material with Li at a voltage.

    Parameters
    ----------
    entries
        All phases, metastable ones included; the lowest polymorph of each formula takes part.
    material
        The material.
    voltage
        Of the Li (V vs Li).
    number
        Number of pathways.

    Returns
    -------
    list of Pathway
        Pathways by energy, fewer if there are not as many. Each is the best one without some phase
        of those before, and so shows the price of that phase not forming.

    Raises
    ------
    ValueError
        If `number` is not at least 1, or the material has an element that the entries lack.

    Notes
    -----
    Best first: the products of a pathway are excluded in turn, and the cheapest of the pathways
    so found is next (after E. L. Lawler, Manage. Sci. 18, 401, 1972).
    """
    if number < 1:
        raise ValueError(f"the number of pathways must be at least 1, not {number}")
    system = entries.within(sorted({*material.composition, LITHIUM}))
    lowest: dict[str, Entry] = {}
    for entry in sorted(system.entries, key=lambda entry: entry.energy_per_atom):
        lowest.setdefault(entry.formula, entry)
    phases = Hull.from_columns(list(lowest.values()), tuple(system.elements))
    stable = Hull.of(system)
    columns, costs = phases.open_columns(voltage)
    fractions = phases.vector(material.composition)[phases.other]
    target = fractions / fractions.sum()

    order = count()
    waiting: list[tuple[float, int, frozenset[int], Mixture]] = []

    def consider(excluded: frozenset[int]) -> None:
        if excluded in examined:
            return
        examined.add(excluded)
        price = costs.copy()
        # An excluded phase costs more than any other, so it is never cheapest.
        price[list(excluded)] = FORBIDDEN
        try:
            mixture = cheapest(columns, price, target)
        except NoMixtureError:
            return
        if not excluded & set(mixture.present):
            heapq.heappush(waiting, (mixture.cost, next(order), excluded, mixture))

    examined: set[frozenset[int]] = set()
    seen: set[tuple[int, ...]] = set()
    found: list[Pathway] = []
    consider(frozenset())
    while waiting and len(found) < number:
        _, _, excluded, mixture = heapq.heappop(waiting)
        present = tuple(mixture.present)
        if present not in seen:
            seen.add(present)
            pathway = _pathway(phases, material, mixture, voltage)
            above = pathway.energy - found[0].energy if found else 0.0
            found.append(pathway.model_copy(update={"rank": len(found) + 1, "above_best": above}))
        for place in present:
            consider(excluded | {place})
    own = material_energy(stable, material)
    return [pathway.model_copy(update={"energy": pathway.energy - own}) for pathway in found]


def _pathway(phases: Hull, material: Material, mixture: Mixture, voltage: float) -> Pathway:
    """Return a mixture as a pathway, before the energy of the material is subtracted."""
    lithium = phases.lithium_per_other()
    amounts, energy, content = {}, 0.0, 0.0
    for place in mixture.present:
        index = phases.solids[place]
        other = float(mixture.weights[place]) * material.n_other
        atoms = other * (1 + float(lithium[place]))
        entry = phases.entries[index]
        amounts[index] = atoms / entry.atoms_per_formula
        energy += atoms * entry.energy_per_atom
        content += other * float(lithium[place])
    exchanged = content - material.composition.get(LITHIUM, 0.0)
    exchanged = 0.0 if abs(exchanged) < SAME_LI else exchanged
    reaction = lithium_reaction(phases, material, amounts, exchanged)
    return Pathway(
        rank=1,
        voltage=voltage,
        energy=energy - exchanged * (phases.lithium_energy - voltage),
        above_best=0.0,
        phases=[phases.entries[index].name for index in amounts],
        equation=reaction.equation,
        reaction=reaction,
    )


def layer_sequence(
    entries: EntrySet, material: Material, *, without: Sequence[str] = ()
) -> list[Layer]:
    """Return the sequence of layers from Li metal to a material as the voltage rises.

    Parameters
    ----------
    entries
        Phases on one scale.
    material
        The electrolyte.
    without
        Phases (names or formulas) to exclude, for example because they were not observed.

    Returns
    -------
    list of Layer
        The equilibria from 0 V up to the first that takes up no Li; the material follows. Between
        two layers the chemical potential of Li is continuous, so the order is that of layers
        in local equilibrium; their thickness is a matter of kinetics.

    Raises
    ------
    ValueError
        If an excluded phase is unknown, or the material has an element that the entries lack.
    """
    chosen = entries.within(sorted({*material.composition, LITHIUM}))
    hull = Hull.of(chosen.without(list(without)) if without else chosen)
    content = material.composition.get(LITHIUM, 0.0)
    layers: list[Layer] = []
    for segment in lithium_segments(hull, material):
        if segment.li < content + SAME_LI:
            break
        atoms = {
            hull.entries[index].name: amount * hull.entries[index].atoms_per_formula
            for index, amount in segment.amounts.items()
        }
        names = sorted(atoms, key=lambda name: -atoms[name])
        layers.append(
            Layer(
                order=len(layers),
                voltage_low=segment.low,
                voltage_high=segment.high,
                phases=names,
                atom_shares={name: atoms[name] / sum(atoms.values()) for name in names},
                text=" + ".join(names) + (f" (without {', '.join(without)})" if without else ""),
                without=list(without),
            )
        )
    return layers
