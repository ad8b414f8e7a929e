"""Starting models of a glass: packed units, packed atoms, or a substituted crystal."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal, get_args

from pymatgen.core.composition import Composition
from pymatgen.core.structure import Molecule, Structure

from liponflow.structures.glass.composition import UnitCounts, choose, solutions
from liponflow.structures.glass.crystal import crystal_composition, crystal_start
from liponflow.structures.glass.packing import Film, PackingError, Pair, box_length, pack
from liponflow.structures.glass.roles import CompositionError, Roles, roles, whole_atoms
from liponflow.structures.glass.units import ANIONS, CATIONS, FORMERS, Unit, unit

Method = Literal["units", "random", "crystal"]

LIPON = "Li46P16O55N5"
"""Model of D. Cheng, dissertation, UC San Diego (2023), Figure 4.8: 122 atoms. Its formal charges
(Li 1, P 5, O -2, N -3) add up to +1."""

LIPON_DENSITY = 2.3
"""g/cm³: our choice, between crystalline Li3PO4 (2.44) and lighter films."""

BRIDGING_TO_APICAL = 2 / 3
"""Bridging per apical N: our choice; the published spectra show more apical than bridging N."""

MOST_ATOMS = 100_000
"""Atoms of a model; a packing or a potential takes no more."""

MOST_STRAINED = 1.3
"""Ratio of the density of a model to that of the crystal that it is strained from, or its inverse:
our choice. Packing LiPON fails at 3.2 g/cm³, 1.3 times the density of Li3PO4."""

_RANDOM = (
    "The packed units are those of phosphate glasses (PO4, P2O7, PO3N, ...) and of their likes: "
    "method=random packs atoms of any composition of these elements"
)

_LEAST: Mapping[Method, Mapping[str, float]] = {
    "units": {"CC": 2.0, "AC": 1.8, "CF": 2.4, "AA": 2.2, "AF": 2.5, "FF": 3.0},
    "random": {"CC": 2.0, "AC": 1.8, "CF": 2.2, "AA": 2.2, "AF": 1.6, "FF": 2.6},
}
"""Å, between cations C, anions A and formers F of different units: our choice, below the first
maxima of g(r) in the glass (Li-O 1.9, O-O 2.5, P-P 3), so that a short anneal mends the rest."""


@dataclass(frozen=True, eq=False)
class GlassStart:
    """A starting model of a glass.

    Attributes
    ----------
    structure
        Right-angled cell (the crystal's supercell where that was the start); sites are sorted by
        element.
    method
        How it was made.
    units
        Number of each unit by its name; empty where atoms were packed.
    charge
        Sum of the formal charges, e.
    notes
        Notes on stoichiometry, charge, choice of units and packing.
    """

    structure: Structure
    method: Method
    units: Mapping[str, int]
    charge: int
    notes: tuple[str, ...]


def build(
    composition: Composition | str = LIPON,
    *,
    method: Method = "units",
    density: float = LIPON_DENSITY,
    seed: int = 0,
    n_atoms: int | None = None,
    units: Mapping[str, int] | None = None,
    bridging_to_apical: float = BRIDGING_TO_APICAL,
    free_anions: bool = False,
    neutral: bool = False,
    distances: Mapping[str, float] | None = None,
    time_limit: float = 60.0,
    film: Film | None = None,
) -> GlassStart:
    """Build a starting model.

    Parameters
    ----------
    composition
        Formula; fractional amounts need `n_atoms`.
    method
        ``units`` packs formers with their corners, ``random`` packs atoms, ``crystal`` changes a
        supercell of Li3PO4.
    density
        Mass density, g/cm³.
    seed
        The same seed gives the same model.
    n_atoms
        Atoms of the model; those of the formula if None.
    units
        Proportions of units by their names; chosen among the solutions if None.
    bridging_to_apical
        Bridging N per apical N, where the units are chosen here.
    free_anions
        Allow O that belongs to no former, where there are more anions than corners.
    neutral
        Change the number of the most frequent cation so that the formal charges add up to 0.
    distances
        Least distances (Å) between atoms of different units that replace the default ones, by
        pairs of elements such as ``Li-O``.
    time_limit
        Longest time of the packing, s.
    film
        Base of a film, whose height follows from the density; None for a cube. A crystal that is
        changed has its own shape.

    Returns
    -------
    GlassStart

    Raises
    ------
    CompositionError
        If the composition cannot be built by this method, with the reason.
    PackingError
        If the density cannot be reached, or is far from that of the crystal.
    ValueError
        If the method or a pair of elements is unknown.

    Examples
    --------
    >>> start = build(seed=1)
    >>> start.structure.composition.formula, start.units, start.charge
    ('Li46 P16 N5 O55', {'PO4': 5, 'PO3N': 3, 'P2O7': 2, 'P2O6N': 2}, 1)
    """
    if method not in get_args(Method):
        raise ValueError(f"method = {method!r} is not one of {', '.join(get_args(Method))}")
    box_length(Composition("Li"), density)  # refuses a density that is not above 0
    atoms = whole_atoms(composition, n_atoms)
    wanted, notes = atoms.composition, [atoms.note] if atoms.note else []
    if wanted.num_atoms > MOST_ATOMS:
        raise CompositionError(
            f"{composition} has {wanted.num_atoms:.3g} atoms, over {MOST_ATOMS:,}: set n_atoms"
        )
    if method == "crystal" and (nearest := crystal_composition(wanted)) != wanted:
        notes.append(
            f"{_plain(nearest)} instead of {_plain(wanted)}: the crystal has whole cells of 4 P"
        )
        wanted = nearest
    if neutral:
        wanted, changes = _neutral(wanted)
        notes += changes
    known = roles(wanted)
    notes.append(_charge_note(known))
    if method == "crystal":
        if film is not None:
            raise CompositionError(
                "a changed crystal is not a film of a given base: take method units or random"
            )
        structure, note = crystal_start(wanted, seed)
        _check_strained(density, structure.density)
        structure.scale_lattice(box_length(wanted, density) ** 3)
        return GlassStart(structure, method, {}, known.charge, (*notes, note))
    least = _distances(known, method, distances or {})
    counts = UnitCounts(())
    if method == "units":
        try:
            counts, note = _units(wanted, units, bridging_to_apical, free_anions=free_anions)
        except CompositionError as error:
            raise CompositionError(f"{error}. {_RANDOM}") from error
        notes.append(note)
    packed = pack(
        _pieces(known, counts),
        density=density,
        distances=least,
        seed=seed,
        time_limit=time_limit,
        film=film,
    )
    structure = packed.structure.get_sorted_structure()
    structure.remove_site_property("unit")
    return GlassStart(structure, method, counts.names, known.charge, tuple(notes))


def _check_strained(density: float, own: float) -> None:
    """Refuse to strain a crystal to a density that no packing would reach.

    Parameters
    ----------
    density, own
        Density that is asked for and that of the crystal, g/cm³.

    Raises
    ------
    PackingError
        If they differ by more than :data:`MOST_STRAINED`.
    """
    ratio = density / own
    if not 1 / MOST_STRAINED <= ratio <= MOST_STRAINED:
        raise PackingError(
            f"a density of {density:g} g/cm³ is {ratio:.2g} times that of the crystal, "
            f"{own:.3g} g/cm³, whose cell would be strained: at most {MOST_STRAINED:g} times more "
            f"or less; choose {own / MOST_STRAINED:.2g} to {own * MOST_STRAINED:.2g} g/cm³"
        )


def _units(
    composition: Composition,
    proportions: Mapping[str, int] | None,
    bridging_to_apical: float,
    *,
    free_anions: bool,
) -> tuple[UnitCounts, str]:
    if proportions is not None:
        counts = _given(composition, proportions)
        return counts, f"units as given: {_listed(counts)}"
    found, complete = solutions(composition, free_anions=free_anions)
    counts = choose(found, bridging_to_apical)
    number = f"{len(found)}" if complete else f"the first {len(found)}"
    others = "; ".join(_listed(item) for item in found if item is not counts)
    named = f" (the others: {others})" if others and len(found) <= _LISTED else ""
    return counts, (
        f"{_listed(counts)}: of {number} solutions in whole units the one nearest to "
        f"{bridging_to_apical:.3g} bridging per apical N{named}"
    )


_LISTED = 12
"""Largest number of solutions that a note lists in full."""


def _given(composition: Composition, proportions: Mapping[str, int]) -> UnitCounts:
    """Scale proportions of units to the formers of a composition and refuse a mismatch."""
    known = roles(composition)
    if bad := {name: n for name, n in proportions.items() if n < 0 or n != int(n)}:
        name, number = next(iter(bad.items()))
        raise CompositionError(f"units: {number} of {name} is not a whole number of units")
    made = [(unit(name), int(n)) for name, n in proportions.items() if n]
    formers = sum(n * len(item.formers) for item, n in made)
    wanted = sum(known.formers.values())
    if not formers or wanted % formers:
        raise CompositionError(
            f"units have {formers} formers, {composition.formula} has {wanted}: give numbers "
            "whose sum divides that"
        )
    made = [(item, n * wanted // formers) for item, n in made]
    total = Composition()
    for item, n in made:
        total += item.composition * n
    asked = Composition({**known.formers, **known.anions})
    if total != asked:
        charge = -sum(item.charge * n for item, n in made)
        raise CompositionError(
            f"the units make {_plain(total)}, the composition has {_plain(asked)}; with these "
            f"units composition=Li{charge}{_plain(total)} is neutral"
        )
    return UnitCounts(tuple(made))


def _pieces(known: Roles, counts: UnitCounts) -> list[tuple[Molecule, int]]:
    """List what is packed: units, if any, and single atoms."""
    atoms: dict[str, int] = dict(counts.free if counts.units else known.anions)
    atoms |= known.cations
    if not counts.units:
        atoms |= known.formers
    units: list[tuple[Unit, int]] = list(counts.units)
    return [
        *((item.molecule, n) for item, n in units),
        *((Molecule([symbol], [[0.0, 0.0, 0.0]]), n) for symbol, n in atoms.items()),
    ]


def _distances(known: Roles, method: Method, replaced: Mapping[str, float]) -> dict[Pair, float]:
    kinds = {
        **dict.fromkeys(known.cations, "C"),
        **dict.fromkeys(known.anions, "A"),
        **dict.fromkeys(known.formers, "F"),
    }
    least = _LEAST[method]
    found = {
        (a, b): least["".join(sorted(kinds[a] + kinds[b]))]
        for a, b in combinations_with_replacement(sorted(kinds), 2)
    }
    for name, value in replaced.items():
        a, _, b = name.partition("-")
        pair = (a, b) if (a, b) in found else (b, a)
        if pair not in found:
            raise ValueError(
                f"distances: {name!r} is not a pair of the elements {', '.join(sorted(kinds))}, "
                "such as Li-O"
            )
        if value <= 0:
            raise ValueError(f"distances: {name} = {value:g} Å is not above 0")
        found[pair] = value
    return found


def _neutral(composition: Composition) -> tuple[Composition, list[str]]:
    known = roles(composition)
    if known.charge == 0:
        return composition, []
    if not known.cations:
        raise CompositionError(f"{composition.formula} has no cation to make it neutral with")
    main = max(known.cations, key=lambda symbol: known.cations[symbol])
    change, rest = divmod(-known.charge, CATIONS[main])
    number = known.cations[main] + change
    if rest or number < 0:
        raise CompositionError(
            f"{composition.formula} has a charge of {known.charge:+d} e, which no whole number "
            f"of {main} balances"
        )
    changed = Composition(composition.get_el_amt_dict() | {main: number})
    return changed, [f"{main}{number} instead of {main}{known.cations[main]}, to be neutral"]


def _charge_note(known: Roles) -> str:
    elements = [*known.cations, *known.formers, *known.anions]
    charges = {
        **CATIONS,
        **ANIONS,
        **{symbol: FORMERS[symbol].charge for symbol in known.formers},
    }
    given = ", ".join(f"{symbol} {charges[symbol]:+d}" for symbol in elements)
    if known.charge == 0:
        return f"neutral with the formal charges {given}"
    number = "1 electron" if abs(known.charge) == 1 else f"{abs(known.charge)} electrons"
    return (
        f"the formal charges ({given}) add up to {known.charge:+d} e: a neutral cell has "
        f"{number} {'more' if known.charge > 0 else 'fewer'} than filled "
        "shells; neutral=true changes the number of cations instead"
    )


def _listed(counts: UnitCounts) -> str:
    return " + ".join(f"{n} {name}" for name, n in counts.names.items())


def _plain(composition: Composition) -> str:
    return composition.formula.replace(" ", "")
