"""Engines by name: the entry points ``liponflow.engines`` of this package and of others."""

from contextlib import suppress

from liponflow import registry
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.names import nearest
from liponflow.settings import Settings


def get_engine(name: str, options: EngineOptions) -> Engine:
    """Make the engine of a name.

    Parameters
    ----------
    name
        Registered name (:func:`engine_names`).
    options
        Force limit, steps, input sets of the topic and arguments of the user.

    Returns
    -------
    Engine
        The engine.

    Raises
    ------
    EngineError
        If the name is unknown (the nearest is suggested), or its class cannot be imported.

    Examples
    --------
    >>> options = EngineOptions(force_limit=0.05, max_steps=100)
    >>> get_engine("chgnet", options).describe().label
    'chgnet 0.3.0 (machine-learned potential, not DFT)'
    >>> get_engine("chgnett", options)
    Traceback (most recent call last):
    ...
    liponflow.engines.engine.EngineError: unknown engine 'chgnett'; did you mean ...
    """
    return engine_class(name)(name, options)


def engine_class(name: str) -> type[Engine]:
    """Return the class of an engine; see :func:`get_engine`."""
    try:
        found: type[Engine] = registry.load(registry.ENGINES, name)
    except registry.RegistryError as error:
        raise EngineError(str(error)) from error
    return found


def engine_classes() -> list[type[Engine]]:
    """List the registered classes, each once; those that cannot be imported are left out."""
    found: list[type[Engine]] = []
    for name in engine_names():
        with suppress(EngineError):
            found.append(engine_class(name))
    return list(dict.fromkeys(found))


def check_installed(name: str, settings: Settings) -> None:
    """Refuse an engine that cannot run on this machine.

    Parameters
    ----------
    name
        As for :func:`get_engine`.
    settings
        Settings of the user.

    Raises
    ------
    EngineError
        If the name is unknown, or what the engine needs is missing; the remedy is named.
    """
    missing = engine_class(name).requirements(name, settings)
    if missing:
        raise EngineError(f"{name} cannot run here: {'; '.join(missing)}")


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables that the jobs of the registered engines need."""
    variables: dict[str, str] = {}
    for engine in engine_classes():
        variables |= engine.environment(settings)
    return variables


def engine_names() -> list[str]:
    """List the registered names, in alphabetical order."""
    return sorted(registry.names(registry.ENGINES), key=str.lower)


def check_name(name: str) -> None:
    """Refuse an unknown engine by an EngineError that suggests the nearest."""
    if name not in engine_names():
        raise EngineError(f"unknown engine {name!r}{nearest(name, engine_names())}")
