"""Number of valence electrons of a VASP input, and what an odd one asks for."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from monty.serialization import loadfn
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element, Species
from pymatgen.core.structure import Structure
from pymatgen.io.vasp.inputs import POTCAR_STATS_PATH

from liponflow.formulas import reduced_formula
from liponflow.inputs.presets import Cited

POLARISED = 2
"""ISPIN of a spin-polarised calculation."""

ZINC_GROUP = 12
"""Group of the periodic table whose d shell is full."""

_WHOLE = 1e-6
"""Largest difference of a number of electrons from a whole one."""


def valence_electrons(
    structure: Structure | Composition, incar: Mapping[str, Any], symbols: Sequence[str]
) -> float | None:
    """Return the number of valence electrons of a cell.

    Parameters
    ----------
    structure
        The cell, or its composition.
    incar
        INCAR, whose NELECT counts.
    symbols
        Symbols of the POTCAR, such as ``Li_sv``.

    Returns
    -------
    float or None
        None if an element has no symbol, or pymatgen's list of POTCARs lacks one.
    """
    if "NELECT" in incar:
        return float(incar["NELECT"])
    known = _valences()
    by_element = {symbol.partition("_")[0]: known.get(symbol) for symbol in symbols}
    whole = structure if isinstance(structure, Composition) else structure.composition
    counts = whole.get_el_amt_dict()
    found = [(by_element.get(element), count) for element, count in counts.items()]
    return sum(z * count for z, count in found if z) if all(z for z, _ in found) else None


def is_non_collinear(incar: Mapping[str, Any]) -> bool:
    """Return whether an INCAR asks for non-collinear moments, with spin-orbit coupling or not."""
    return incar.get("LNONCOLLINEAR") is True or incar.get("LSORBIT") is True


def is_odd(electrons: float | None) -> bool:
    """Return whether a number of electrons is odd; False if it is unknown or not whole.

    Examples
    --------
    >>> is_odd(573.0), is_odd(572.0), is_odd(None)
    (True, False, False)
    """
    return electrons is not None and abs(electrons % 2 - 1) < _WHOLE


def has_metallic_smearing(incar: Mapping[str, Any]) -> bool:
    """Return whether an INCAR occupies states as in a metal, by Methfessel and Paxton or Fermi.

    In a metal, an odd number of electrons per cell leaves no electron unpaired.
    """
    return int(incar.get("ISMEAR", 1)) in {-1, 1, 2, 3, 4, 5}


def changes(
    structure: Structure | None, incar: Mapping[str, Any], symbols: Sequence[str]
) -> dict[str, Cited]:
    """Return the INCAR values of a cell whose electrons cannot all be paired.

    Parameters
    ----------
    structure, incar, symbols
        As for :func:`valence_electrons`.

    Returns
    -------
    dict
        Spin polarisation and one unpaired electron, with the reason; empty if the INCAR has spin,
        the smearing of a metal, or an even number of electrons.
    """
    if structure is None or incar.get("ISPIN", 1) == POLARISED:
        return {}
    electrons = valence_electrons(structure, incar, symbols)
    if has_metallic_smearing(incar) or not is_odd(electrons):
        return {}
    return {
        "ISPIN": Cited(
            value=POLARISED,
            source=f"our choice: {electrons:.0f} valence electrons are an odd number, and without "
            "spin VASP would give half of the last one to each spin. NELECT would make them even, "
            "but the energy of a charged cell compares with no other. A composition with an even "
            "number (neutral=true in the glass campaign) needs no spin",
        ),
        "NUPDOWN": Cited(value=1, source="our choice: one unpaired electron"),
    }


def closed_shell(structure: Structure, symbols: Sequence[str]) -> dict[str, Cited]:
    """Return the INCAR values of a crystal that can have no moment.

    Parameters
    ----------
    structure, symbols
        As for :func:`valence_electrons`.

    Returns
    -------
    dict
        ISPIN = 1 and no MAGMOM (None), with the reason. Empty where an element has an open d or f
        shell, the formula unit has an odd number of electrons, as that of a superoxide, or O is
        alone.
    """
    elements = structure.composition.elements
    formula = reduced_formula(structure.composition)
    electrons = valence_electrons(Composition(formula), {}, symbols)
    alone = [element.symbol for element in elements] == ["O"]
    if electrons is None or is_odd(electrons) or alone or any(map(_open, elements)):
        return {}
    source = (
        f"our choice: no element has an open d or f shell, and {formula} has an "
        "even number of electrons"
    )
    return {"ISPIN": Cited(value=1, source=source), "MAGMOM": Cited(value=None, source=source)}


def _open(element: Element | Species) -> bool:
    closed_d = element.is_transition_metal and element.group == ZINC_GROUP
    metal = element.is_transition_metal or element.is_rare_earth or element.is_actinoid
    return bool(metal and not closed_d)


@cache
def _valences() -> dict[str, float]:
    """Return the valence electrons of each POTCAR, by symbol."""
    releases = loadfn(POTCAR_STATS_PATH)
    return {
        entry["symbol"]: entry["ZVAL"]
        for release in ("PBE", "PBE_52", "PBE_54", "PBE_64")
        for entries in releases[release].values()
        for entry in entries
    }
