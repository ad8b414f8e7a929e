"""Decode JSON that is data: it names classes from a fixed list, and no code.

monty's decoder imports whatever a document names, and follows dotted names of functions through
any module. A document that comes from a file or a store is therefore checked as a whole before
any of it is decoded: each type of document has its list of classes, by exact module and name.
Flows are code and have rules of their own; see :mod:`liponflow.safejson`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from liponflow.boundary import reason_of
from liponflow.safejson import UntrustedClassError, without_class

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

ClassName = tuple[str, str]
"""Module and name of a class, as ``@module`` and ``@class`` give them."""


@dataclass(frozen=True)
class DocumentType:
    """One type of document and the classes that it may name.

    Attributes
    ----------
    what
        The type in messages, with its article.
    decoded
        Classes that are decoded. A class that has moved is listed under each of its names.
    labels
        Classes that may be named but are never decoded: an enumeration becomes its value, anything
        else a dictionary with the name of the class.
    """

    what: str
    decoded: frozenset[ClassName]
    labels: frozenset[ClassName] = frozenset()


STRUCTURE = DocumentType(
    "a structure",
    frozenset(
        {
            ("numpy", "array"),
            ("pymatgen.core.composition", "Composition"),
            ("pymatgen.core.lattice", "Lattice"),
            ("pymatgen.core.periodic_table", "DummySpecies"),
            ("pymatgen.core.periodic_table", "Element"),
            ("pymatgen.core.periodic_table", "Species"),
            ("pymatgen.core.sites", "PeriodicSite"),
            ("pymatgen.core.structure", "Structure"),
            ("pymatgen.electronic_structure.core", "Magmom"),
        }
    ),
)
"""A pymatgen Structure. Moments and oxidation states of its sites may be objects."""


def check(document: Any, kind: DocumentType, source: str) -> None:
    """Refuse a document that names a function, or a class that its type does not have.

    Parameters
    ----------
    document
        Any JSON-like object.
    kind
        What it is meant to be.
    source
        What holds it, for the message: a path, or what a field is.

    Raises
    ------
    UntrustedClassError
        Naming the source, the first offending class or function, and the remedy.

    Examples
    --------
    >>> check({"@module": "pymatgen.core.structure", "@class": "Structure"}, STRUCTURE, "a.json")
    >>> check([{"@module": "os", "@callable": "system"}], STRUCTURE, "a.json")
    Traceback (most recent call last):
    ...
    liponflow.safejson.UntrustedClassError: a.json names the function os.system, but data runs ...
    """
    for item in _dictionaries(document):
        if "@callable" in item or "@bound" in item:
            function = f"{item.get('@module')}.{item.get('@callable')}"
            raise UntrustedClassError(
                f"{source} names the function {function}, but data runs no "
                "code; do not use this file unless you know why that is there, and write it again "
                "without"
            )
        named = class_name(item)
        if named is not None and named not in kind.decoded | kind.labels:
            allowed = ", ".join(sorted({name for _, name in kind.decoded}))
            raise UntrustedClassError(
                f"{source} names {'.'.join(named)}, which is not on the list of the classes of "
                f"{kind.what} ({allowed}, each in its own module of pymatgen or numpy); write it "
                "again without that object"
            )


def class_name(document: Any) -> ClassName | None:
    """Return the class that a document names; None if it is not a dictionary or names no module.

    Examples
    --------
    >>> class_name({"@module": "os", "@class": "system"}), class_name([])
    (('os', 'system'), None)
    """
    if not isinstance(document, dict) or "@module" not in document:
        return None
    return str(document["@module"]), str(document.get("@class"))


def decode(document: Any, kind: DocumentType, source: str) -> Any:
    """Turn a JSON-like object into the objects that it names, once all of it has been checked.

    Parameters
    ----------
    document, kind, source
        As in :func:`check`; the document is not changed.

    Raises
    ------
    UntrustedClassError
        See :func:`check`; also if a name leads to a class that is defined elsewhere.
    """
    from monty.json import MontyDecoder

    check(document, kind, source)
    plain = _without_labels(document, kind)
    for module, name in {found for item in _dictionaries(plain) if (found := class_name(item))}:
        found = getattr(import_module(module), name, None)
        home = (getattr(found, "__module__", None), getattr(found, "__qualname__", None))
        if home not in kind.decoded:
            raise UntrustedClassError(
                f"{source} names {module}.{name}, which is {home[0]}.{home[1]} and no class of "
                f"{kind.what} in the installed version of {module.partition('.')[0]}"
            )
    return MontyDecoder().process_decoded(plain)


def structure(document: dict[str, Any], source: str) -> "Structure":
    """Read the document of a structure, whatever module and class the document itself names.

    Parameters
    ----------
    document
        As ``Structure.as_dict`` returns it.
    source
        As in :func:`check`.

    Raises
    ------
    UntrustedClassError
        See :func:`check`.
    ValueError
        If it is not a structure.
    """
    from pymatgen.core.structure import Structure

    # pymatgen decodes site properties by the classes that they name.
    check(without_class(document), STRUCTURE, source)
    try:
        return Structure.from_dict(document)
    except Exception as error:
        raise ValueError(
            f"{source} is not a structure as pymatgen writes it ({reason_of(error)})"
        ) from error


def _dictionaries(document: Any) -> Iterator[dict[str, Any]]:
    """Walk through every dictionary of a document, however deep."""
    stack = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)


def _without_labels(document: Any, kind: DocumentType) -> Any:
    if isinstance(document, list | tuple):
        return [_without_labels(item, kind) for item in document]
    if not isinstance(document, dict):
        return document
    if class_name(document) in kind.labels:
        return document.get("value", {"@class": document["@class"]})
    return {name: _without_labels(value, kind) for name, value in document.items()}
