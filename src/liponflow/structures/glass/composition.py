"""Units of a glass that make up a composition.

Every former keeps all its corners, so the numbers of formers and anions fix the number of
bridges. It remains to choose which formers pair up and which corners are N: a small Diophantine
problem, whose solutions are listed by recursion over kinds of pairs and over hetero-anions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, islice
from math import inf, lgamma

from pymatgen.core.composition import Composition

from liponflow.structures.glass.roles import CompositionError, Roles, roles
from liponflow.structures.glass.units import FORMERS, Unit, assemble

MAX_SOLUTIONS = 5_000
"""Largest number of solutions listed; LiPON of a few hundred atoms has tens."""


@dataclass(frozen=True)
class UnitCounts:
    """Number of each unit in a model.

    Attributes
    ----------
    units
        Unit and number, without zeros.
    free
        Anions that belong to no former, and their number.
    """

    units: tuple[tuple[Unit, int], ...]
    free: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, int]:
        """Number of each unit by its name; free anions by their symbol."""
        return {unit.name: n for unit, n in self.units} | dict(self.free)

    @property
    def bridging_nitrogen(self) -> int:
        """N between two formers."""
        return sum(n * unit.bridges.count("N") for unit, n in self.units)

    @property
    def apical_nitrogen(self) -> int:
        """N at one former."""
        return sum(n * sum(corner.count("N") for corner in unit.apical) for unit, n in self.units)


def n_bridges(found: Roles) -> int:
    """Return the number of bridging corners: corners of lone formers minus anions."""
    corners = sum(FORMERS[symbol].corners * n for symbol, n in found.formers.items())
    return corners - sum(found.anions.values())


def solutions(
    composition: Composition, *, free_anions: bool = False
) -> tuple[list[UnitCounts], bool]:
    """List every way to build a composition from lone formers and pairs.

    A lone former has at most one corner that is not O; of a pair, only the bridge may be.

    Parameters
    ----------
    composition
        Whole atoms.
    free_anions
        Allow O that belongs to no former, where there are more anions than corners.

    Returns
    -------
    list of UnitCounts, bool
        The solutions, and whether these are all (up to ``MAX_SOLUTIONS``).

    Raises
    ------
    CompositionError
        If no solution exists, with the reason.

    Examples
    --------
    >>> found, complete = solutions(Composition("Li46P16O55N5"))
    >>> len(found), complete
    (5, True)
    >>> found[2].names
    {'PO4': 5, 'PO3N': 3, 'P2O7': 2, 'P2O6N': 2}
    """
    known = roles(composition)
    free = _free(composition, known, free_anions=free_anions)
    bonded = {symbol: n - free.get(symbol, 0) for symbol, n in known.anions.items()}
    pairs = n_bridges(Roles(known.formers, bonded, known.cations))
    total = sum(known.formers.values())
    most = total // 2
    if pairs > most:
        raise CompositionError(
            f"{composition.formula}: {sum(bonded.values())} anions for {total} formers leave "
            f"{pairs} corners to share, and pairs can share only {most}: the network is longer "
            "than pairs. Pack atoms at random (method=random) and let the melt find it, "
            "or raise the share of anions"
        )
    hetero = {symbol: n for symbol, n in bonded.items() if symbol != "O" and n}
    if sum(hetero.values()) > total - pairs or hetero.get("F", 0) > total - 2 * pairs:
        given = ", ".join(f"{n} {symbol}" for symbol, n in hetero.items())
        raise CompositionError(
            f"{composition.formula}: {given} do not fit: {pairs} pairs have one bridge each "
            f"(not for F) and {total - 2 * pairs} lone formers one apical site each. Take fewer, "
            "or pack atoms at random (method=random)"
        )
    found = list(islice(_enumerate(known.formers, pairs, hetero, free), MAX_SOLUTIONS + 1))
    return found[:MAX_SOLUTIONS], len(found) <= MAX_SOLUTIONS


def choose(found: Sequence[UnitCounts], bridging_to_apical: float) -> UnitCounts:
    """Select the solution with the wanted ratio of bridging to apical N.

    Parameters
    ----------
    found
        From :func:`solutions`.
    bridging_to_apical
        Bridging N per apical N, 0 or more; ``inf`` for bridging only.

    Returns
    -------
    UnitCounts
        The one closest in the share of bridging N; among equals, the one with most arrangements.

    Raises
    ------
    ValueError
        If the ratio is negative.
    """
    if bridging_to_apical < 0:
        raise ValueError(f"a bridging-to-apical ratio of {bridging_to_apical:g} is negative")
    ratio = bridging_to_apical
    wanted = 1.0 if ratio == inf else ratio / (1 + ratio)

    def distance(item: UnitCounts) -> tuple[float, float]:
        nitrogen = item.bridging_nitrogen + item.apical_nitrogen
        share = item.bridging_nitrogen / nitrogen if nitrogen else wanted
        # Units can be arranged in N!/(n1! n2! ...) ways, most where the sum of log n! is smallest.
        return round(abs(share - wanted), 9), sum(lgamma(n + 1) for n in item.names.values())

    return min(found, key=distance)


def _free(composition: Composition, known: Roles, *, free_anions: bool) -> dict[str, int]:
    excess = -n_bridges(known)
    if excess <= 0:
        return {}
    if not free_anions:
        raise CompositionError(
            f"{composition.formula}: {excess} anions more than the corners of its formers "
            f"({', '.join(f'{FORMERS[s].corners} per {s}' for s in known.formers)}); allow free "
            "O (free_anions=true) or lower the share of anions"
        )
    if known.anions.get("O", 0) < excess:
        raise CompositionError(
            f"{composition.formula}: {excess} anions more than corners, but only "
            f"{known.anions.get('O', 0)} O that could be free"
        )
    return {"O": excess}


def _enumerate(
    formers: Mapping[str, int], pairs: int, hetero: Mapping[str, int], free: Mapping[str, int]
) -> Iterator[UnitCounts]:
    kinds = list(combinations_with_replacement(formers, 2))
    for paired in _pairings(kinds, dict(formers), pairs):
        lone = {
            symbol: n - sum(count * kind.count(symbol) for kind, count in paired.items())
            for symbol, n in formers.items()
        }
        slots = [*(("pair", *kind) for kind in paired), *(("lone", symbol) for symbol in lone)]
        sizes = [*paired.values(), *lone.values()]
        for dealt in _deal(slots, sizes, list(hetero.items())):
            yield _counts(slots, sizes, dealt, free)


def _pairings(
    kinds: Sequence[tuple[str, str]], left: dict[str, int], pairs: int
) -> Iterator[dict[tuple[str, str], int]]:
    """Yield the numbers of each kind of pair that the formers allow."""
    if not kinds:
        if pairs == 0:
            yield {}
        return
    (first, second), *rest = kinds
    most = left[first] // 2 if first == second else min(left[first], left[second])
    for count in range(min(most, pairs) + 1):
        remaining = dict(left)
        remaining[first] -= count
        remaining[second] -= count
        for others in _pairings(rest, remaining, pairs - count):
            yield {(first, second): count} | others


def _deal(
    slots: Sequence[tuple[str, ...]], room: Sequence[int], hetero: list[tuple[str, int]]
) -> Iterator[dict[str, tuple[int, ...]]]:
    """Yield all ways to put the hetero-anions into the slots, one per unit."""
    if not hetero:
        yield {}
        return
    (symbol, amount), *rest = hetero
    open_ = [
        0 if symbol == "F" and slot[0] == "pair" else size
        for slot, size in zip(slots, room, strict=True)
    ]
    for shares in _parts(amount, open_):
        left = [size - share for size, share in zip(room, shares, strict=True)]
        for others in _deal(slots, left, rest):
            yield {symbol: shares} | others


def _parts(total: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield all ways to write a total as an ordered sum of bounded integers."""
    if not most:
        if total == 0:
            yield ()
        return
    first, *rest = most
    # No less than what the others cannot take: so every start of a tuple can be completed.
    for part in range(max(0, total - sum(rest)), min(first, total) + 1):
        for others in _parts(total - part, rest):
            yield (part, *others)


def _counts(
    slots: Sequence[tuple[str, ...]],
    sizes: Sequence[int],
    dealt: Mapping[str, tuple[int, ...]],
    free: Mapping[str, int],
) -> UnitCounts:
    lone: list[tuple[Unit, int]] = []
    paired: list[tuple[Unit, int]] = []
    for index, (slot, size) in enumerate(zip(slots, sizes, strict=True)):
        formers = list(slot[1:])
        kinds = {symbol: shares[index] for symbol, shares in dealt.items()}
        kinds["O"] = size - sum(kinds.values())
        corners = sum(FORMERS[former].corners for former in formers) - len(formers) + 1
        for symbol, count in sorted(kinds.items(), key=lambda item: "OFSN".index(item[0])):
            if count:
                anions = {"O": corners} if symbol == "O" else {"O": corners - 1, symbol: 1}
                made = assemble(formers, anions, "/".join(formers))
                (paired if slot[0] == "pair" else lone).append((made, count))
    return UnitCounts((*lone, *paired), dict(free))
