"""Stability of a material that exchanges Li with an electrode: segments and voltage window.

For fixed amounts of the other elements, the lowest energy E(n) over the Li content n is a convex,
piecewise linear function. An electrode at voltage V picks the n where its slope is mu(Li) = mu(Li
metal) - V, so every kink of E(n) is a segment of voltage with one Li content and one set of
products, and every slope a voltage at which they change: S. P. Ong et al., Chem. Mater. 20, 1798
(2008); Y. Zhu, X. He and Y. Mo, ACS Appl. Mater. Interfaces 7, 23685 (2015).

pymatgen's ``PhaseDiagram.get_element_profile`` gives the same voltages to 1e-4 V, which a test
checks, and takes twice as long for the 32 phases of Li-P-O-N. The uncertainty draws hundreds of
hulls with other energies, for which :func:`nearest_segments` needs only the limits, and a
composition may lie on a hull from which its own phase was excluded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pymatgen.core.composition import Composition

from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.materials import Material, excess_charge
from liponflow.analysis.stability.mixtures import PRESENT, cheapest, kinks
from liponflow.analysis.stability.reactions import balance
from liponflow.analysis.stability.result import Reaction, VoltageWindow, WindowSegment
from liponflow.arrays import FloatArray

V_MAX = 6.0
"""Highest voltage examined by default (V)."""

SAME_LI = 1e-5
"""Li per formula unit below which nothing is exchanged."""

EDGE = 1e-7
"""Distance from the ends of the range (V) at which the outermost segments are looked up."""


SLIVER = 1e-4
"""Width (V) of the range next to a limit in which the reaction there is looked up."""


@dataclass(frozen=True)
class Segment:
    """Equilibrium over a range of voltage."""

    low: float
    high: float
    li: float
    """Li per formula unit of the material after the exchange."""
    amounts: dict[int, float]
    """Formula units of every phase per formula unit of the material, by index in the hull."""
    energy: float
    """Energy of the products (eV per formula unit of the material)."""


def lithium_segments(hull: Hull, material: Material, v_max: float = V_MAX) -> list[Segment]:
    """Return the equilibria of a material with Li at every voltage.

    Parameters
    ----------
    hull
        Phases around the material.
    material
        The material; its own energy does not matter here.
    v_max
        Highest voltage examined (V); the lowest is 0, Li metal.

    Returns
    -------
    list of Segment
        By ascending voltage, without gaps from 0 to `v_max`; the Li content falls.

    Raises
    ------
    ValueError
        If the material is Li itself, has an element that the entries lack, or `v_max` is not
        above 0.
    """
    potential = _potential(hull, material, v_max)
    edges = [0.0, *kinks(potential, EDGE, v_max - EDGE), v_max]
    return _merged([_segment(hull, material, low, high) for low, high in pairwise(edges)])


def nearest_segments(hull: Hull, material: Material, v_max: float = V_MAX) -> list[Segment]:
    """Return only the equilibria that limit a window, in fewer steps.

    Parameters
    ----------
    hull, material, v_max
        As in :func:`lithium_segments`.

    Returns
    -------
    list of Segment
        Segments at 0 V, of the first reduction, without exchange and of the first oxidation, as
        far as they exist. The segment without exchange has its true limits; of the others, only a
        narrow range is described.

    Raises
    ------
    ValueError
        As in :func:`lithium_segments`.
    """
    potential = _potential(hull, material, v_max)
    content = material.composition.get(LITHIUM, 0.0) / material.n_other
    found = kinks(potential, EDGE, v_max - EDGE, beside=-content)
    edges = [0.0, *found, v_max]
    # Between two kinks there may be several segments, but none next to them. If both ends of a
    # range are the same, so is everything in between, since the Li content only falls.
    pieces: list[tuple[float, float]] = []
    for low, high in pairwise(edges):
        if high - low < 2 * SLIVER:
            pieces.append((low, high))
        else:
            pieces += [(low, low + SLIVER), (high - SLIVER, high)]
    return _merged([_segment(hull, material, low, high) for low, high in pieces])


def _potential(
    hull: Hull, material: Material, v_max: float
) -> Callable[[float], tuple[float, float]]:
    """Return minus the grand potential (eV per atom other than Li) and its slope over voltage."""
    if not v_max > 0:
        raise ValueError(f"the highest voltage must lie above 0 V, not {v_max:g}")
    target = _target(hull, material)
    lithium = hull.lithium_per_other()
    basis: tuple[int, ...] = ()

    def potential(voltage: float) -> tuple[float, float]:
        # Each mixture is a line over the voltage, with its Li content as slope. The lowest line at
        # each voltage is a concave function, its negative convex. Slopes need no energy
        # differences.
        nonlocal basis
        mixture = cheapest(*hull.open_columns(voltage), target, basis)
        basis = mixture.basis
        return -mixture.cost, -float(mixture.weights @ lithium)

    return potential


def _target(hull: Hull, material: Material) -> FloatArray:
    """Return the elements other than Li per atom other than Li."""
    if material.n_other == 0:
        raise ValueError(f"{material.formula} contains only Li, which is the electrode here")
    fractions = hull.vector(material.composition)[hull.other]
    target: FloatArray = fractions / fractions.sum()
    return target


def _segment(hull: Hull, material: Material, low: float, high: float) -> Segment:
    """Return the equilibrium in the middle of a range of voltage."""
    lithium = hull.lithium_per_other()
    columns, costs = hull.open_columns((low + high) / 2)
    mixture = cheapest(columns, costs, _target(hull, material))
    amounts, energy = {}, 0.0
    for place in mixture.present:
        index = hull.solids[place]
        # Weights count atoms other than Li.
        atoms = float(mixture.weights[place] * material.n_other * (1 + lithium[place]))
        amounts[index] = atoms / hull.entries[index].atoms_per_formula
        energy += atoms * float(hull.energies[index])
    li = float(mixture.weights @ lithium) * material.n_other
    return Segment(low, high, li, amounts, energy)


def _merged(segments: Sequence[Segment]) -> list[Segment]:
    """Return segments without kinks that are due to the solver's tolerance."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and abs(joined[-1].li - segment.li) < SAME_LI:
            last = joined.pop()
            segment = Segment(last.low, segment.high, last.li, last.amounts, last.energy)  # noqa: PLW2901 - the joined one takes its place
        joined.append(segment)
    return joined


