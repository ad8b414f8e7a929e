"""Decode flows and the documents of their jobs, which name functions and classes.

**A flow is code.** jobflow writes the functions and Makers of a flow by name, and whoever may name
them may do what their packages can: this module tests the package of each name and no more.
It keeps accidents out, not attackers. So flows are read only from run directories that belong to
the user (:mod:`liponflow.runners.journal`). What is data goes through :mod:`liponflow.datajson`
and never through this module.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

from liponflow import moved

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
"""Top-level packages whose classes and functions a flow may name."""


class UntrustedClassError(ValueError):
    """A document that names a class or function that it may not name."""

    page = "SECURITY.md"


class UnknownNameError(ValueError):
    """A document that names a class or function that this version of liponflow lacks."""


def check_classes(document: Any, trusted: Iterable[str] = ()) -> None:
    """Refuse the document of a flow that names code outside the trusted packages.

    Parameters
    ----------
    document
        Any JSON-like object.
    trusted
        What else is allowed: top-level packages, or single classes and functions as
        ``module:name``.

    Raises
    ------
    UntrustedClassError
        If it names other code; the first such ``@module`` and class are given.

    Examples
    --------
    >>> check_classes({"@module": "pymatgen.core", "@class": "Structure"})
    >>> check_classes({"@module": "mine.jobs", "@class": "Maker"}, ["mine.jobs:Maker"])
    >>> check_classes([{"@module": "os", "@callable": "system"}])
    Traceback (most recent call last):
    ...
    liponflow.safejson.UntrustedClassError: the document names os.system, ...
    """
    allowed = TRUSTED_PACKAGES.union(trusted)
    for module, name in _named(document):
        package = module.partition(".")[0]
        reference = f"{module}:{name.partition('.')[0]}"
        if allowed.isdisjoint({package, reference}):
            raise UntrustedClassError(
                f"the document names {module}.{name}, which is not on the list of trusted "
                f"packages and classes ({', '.join(sorted(allowed))}); if you trust its origin, "
                f"add {reference!r} to the setting trusted_classes"
            )


def checked(document: Any, trusted: Iterable[str] = ()) -> Any:
    """Return a document that is safe to decode, with the present names of its classes.

    Parameters
    ----------
    document
        Any JSON-like object; it is not changed.
    trusted
        As in :func:`check_classes`.

    Raises
    ------
    UntrustedClassError
        See :func:`check_classes`.
    UnknownNameError
        If it names a class or function that this version of liponflow lacks.

    Examples
    --------
    >>> checked({"@module": "liponflow.analysis.vasp_runs", "@class": "MDResult"})
    {'@module': 'liponflow.analysis.runs', '@class': 'MDResult'}
    >>> checked({"@module": "liponflow.moved", "@class": "Md"})
    Traceback (most recent call last):
    ...
    liponflow.safejson.UnknownNameError: this version of liponflow has no liponflow.moved.Md
    """
    current = moved.with_current_names(document)
    check_classes(current, trusted)
    for module, name in sorted(set(_named(current))):
        if module.startswith(moved.PACKAGE):
            try:
                attrgetter(name)(import_module(module))
            except (ModuleNotFoundError, AttributeError) as error:
                raise UnknownNameError(
                    f"this version of liponflow has no {module}.{name}"
                ) from error
    return current


def _named(document: Any) -> Iterator[tuple[str, str]]:
    stack = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            module = item.get("@module")
            if module is not None:
                yield str(module), str(item.get("@class") or item.get("@callable"))
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
    """Return the (allow-listed) objects that a JSON-like object describes.

    Parameters
    ----------
    document
        Any JSON-like object.
    trusted
        As in :func:`check_classes`.

    Returns
    -------
    Any
        The decoded object.

    Raises
    ------
    UntrustedClassError, UnknownNameError
        See :func:`checked`.
    """
    from monty.json import MontyDecoder

    return MontyDecoder().process_decoded(checked(document, trusted))
