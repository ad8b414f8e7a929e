"""Elements of the labels that files give to atoms."""

import re
from collections.abc import Mapping

from pymatgen.core.periodic_table import Element

NO_MAP: Mapping[str, str] = {}
"""No label is given by the user."""

_LABEL = re.compile(r"([A-Z][a-z]?)(?![A-Za-z])")
_POTENTIAL = re.compile(r"([A-Za-z]{1,2})(?![A-Za-z])")
_ISOTOPES = {"D": "H"}
"""Without T, which is mostly the label of a tetrahedral site."""


class LabelError(ValueError):
    """A label that names no element; the message has the label and the remedy."""


def is_symbol(text: str) -> bool:
    """Tell whether a text is the symbol of an element; pymatgen's D and T are isotopes.

    Examples
    --------
    >>> is_symbol("Li"), is_symbol("T"), is_symbol("Xx")
    (True, False, False)
    """
    return Element.is_valid_symbol(text) and Element(text).symbol == text


def element_of(label: str, species_map: Mapping[str, str] = NO_MAP) -> str:
    """Return the symbol of the element that a label names.

    Parameters
    ----------
    label
        Symbol, alone or followed by a number, a charge or another sign: Li, Li1, Fe3+, O_2. Two
        letters that are not a symbol are not taken for one with a letter behind it: OW is refused.
    species_map
        Elements by the labels of the user's own files, which go first.

    Raises
    ------
    LabelError
        If it names none.

    Examples
    --------
    >>> [element_of(label) for label in ("Li", "O2-", "Mn3.5+", "P1", "D")]
    ['Li', 'O', 'Mn', 'P', 'H']
    >>> element_of("OW", {"OW": "O"})
    'O'
    """
    if label in species_map:
        return species_map[label]
    match = _LABEL.match(label)
    symbol = _ISOTOPES.get(match[1], match[1]) if match else ""
    if not is_symbol(symbol):
        raise LabelError(f"{label!r} names no element; write a symbol such as Li")
    return symbol


def element_of_potential(name: str) -> str:
    """Return the element in the name of a VASP block or potential, upper case or lower.

    Raises
    ------
    LabelError
        If it names none.

    Examples
    --------
    >>> [element_of_potential(name) for name in ("Ni_pv", "H1.25", "li", "Mg_pv/f474ac0d")]
    ['Ni', 'H', 'Li', 'Mg']
    """
    match = _POTENTIAL.match(name)
    return element_of(match[1].capitalize() if match else name)


def parse_species_map(text: str) -> dict[str, str]:
    """Return elements by label from ``1=Li,2=P``.

    Raises
    ------
    LabelError
        If a part has no label or no element.

    Examples
    --------
    >>> parse_species_map("1=Li, OW=O")
    {'1': 'Li', 'OW': 'O'}
    """
    found: dict[str, str] = {}
    for part in text.split(","):
        label, sign, symbol = (word.strip() for word in part.partition("="))
        if not (label and sign) or not is_symbol(symbol):
            raise LabelError(
                f"{part.strip()!r} in the map of species {text!r}: write LABEL=ELEMENT, such as "
                "1=Li,2=P"
            )
        if found.setdefault(label, symbol) != symbol:
            raise LabelError(f"the map of species {text!r} gives {label} two elements; give one")
    return found
