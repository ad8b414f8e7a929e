"""Contents of the intercalant that the metals of a host allow."""

from collections.abc import Mapping
from dataclasses import dataclass

from pymatgen.core.periodic_table import Element

from liponflow.crystals.checked import StructureError
from liponflow.crystals.formula_unit import FormulaUnit
from liponflow.crystals.oxidation_states import (
    is_redox_metal,
    octahedral_states,
    redox_charge,
)

CHARGE_TOLERANCE = 1e-3
"""Tolerance (e per formula unit) of a metal that is in its highest or lowest state."""


@dataclass(frozen=True)
class Redox:
    """What the metals of a host allow.

    Attributes
    ----------
    state
        Mean oxidation state of the redox metals in the crystal that was given.
    lowest, highest
        Contents x between which only the metals change their state; `lowest` is 0 or more.
    inserts_only
        Whether the metals have no d electron to give, so that nothing can be extracted.
    oxidises_anions
        Whether the metals are in their highest states with d electrons left: extraction oxidises
        the anions.
    """

    state: float
    lowest: float
    highest: float
    inserts_only: bool
    oxidises_anions: bool


def redox(unit: FormulaUnit, anions: frozenset[str]) -> Redox:
    """Return the contents of the intercalant that the metals of a host allow.

    Parameters
    ----------
    unit
        Formula unit of the host.
    anions
        Elements that are anions in it.

    Returns
    -------
    Redox

    Raises
    ------
    StructureError
        If no metal of the host can change its state, or the charges of the other elements leave
        one that none of them has.

    Examples
    --------
    >>> from pymatgen.core.composition import Composition
    >>> from liponflow.crystals.formula_unit import formula_unit
    >>> oxide = frozenset("O")
    >>> redox(formula_unit(Composition("LiMn2O4"), "Li"), oxide).state
    3.5
    >>> spinel = redox(formula_unit(Composition("Li4Ti5O12"), "Li"), oxide)
    >>> spinel.inserts_only, spinel.lowest, spinel.highest
    (True, 4.0, 14.0)
    >>> redox(formula_unit(Composition("Li2MnO3"), "Li"), oxide).oxidises_anions
    True
    """
    metals = {symbol: n for symbol, n in unit.framework.items() if is_redox_metal(symbol)}
    if not metals:
        raise StructureError(
            f"{unit.formula} has no transition metal that can be oxidised or reduced: nothing "
            f"balances the charge of {unit.intercalant}+"
        )
    charge = redox_charge(unit.framework, anions) - unit.content
    most = _total(metals, -1)
    least = _total(metals, 0)
    state = charge / sum(metals.values())
    if not least - CHARGE_TOLERANCE <= charge <= most + CHARGE_TOLERANCE:
        known = ", ".join(
            f"{symbol}{octahedral_states(symbol)[0]}+ to {octahedral_states(symbol)[-1]}+"
            for symbol in metals
        )
        raise StructureError(
            f"{unit.formula}: the charges of the other elements leave {state:+.2f} per metal, and "
            f"these have {known}; check the composition, or give x yourself"
        )
    spent = most - charge < CHARGE_TOLERANCE
    empty = all(octahedral_states(s)[-1] == Element(s).group for s in metals)
    return Redox(
        state=state,
        lowest=unit.content if spent and empty else max(0.0, unit.content - (most - charge)),
        highest=unit.content + charge - least,
        inserts_only=spent and empty,
        oxidises_anions=spent and not empty,
    )


def _total(metals: Mapping[str, float], which: int) -> float:
    return sum(n * octahedral_states(symbol)[which] for symbol, n in metals.items())
