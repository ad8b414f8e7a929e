"""The formula unit of an insertion host, to which x refers: LixCoO2, LixNi0.5Mn1.5O4."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, partial, reduce
from math import gcd, isclose

from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.crystals.anions import anions_among
from liponflow.crystals.checked import StructureError
from liponflow.formulas import conventional

ALKALI_METALS = ("Li", "Na", "K", "Rb", "Cs")
"""Elements that can be inserted: all have a bcc metal, the reference of the voltages."""

CENTRES = frozenset({"B", "C", "N", "Si", "P", "S", "Ge", "As", "Se", "H"})
"""Elements that make groups with anions (PO4, SiO4, OH), counted apart from other cations."""

AMOUNT_TOLERANCE = 1e-3
"""Tolerance of the amounts of a formula unit that the user gives."""


@dataclass(frozen=True)
class FormulaUnit:
    """Formula unit of a host.

    Attributes
    ----------
    intercalant
        Symbol of the inserted element.
    content
        Atoms of it per formula unit in the crystal that was given.
    framework
        Amounts of the other elements.
    """

    intercalant: str
    content: float
    framework: Mapping[str, float]

    @property
    def formula(self) -> str:
        """Formula of the crystal that was given, such as LiCoO2."""
        if self.content == 0:
            return _joined(self.framework)
        return self.at("" if self.content == 1 else f"{self.content:.3g}")

    @property
    def variable(self) -> str:
        """Formula with x atoms of the intercalant, such as LixCoO2."""
        return self.at("x")

    def at(self, x: str) -> str:
        """Return the formula with an amount of the intercalant, as text.

        Examples
        --------
        >>> formula_unit(Composition("LiCoO2"), "Li").at("0.5")
        'Li0.5CoO2'
        """
        return f"{self.intercalant}{x}{_joined(self.framework)}"


def intercalant_of(composition: Composition, asked: str | None = None) -> str:
    """Return the element that is inserted into a host.

    Parameters
    ----------
    composition
        Composition of the host.
    asked
        Element that the user asks for; the alkali metal of the host if None.

    Raises
    ------
    StructureError
        If the host has no alkali metal or several and none is asked for, or the one asked for is
        no alkali metal.

    Examples
    --------
    >>> intercalant_of(Composition("NaCoO2")), intercalant_of(Composition("TiO2"), "Li")
    ('Na', 'Li')
    """
    known = ", ".join(ALKALI_METALS)
    if asked is not None:
        if asked not in ALKALI_METALS:
            raise StructureError(
                f"intercalant={asked}: only alkali metals ({known}) can be inserted, whose bcc "
                "metal is the reference of the voltages"
            )
        return asked
    present = [symbol for symbol in ALKALI_METALS if composition[symbol] > 0]
    if len(present) > 1:
        raise StructureError(
            f"{composition.formula} has {' and '.join(present)}: name the one that is inserted "
            f"and extracted, such as --set intercalant={present[0]}"
        )
    if not present:
        raise StructureError(
            f"{composition.formula} has no alkali metal ({known}) to extract: give the crystal "
            "that contains it, or name the one to insert, such as --set intercalant=Li"
        )
    return present[0]


def formula_unit(
    composition: Composition, intercalant: str, asked: str | None = None
) -> FormulaUnit:
    """Return the formula unit of a host.

    Parameters
    ----------
    composition
        Composition of the host.
    intercalant
        Inserted element.
    asked
        Formula unit that the user asks for, with or without the intercalant; by default the
        smallest one with whole numbers of intercalant, of other cations, of the centres of groups
        such as PO4, and of anions.

    Returns
    -------
    FormulaUnit

    Raises
    ------
    StructureError
        If the formula that is asked for is none, or not that of the host.

    Examples
    --------
    >>> formula_unit(Composition("Li8Ni4Mn12O32"), "Li").formula
    'LiNi0.5Mn1.5O4'
    >>> formula_unit(Composition("Li4Ti5O12"), "Li").variable
    'LixTi5O12'
    >>> half = formula_unit(Composition("Na2Co3O6"), "Na", "CoO2")
    >>> half.variable, round(half.content, 3)
    ('NaxCoO2', 0.667)
    """
    amounts = {
        element.symbol: float(amount)
        for element, amount in composition.element_composition.items()
    }
    content = amounts.pop(intercalant, 0.0)
    units = (
        _units(content, amounts) if asked is None else _units_asked(amounts, asked, intercalant)
    )
    return unit_of(composition, intercalant, units, content / units)


@cache
def written_by_unit(formula: str) -> str:
    """Return a formula as an insertion compound is named: LiNi0.5Mn1.5O4, not Li2Mn3NiO8.

    A formula without several formula units, or of another kind of compound, is returned as
    :func:`~liponflow.formulas.conventional` writes it, also what is not a formula.

    Examples
    --------
    >>> written_by_unit("Li2Mn3NiO8"), written_by_unit("Li3MnCoNiO6")
    ('LiNi0.5Mn1.5O4', 'LiNi0.333Co0.333Mn0.333O2')
    >>> written_by_unit("LiFePO4"), written_by_unit("Li7La3Zr2O12"), written_by_unit("a glass")
    ('LiFePO4', 'Li7La3Zr2O12', 'a glass')
    """
    try:
        whole, _ = Composition(formula).get_integer_formula_and_factor(max_denominator=10_000)
        composition = Composition(whole)
        has_metal = any(element.is_transition_metal for element in composition.elements)
        if has_metal and anions_among(composition.get_el_amt_dict()):
            intercalant = intercalant_of(composition)
            amounts = composition.get_el_amt_dict()
            if _units(amounts.pop(intercalant), amounts) > 1:
                return formula_unit(composition, intercalant).formula
    except Exception:  # noqa: BLE001 - no formula; without atoms, pymatgen raises an IndexError
        return formula
    return conventional(formula)


def unit_of(
    composition: Composition, intercalant: str, units: float, content: float
) -> FormulaUnit:
    """Return the formula unit of a cell that holds a known number of them.

    Parameters
    ----------
    composition
        Composition of the cell; its content of the intercalant does not matter.
    intercalant
        Inserted element.
    units
        Formula units in the cell.
    content
        Intercalant per formula unit in the crystal that was given.
    """
    amounts = {
        element.symbol: float(amount)
        for element, amount in composition.element_composition.items()
        if element.symbol != intercalant
    }
    order = sorted(amounts, key=partial(_place, anions=anions_among(amounts)))
    return FormulaUnit(intercalant, content, {symbol: amounts[symbol] / units for symbol in order})


def _place(symbol: str, anions: AbstractSet[str]) -> tuple[int, float]:
    """Return a key that sorts as chemists write: Ni, Co, Mn, then P or Si, then O and F."""
    element = Element(symbol)
    if symbol in anions:
        return (2, element.X)
    if element.is_alkali or element.is_alkaline:
        return (-1, element.X)
    return (1, element.X) if symbol in CENTRES else (0, -element.X)


def _units(content: float, amounts: Mapping[str, float]) -> float:
    anions = anions_among(amounts)
    groups: dict[str, float] = {"intercalant": content}
    for symbol, amount in amounts.items():
        kind = "anions" if symbol in anions else symbol if symbol in CENTRES else "cations"
        groups[kind] = groups.get(kind, 0.0) + amount
    return float(reduce(gcd, (round(amount) for amount in groups.values())))


def _units_asked(amounts: Mapping[str, float], asked: str, intercalant: str) -> float:
    try:
        given = Composition(asked).get_el_amt_dict()
    except ValueError as error:
        raise StructureError(f"formula_unit={asked} is not a formula: {error}") from error
    given.pop(intercalant, None)
    if given.keys() == amounts.keys():
        ratios = [amounts[symbol] / amount for symbol, amount in given.items()]
        if all(isclose(ratio, ratios[0], rel_tol=AMOUNT_TOLERANCE) for ratio in ratios):
            return ratios[0]
    own = _joined(formula_unit(Composition(dict(amounts)), intercalant).framework)
    raise StructureError(
        f"formula_unit={asked} does not fit the host, whose framework is {own}; give a multiple "
        "of that"
    )


def _joined(amounts: Mapping[str, float]) -> str:
    return "".join(
        symbol if isclose(amount, 1, rel_tol=AMOUNT_TOLERANCE) else f"{symbol}{amount:.3g}"
        for symbol, amount in amounts.items()
    )
