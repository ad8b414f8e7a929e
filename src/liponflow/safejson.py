"""Decode JSON from files and databases without letting it name arbitrary code.

monty's decoder imports whatever ``@module``/``@class``/``@callable`` a document names. Every
document that comes from a file or a store goes through :func:`check_classes` first.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

TRUSTED_PACKAGES = frozenset(
    {
        "ase",
        "atomate2",
        "builtins",
        "chgnet",
        "custodian",
        "emmet",
        "jobflow",
        "liponflow",
        "maggma",
        "monty",
        "numpy",
        "phonopy",
        "pymatgen",
    }
)
"""Top-level packages whose classes a document may name."""


class UntrustedClassError(ValueError):
    """A document names a class from a package that is not on the allow-list."""


def check_classes(document: Any, trusted: Iterable[str] = ()) -> None:
    """Refuse a document that names code outside the trusted packages.

    Parameters
    ----------
    document
        Any JSON-like object.
    trusted
        Further top-level packages to allow.

    Raises
    ------
    UntrustedClassError
        Naming the first offending ``@module`` and class.

    Examples
    --------
    >>> check_classes({"@module": "pymatgen.core", "@class": "Structure"})
    >>> check_classes([{"@module": "os", "@callable": "system"}])
    Traceback (most recent call last):
    ...
    liponflow.safejson.UntrustedClassError: the document names os.system, ...
    """
    allowed = TRUSTED_PACKAGES.union(trusted)
    stack = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            module = item.get("@module")
            if module is not None and str(module).partition(".")[0] not in allowed:
                name = item.get("@class") or item.get("@callable")
                raise UntrustedClassError(
                    f"the document names {module}.{name}, which is not on the list of trusted "
                    f"packages ({', '.join(sorted(allowed))}); if you trust its origin, add "
                    f"{str(module).partition('.')[0]!r} to the setting trusted_packages"
                )
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)


def without_class(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a document without the keys that name its class.

    Examples
    --------
    >>> without_class({"@module": "gone.away", "@class": "Record", "@version": "1", "x": 1})
    {'x': 1}
    """
    return {name: value for name, value in document.items() if not name.startswith("@")}


def decode(document: Any, trusted: Iterable[str] = ()) -> Any:
    """Turn a JSON-like object into the (allow-listed) objects that it names.

    Parameters
    ----------
    document
        Any JSON-like object.
    trusted
        Further top-level packages to allow.

    Returns
    -------
    Any
        The decoded object.

    Raises
    ------
    UntrustedClassError
        See :func:`check_classes`.
    """
    from monty.json import MontyDecoder

    check_classes(document, trusted)
    return MontyDecoder().process_decoded(document)


def loads(text: str | bytes, trusted: Iterable[str] = ()) -> Any:
    """Decode a JSON text; see :func:`decode`."""
    return decode(json.loads(text), trusted)
