"""What is registered: campaigns, engines, measurements, models and kinds of results.

A package registers objects under entry points (``[project.entry-points."liponflow.campaigns"]``
in its ``pyproject.toml``). Names are listed without importing anything; an object is imported
when it is asked for.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pkgutil import resolve_name
from typing import Any

from liponflow.names import nearest

CAMPAIGNS = "liponflow.campaigns"
ENGINES = "liponflow.engines"
RESULTS = "liponflow.results"
MEASUREMENTS = "liponflow.measurements"
MODELS = "liponflow.models"


class RegistryError(ValueError):
    """A name that is not registered, or a registered object that cannot be imported."""


def names(group: str) -> list[str]:
    """List the names that are registered in a group, in alphabetical order."""
    return sorted(_entries(group))


def load(group: str, name: str) -> Any:
    """Import a registered object.

    Parameters
    ----------
    group
        Entry-point group: :data:`CAMPAIGNS`, :data:`ENGINES`, :data:`RESULTS`,
        :data:`MEASUREMENTS` or :data:`MODELS`.
    name
        Name under which it is registered.

    Returns
    -------
    Any
        The object.

    Raises
    ------
    RegistryError
        If the name is unknown (the nearest is suggested) or the object cannot be imported (the
        package that registered it is named).
    """
    entry = _entries(group).get(name)
    if entry is None:
        raise RegistryError(f"unknown {noun(group)} {name!r}{nearest(name, _entries(group))}")
    try:
        return entry.load()
    except (ImportError, AttributeError) as error:
        package = entry.dist.name if entry.dist is not None else "an unknown package"
        raise RegistryError(
            f"{name} ({entry.value}), registered by {package}, cannot be imported: {error}"
        ) from error


def noun(group: str) -> str:
    """Return what an object of a group is called.

    Examples
    --------
    >>> noun(CAMPAIGNS)
    'campaign'
    """
    return group.removeprefix("liponflow.").removesuffix("s")


def resolve(reference: str) -> Any:
    """Import what a ``module:name`` reference names.

    Examples
    --------
    >>> resolve("math:pi")
    3.141592653589793
    """
    return resolve_name(reference)


def packages() -> set[str]:
    """List the top-level packages that registered anything.

    Whoever installed one runs its code already, so that documents may name its classes.
    """
    return {entry.module.partition(".")[0] for entry in _all_entries()}


def versions() -> dict[str, str]:
    """Return the versions of the distributions that registered anything, by name.

    Examples
    --------
    >>> "liponflow" in versions()
    True
    """
    distributions = [entry.dist for entry in _all_entries() if entry.dist is not None]
    return {distribution.name: distribution.version for distribution in distributions}


def _all_entries() -> list[EntryPoint]:
    groups = (CAMPAIGNS, ENGINES, RESULTS, MEASUREMENTS, MODELS)
    return [entry for group in groups for entry in _entries(group).values()]


@cache
def _entries(group: str) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=group)}
