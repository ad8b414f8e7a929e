"""Suggestions for mistyped names, as error messages end with them."""

from collections.abc import Iterable
from difflib import get_close_matches


def similar(name: str, known: Iterable[str], *, at_most: int = 1) -> list[str]:
    """List the known names that resemble a name, the most similar first.

    Case is ignored where no name is similar with it: Co and CO are two phases.

    Examples
    --------
    >>> similar("encutt", ["ENCUT", "NCORE"])
    ['ENCUT']
    """
    known = sorted(set(known))
    lower = {item.lower(): item for item in known}
    return get_close_matches(name, known, n=at_most) or [
        lower[item] for item in get_close_matches(name.lower(), lower, n=at_most)
    ]


def did_you_mean(name: str, known: Iterable[str], *, at_most: int = 1) -> str:
    """Return the similar names in words; empty without any.

    Examples
    --------
    >>> did_you_mean("Li3P04_beta", ["Li3PO4_beta", "Li3PO4_gamma", "MgO"], at_most=2)
    "; did you mean 'Li3PO4_beta' or 'Li3PO4_gamma'?"
    """
    found = similar(name, known, at_most=at_most)
    return f"; did you mean {' or '.join(map(repr, found))}?" if found else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the most similar name and all known ones in words.

    Examples
    --------
    >>> nearest("qiuck", ["quick", "paper"])
    "; did you mean 'quick'? (known: paper, quick)"
    """
    known = sorted(known)
    return f"{did_you_mean(name, known)} (known: {', '.join(known)})"
