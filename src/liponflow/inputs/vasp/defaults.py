"""Values that VASP uses: what an INCAR says, in one spelling, and the defaults of what it lacks.

Defaults are those of the VASP wiki, page of each tag, for PAW potentials and a run that starts
from nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from math import isclose
from typing import Any

from liponflow.freeformat.incar import Value
from liponflow.freeformat.tags import Kind, kind_of
from liponflow.inputs.vasp.ionic import ionic_task

Tags = Mapping[str, Value]

_CONSTANT: dict[str, Value] = {
    "AMIN": 0.1, "AMIX": 0.4, "AMIX_MAG": 1.6, "ANDERSEN_PROB": 0.0, "CSVR_PERIOD": 0.0,
    "BMIX": 1.0, "BMIX_MAG": 1.0, "EDIFF": 1e-4, "ICHARG": 2, "IDIPOL": 0, "IMAGES": 0,
    "IMIX": 4, "INIMIX": 1, "INIWAV": 1, "IOPT": 0, "ISMEAR": 1, "ISPIN": 1, "ISTART": 0,
    "IVDW": 0, "KPAR": 1, "KSPACING": 0.5, "LDAUPRINT": 0, "LDAUTYPE": 2, "LMAXMIX": 2,
    "LMAXPAW": -100, "LORBIT": 0, "MAXMIX": -45, "MDALGO": 0, "METAGGA": "none", "MIXPRE": 1,
    "NBLOCK": 1, "NCORE": 1, "NEDOS": 301, "NELM": 60, "NELMIN": 2, "NFREE": 0, "NSIM": 4,
    "NSW": 0, "NUPDOWN": -1, "NWRITE": 2, "PMASS": 1000.0, "PREC": "normal", "PSTRESS": 0.0,
    "SIGMA": 0.2, "SMASS": -3.0, "SPRING": -5.0, "SYMPREC": 1e-5, "TEBEG": 1e-4, "WC": 1000.0,
}  # fmt: skip

_TRUE = frozenset({"GGA_COMPAT", "KGAMMA", "LCHARG", "LCORR", "LDIAG", "LPLANE", "LWAVE"})
"""Truth values that are true by default."""

_WORDS = {
    "ALGO": ("all", "conjugate", "damped", "fast", "normal", "veryfast"),
    "LREAL": ("auto", "on"),
    "PREC": ("accurate", "high", "low", "medium", "normal"),
}
"""Words that VASP knows by their first letters."""

_ALGORITHMS = {38: "normal", 48: "veryfast", 53: "damped", 58: "all", 68: "fast"}
"""ALGO by IALGO."""

_OF_U = frozenset({"LDAUJ", "LDAUL", "LDAUPRINT", "LDAUTYPE", "LDAUU"})
_OF_IONIC_STEPS = frozenset({"EDIFFG", "IBRION", "NFREE", "POTIM"})
_SAME = 1e-8
"""Relative difference of one number in two spellings."""


def effective(tag: str, tags: Tags, atoms: int, gga: str = "PE") -> Any:
    """Return the value that VASP uses, in one spelling.

    Parameters
    ----------
    tag
        Upper case.
    tags
        The INCAR, whose other values decide on defaults and on whether the tag counts.
    atoms
        Atoms in the cell.
    gga
        Functional of the POTCARs, as in their LEXCH.

    Returns
    -------
    Value or None
        None where the tag has no effect, and where it is missing and its default is not known.

    Examples
    --------
    >>> effective("PREC", {"PREC": "A"}, 2), effective("ISIF", {"IBRION": 2, "NSW": 9}, 2)
    ('accurate', 2)
    >>> effective("IBRION", {"IBRION": 2}, 2), effective("IBRION", {"IBRION": 6}, 2)
    (None, 6)
    >>> effective("LDAUL", {"LDAU": True, "LDAUL": [0, 2], "LDAUU": [0, 6.2]}, 2)
    [-1, 2]
    """
    if not _counts(tag, tags):
        return None
    value = tags.get(tag)
    if tag == "LDAUL" and value is not None:
        return _orbitals(tags)
    if value is None or (tag == "GGA" and value == "--"):
        return _default(tag, tags, atoms, gga)
    if not isinstance(value, str) or kind_of(tag) is Kind.TEXT:
        return value
    word = value.casefold()
    long = [known for known in _WORDS.get(tag, ()) if word[0] == known[0]]
    return long[0] if long and (len(word) == 1 or long[0].startswith(word)) else word


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values are the same but for rounding.

    Examples
    --------
    >>> is_same([1.0, 0], [1, 0.0]), is_same(1e-5, 1e-6), is_same(True, 1)
    (True, False, False)
    """
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return isclose(one, other, rel_tol=_SAME, abs_tol=1e-15)
    return bool(one == other)


def _counts(tag: str, tags: Tags) -> bool:
    """Return whether a tag has an effect beside the others."""
    if tag in _OF_U:
        return bool(tags.get("LDAU"))
    if tag == "MAGMOM":
        return _number(tags, "ISPIN", 1) > 1 or bool(tags.get("LNONCOLLINEAR"))
    if tag in _OF_IONIC_STEPS:
        return ionic_task(tags) != "static"
    return tag != "IALGO"  # which ALGO stands for


def _default(tag: str, tags: Tags, atoms: int, gga: str) -> Any:
    if tag == "GGA":
        return gga.casefold()
    if tag == "MAGMOM":
        return [1.0] * atoms
    if tag in _DEPENDENT:
        return _DEPENDENT[tag](tags)
    if kind_of(tag) is Kind.TRUTH:
        return tag in _TRUE
    return _CONSTANT.get(tag)


def _number(tags: Tags, tag: str, default: float) -> float:
    value = tags.get(tag, default)
    return value if isinstance(value, int | float) else default


def _orbitals(tags: Tags) -> Sequence[Any]:
    """Return LDAUL, which is -1 for VASP wherever U and J are 0."""
    values = [tags.get(tag) for tag in ("LDAUL", "LDAUU", "LDAUJ")]
    rows = [value if isinstance(value, list) else [] for value in values]
    return [kind if u or j else -1 for kind, u, j in zip_longest(*rows)]


_DEPENDENT: dict[str, Callable[[Tags], Value | None]] = {
    "ALGO": lambda tags: _ALGORITHMS.get(int(_number(tags, "IALGO", 38))),
    "EDIFFG": lambda tags: 10 * _number(tags, "EDIFF", 1e-4),
    "IBRION": lambda _: 0,
    "ISIF": lambda tags: 0 if ionic_task(tags) == "md" or tags.get("LHFCALC") else 2,
    # Also of molecular dynamics, for which the wiki advises 0.
    "ISYM": lambda tags: 3 if tags.get("LHFCALC") else 2,
    "KBLOCK": lambda tags: tags.get("NSW", 0),
    # Of VTST, with any optimiser (VTST Tools, "Nudged Elastic Band"); VASP alone passes over it.
    "LCLIMB": lambda tags: _number(tags, "IMAGES", 0) > 0,
    "POTIM": lambda tags: 0.5 if _number(tags, "IBRION", 0) in {1, 2, 3} else None,
    "TEEND": lambda tags: tags.get("TEBEG", _CONSTANT["TEBEG"]),
}
"""Defaults that depend on other tags."""
