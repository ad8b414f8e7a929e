"""Engines by name: the entry points ``liponflow.engines`` of this package and of others."""

from liponflow import registry
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.names import nearest


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
    try:
        engine: Engine = registry.load(registry.ENGINES, name)(name, options)
    except registry.RegistryError as error:
        raise EngineError(str(error)) from error
    return engine


def engine_names() -> list[str]:
    """List the registered names, in alphabetical order."""
    return sorted(registry.names(registry.ENGINES), key=str.lower)


def check_name(name: str) -> None:
    """Refuse an unknown engine by an EngineError that suggests the nearest."""
    if name not in engine_names():
        raise EngineError(f"unknown engine {name!r}{nearest(name, engine_names())}")
