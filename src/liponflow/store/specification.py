"""Specifications of stores, in jobflow's own form, checked before anything is connected."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import maggma.stores
from maggma.stores.ssh_tunnel import SSHTunnel
from pymongo.errors import PyMongoError

from liponflow.names import nearest
from liponflow.redaction import secrets_in, without
from liponflow.store.file import StoreError
from liponflow.store.server import ServerJobStore
from liponflow.store.sqlite import SQLiteStore

OUTAGE_MS = 10_000
"""How long an open store waits for a server that does not answer (ms), unless told otherwise."""

_ON_SERVERS = ("MongoStore", "MongoURIStore", "GridFSStore", "GridFSURIStore")
_OPTION = "serverSelectionTimeoutMS"
_PARTS = ("docs_store", "additional_stores")


def from_specification(specification: Mapping[str, Any]) -> ServerJobStore:
    """Return the store of a specification, which is not connected yet.

    Parameters
    ----------
    specification
        ``docs_store`` and ``additional_stores``, each with ``type``, the name of a maggma store,
        and the arguments of that store.

    Raises
    ------
    StoreError
        If a part is missing, or a name is unknown (the nearest is suggested). Values are not
        shown, since they may be passwords.
    """
    for name in specification:
        if name not in _PARTS:
            raise StoreError(
                f"the specification of the results store has the unknown part {name!r}"
                f"{nearest(str(name), _PARTS)}"
            )
    if "docs_store" not in specification:
        raise StoreError("the specification of the results store lacks 'docs_store'")
    additional = specification.get("additional_stores") or {}
    if not isinstance(additional, Mapping) or "data" not in additional:
        raise StoreError(
            "the specification of the results store lacks additional_stores: data, where "
            "force-field jobs put their trajectories; a separate MongoDB collection is enough"
        )
    _check("docs_store", specification["docs_store"])
    for name, part in additional.items():
        _check(f"additional_stores: {name}", part)
    try:
        return ServerJobStore.from_dict_spec(_limited(specification))
    except (KeyError, TypeError, ValueError, PyMongoError) as error:
        reason = without(secrets_in(specification), f"{type(error).__name__}: {error}")
        raise StoreError(
            f"cannot use the specification of the results store ({reason}): correct it"
        ) from None


def _limited(part: Any) -> Any:
    """Return a specification whose servers are waited for only so long."""
    if not isinstance(part, Mapping):
        return part
    limited = {name: _limited(value) for name, value in part.items()}
    if part.get("type") in _ON_SERVERS and _OPTION.lower() not in str(part.get("uri")).lower():
        limited["mongoclient_kwargs"] = {_OPTION: OUTAGE_MS} | limited.get(
            "mongoclient_kwargs", {}
        )
    return limited


def _check(place: str, part: Any) -> None:
    """Refuse unknown types and arguments; maggma would ignore some of them."""
    if not isinstance(part, Mapping) or not isinstance(part.get("type"), str):
        raise StoreError(
            f"{place} of the results store lacks `type`, the name of a maggma store such as "
            "MongoStore"
        )
    known: dict[str, type] = {
        item.__name__: item for item in (SQLiteStore, SSHTunnel, *_subclasses(maggma.stores.Store))
    }
    kind = part["type"]
    if kind not in known:
        raise StoreError(
            f"{place} of the results store: unknown type {kind!r}{_near(kind, known)}"
        )
    arguments, required = _arguments(known[kind])
    for name, value in part.items():
        if name != "type" and name not in arguments:
            raise StoreError(
                f"{place} of the results store: {kind} takes no {name!r}"
                f"{nearest(str(name), arguments)}"
            )
        if isinstance(value, Mapping) and "type" in value:
            _check(f"{place}: {name}", value)
    if missing := sorted(required - part.keys()):
        raise StoreError(f"{place} of the results store: {kind} needs {', '.join(missing)}")


def _near(name: str, known: Mapping[str, type]) -> str:
    return nearest(name, [item for item in known if item.endswith("Store")])


def _subclasses(base: type) -> Iterator[type]:
    found: list[type] = base.__subclasses__()
    for item in found:
        yield item
        yield from _subclasses(item)


def _arguments(kind: type) -> tuple[set[str], set[str]]:
    """Return the names of all arguments of a class, and of those that have no default.

    A class with ``**kwargs`` hands them on to its bases.
    """
    own = _parameters(kind)
    required = {name for name, item in own.items() if item.default is item.empty}
    names = set(own)
    if "kwargs" in inspect.signature(kind.__init__).parameters:  # type: ignore[misc]
        for base in kind.__mro__:
            names |= set(_parameters(base))
    return names, required


def _parameters(kind: type) -> dict[str, inspect.Parameter]:
    found = inspect.signature(kind.__init__).parameters  # type: ignore[misc]
    variable = {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    return {
        name: item for name, item in found.items() if item.kind not in variable and name != "self"
    }
