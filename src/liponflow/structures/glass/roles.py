"""Whole atoms of a composition, and the role of each element in a glass."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from pymatgen.core.composition import Composition

from liponflow.structures.glass.units import ANIONS, CATIONS, FORMERS

WHOLE = 1e-6
"""Tolerance for whole numbers."""


class CompositionError(ValueError):
    """A composition that cannot be built; the message gives the reason."""

    page = "docs/glass.md"


@dataclass(frozen=True)
class Roles:
    """Roles of the elements of a composition.

    Attributes
    ----------
    formers, anions, cations
        Atoms of each element.
    """

    formers: Mapping[str, int]
    anions: Mapping[str, int]
    cations: Mapping[str, int]

    @property
    def charge(self) -> int:
        """Sum of the formal charges, e: 0 for a neutral glass."""
        return (
            sum(FORMERS[symbol].charge * n for symbol, n in self.formers.items())
            + sum(ANIONS[symbol] * n for symbol, n in self.anions.items())
            + sum(CATIONS[symbol] * n for symbol, n in self.cations.items())
        )


@dataclass(frozen=True)
class WholeAtoms:
    """A composition in whole atoms.

    Attributes
    ----------
    composition
        Atoms of each element.
    exact
        Whether it has the requested stoichiometry.
    note
        Description of the difference; empty if exact.
    """

    composition: Composition
    exact: bool
    note: str


def whole_atoms(composition: Composition | str, n_atoms: int | None = None) -> WholeAtoms:
    """Round a composition to whole atoms.

    Parameters
    ----------
    composition
        Formula; fractional amounts need `n_atoms`.
    n_atoms
        Atoms of the model; those of the formula if None.

    Returns
    -------
    WholeAtoms
        The exact stoichiometry if `n_atoms` allows it, else the nearest: every element rounded
        down, the rest given to those that lost most (largest remainder).

    Raises
    ------
    CompositionError
        If the formula cannot be read, has fractions and `n_atoms` is None, or `n_atoms` is too
        small for one atom of each element.

    Examples
    --------
    >>> whole_atoms("Li2.88PO3.44N0.31", 122).composition.formula
    'Li46 P16 N5 O55'
    >>> whole_atoms("Li3PO4", 32).exact
    True
    """
    try:
        wanted = Composition(composition)
    except ValueError as error:
        raise CompositionError(f"{composition!r} is not a chemical formula: {error}") from None
    if not wanted:
        raise CompositionError(f"{composition!r} is an empty formula")
    amounts = wanted.get_el_amt_dict()
    if n_atoms is None:
        fractional = {s: a for s, a in amounts.items() if abs(a - round(a)) > WHOLE}
        if fractional:
            symbol, amount = next(iter(fractional.items()))
            raise CompositionError(
                f"{wanted.formula} has {amount:g} {symbol}: give whole atoms, or the number of "
                "atoms of the model (n_atoms)"
            )
        return WholeAtoms(Composition({s: round(a) for s, a in amounts.items()}), True, "")  # noqa: FBT003
    shares = {symbol: amount * n_atoms / wanted.num_atoms for symbol, amount in amounts.items()}
    counts = {symbol: floor(share + WHOLE) for symbol, share in shares.items()}
    lost = sorted(shares, key=lambda symbol: counts[symbol] - shares[symbol])
    for symbol in lost[: n_atoms - sum(counts.values())]:
        counts[symbol] += 1
    if missing := [symbol for symbol, count in counts.items() if count == 0]:
        raise CompositionError(
            f"{n_atoms} atoms of {wanted.formula} have no whole atom of {missing[0]} "
            f"({shares[missing[0]]:.2g}); take {_smallest(shares, n_atoms)} atoms or more"
        )
    exact = all(abs(counts[symbol] - share) <= WHOLE for symbol, share in shares.items())
    found = Composition(counts)
    changes = ", ".join(
        f"{symbol} {counts[symbol] - share:+.2f}"
        for symbol, share in shares.items()
        if abs(counts[symbol] - share) > WHOLE
    )
    note = (
        ""
        if exact
        else (
            f"{found.formula.replace(' ', '')} is the stoichiometry nearest to {wanted.formula} "
            f"that {n_atoms} atoms can have (atoms too many or too few: {changes})"
        )
    )
    return WholeAtoms(found, exact, note)


def roles(composition: Composition) -> Roles:
    """Sort elements into network formers, corners (anions) and modifiers (cations).

    S is a former (sulfate) if nothing else is; with another former it is a corner (thio-).

    Parameters
    ----------
    composition
        Whole atoms.

    Returns
    -------
    Roles

    Raises
    ------
    CompositionError
        If an element has no role, or there is no former or no anion.

    Examples
    --------
    >>> roles(Composition("Li46P16O55N5")).charge
    1
    """
    amounts = {symbol: round(n) for symbol, n in composition.get_el_amt_dict().items()}
    formers = {s: n for s, n in amounts.items() if s in FORMERS and s != "S"}
    if not formers and "S" in amounts:
        formers = {"S": amounts["S"]}
    anions = {s: n for s, n in amounts.items() if s in ANIONS and s not in formers}
    cations = {s: n for s, n in amounts.items() if s in CATIONS}
    left = amounts.keys() - formers.keys() - anions.keys() - cations.keys()
    if left:
        raise CompositionError(
            f"{composition.formula}: {min(left)} is not a network former ({', '.join(FORMERS)}), "
            f"corner ({', '.join(ANIONS)}) or cation ({', '.join(CATIONS)})"
        )
    if not formers or not anions:
        what = "network former" if not formers else "anion"
        known = FORMERS if not formers else ANIONS
        raise CompositionError(f"{composition.formula} has no {what} ({', '.join(known)})")
    return Roles(formers, anions, cations)


def _smallest(shares: Mapping[str, float], n_atoms: int) -> int:
    return floor(n_atoms / min(shares.values())) + 1