def window_segments(
    hull: Hull, material: Material, segments: Sequence[Segment]
) -> list[WindowSegment]:
    """Return segments as balanced reactions with their energies.

    Parameters
    ----------
    hull, material
        As in :func:`lithium_segments`.
    segments
        The segments.

    Returns
    -------
    list of WindowSegment
        In the same order.
    """
    own_energy = material_energy(hull, material)
    shown = []
    for segment in segments:
        exchanged = segment.li - material.composition.get(LITHIUM, 0.0)
        exchanged = 0.0 if abs(exchanged) < SAME_LI else exchanged
        at_zero = segment.energy - own_energy - exchanged * hull.lithium_energy
        low, high = (
            round((at_zero + exchanged * voltage) / material.n_atoms, 9) + 0.0
            for voltage in (segment.low, segment.high)
        )
        reaction = lithium_reaction(hull, material, segment.amounts, exchanged)
        shown.append(
            WindowSegment(
                voltage_low=segment.low,
                voltage_high=segment.high,
                li_exchanged=exchanged,
                phases=[hull.entries[index].name for index in segment.amounts],
                energy_low=low,
                energy_high=high,
                equation=reaction.equation,
                reaction=reaction,
            )
        )
    return shown


def lithium_reaction(
    hull: Hull, material: Material, amounts: dict[int, float], exchanged: float
) -> Reaction:
    """Return the balanced reaction of one formula unit with Li.

    Parameters
    ----------
    hull, material
        Phases and material.
    amounts
        Formula units of the products by index in the hull.
    exchanged
        Li taken up (positive) or released (negative) per formula unit.

    Returns
    -------
    Reaction
        Reaction with Li as reactant if it is taken up, or as product if it is released.
    """
    reactants = {material.formula: material.composition}
    products: dict[str, dict[str, float]] = {}
    guess = {material.formula: 1.0}
    for index, amount in amounts.items():
        formula = hull.entries[index].formula
        if formula == material.formula and len(amounts) == 1:
            return Reaction(
                equation=f"{formula} -> {formula}",
                reactants={formula: 1.0},
                products={formula: amount},
            )
        products[formula] = Composition(formula).get_el_amt_dict()
        guess[formula] = guess.get(formula, 0.0) + amount
    if abs(exchanged) >= SAME_LI:
        side = reactants if exchanged > 0 else products
        side[LITHIUM] = {LITHIUM: 1.0}
        guess[LITHIUM] = abs(exchanged)
    return balance(reactants, products, guess)


def material_energy(hull: Hull, material: Material) -> float:
    """Return the energy of a material on the scale of the entries (eV per formula unit)."""
    return (hull.energy(material.composition) + material.above_hull) * material.n_atoms


def voltage_window(
    material: Material, segments: Sequence[Segment], v_max: float = V_MAX
) -> VoltageWindow:
    """Return the voltages at which the composition of a material keeps its Li.

    Parameters
    ----------
    material
        The material. Its energy above the hull is ignored: these are the limits of its
        decomposition products without exchange of Li, and of the material itself if it is stable.
    segments
        From :func:`lithium_segments`.
    v_max
        Highest voltage examined there (V).

    Returns
    -------
    VoltageWindow
        Without limits, and with the reason, if the composition keeps its Li at no voltage.
    """
    content = material.composition.get(LITHIUM, 0.0)
    held = [s for s in segments if abs(s.li - content) < SAME_LI]
    if not held:
        return VoltageWindow(low=None, high=None, statement=_no_window(material, segments))
    low, high = held[0].low, held[-1].high
    upper = None if high >= v_max - SAME_LI else high
    below = f"takes up Li below {low:.3f} V" if low > 0 else "is at rest with Li metal"
    above = f"{v_max:g} V, the highest examined" if upper is None else f"{high:.3f} V"
    kept = (
        "the material itself"
        if material.above_hull <= 0
        else "what it decomposes into without exchanging Li"
    )
    return VoltageWindow(
        low=low, high=upper, statement=f"{below}, gives it off above {above}: {kept}"
    )


def _no_window(material: Material, segments: Sequence[Segment]) -> str:
    content = material.composition.get(LITHIUM, 0.0)
    crossing = next((s for s in segments if s.li < content), None)
    if crossing is None:
        return f"takes up Li at every voltage up to {segments[-1].high:g} V"
    if crossing.low == 0:
        return "gives off Li at every voltage: more Li than its elements hold in equilibrium"
    charge = excess_charge(material.composition)
    reason = (
        ""
        if not charge
        else f"; its ions sum to {charge:+.3g} e per formula unit, so it is at rest only after it "
        f"{'gave off' if charge > 0 else 'took up'} {abs(charge):.3g} Li"
    )
    return (
        f"no range of voltage: takes up Li below {crossing.low:.3f} V and gives it off above"
        f"{reason}"
    )


def metastable_window(
    hull: Hull, material: Material, segments: Sequence[Segment], v_max: float = V_MAX
) -> VoltageWindow:
    """Return the voltages at which no full reaction with Li gains energy.

    Parameters
    ----------
    hull, material, segments, v_max
        As before; here the material's energy above the hull enters.

    Returns
    -------
    VoltageWindow
        The same as :func:`voltage_window` for a phase on the hull, narrower the higher above,
        and empty if a reaction gains energy at every voltage.

    Notes
    -----
    The reactions are those of one formula unit to the products of a segment with more, or less,
    Li: they gain energy below V = [E - E(k)]/[n(k) - n] + mu(Li metal), or above. Decomposition
    without Li gains the energy above the hull at every voltage, and is not counted: a glass
    exists because it does not happen.
    """
    content, own = material.composition.get(LITHIUM, 0.0), material_energy(hull, material)
    metal = hull.lithium_energy
    more = [s for s in segments if s.li > content + SAME_LI]
    less = [s for s in segments if s.li < content - SAME_LI]
    reduced = [metal - (s.energy - own) / (s.li - content) for s in more]
    oxidised = [metal + (s.energy - own) / (content - s.li) for s in less]
    low = max([0.0, *reduced])
    high = min(oxidised, default=v_max)
    stated = f"energy {material.above_hull:+.3f} eV/atom above the hull ({material.energy_source})"
    if low >= high:
        release = f"above {high:.3f} V" if high > 0 else "at every voltage"
        return VoltageWindow(
            low=None,
            high=None,
            statement=f"none: a full reaction gains energy by taking up Li below {low:.3f} V and "
            f"by giving it off {release}; {stated}",
        )
    return VoltageWindow(
        low=low,
        high=None if not oxidised else high,
        statement=f"no full reaction with Li gains energy in between; {stated}",
    )


def neighbours(
    material: Material, segments: Sequence[Segment]
) -> tuple[Segment | None, Segment | None]:
    """Return the segments of the first reduction and the first oxidation.

    Returns
    -------
    tuple
        The segment with the next higher Li content, and that with the next lower.
    """
    content = material.composition.get(LITHIUM, 0.0)
    more = [s for s in segments if s.li > content + SAME_LI]
    less = [s for s in segments if s.li < content - SAME_LI]
    return (more[-1] if more else None), (less[0] if less else None)


def stable_products(hull: Hull, material: Material) -> list[str]:
    """Return the names of the decomposition products of a material without exchange of Li."""
    mixture = hull.equilibrium(material.composition)
    return [
        hull.entries[index].name for index in mixture.present if mixture.weights[index] > PRESENT
    ]
