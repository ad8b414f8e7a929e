"""Engines by name: registered by packages, entries of the settings, or any ASE calculator.

Packages register theirs under the entry points ``liponflow.engines``. The class behind a name is
imported when the engine is created.
"""

from collections.abc import Iterable
from contextlib import suppress

from liponflow import registry
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.names import nearest
from liponflow.settings import CalculatorSettings, Settings, load_settings

_ASE_ENGINE = "liponflow.engines.potential.named:AseEngine"
"""Engine of calculators that no package registers, imported when one is named."""


def get_engine(name: str, options: EngineOptions) -> Engine:
    """Return the engine with a name.

    Parameters
    ----------
    name
        One of :func:`engine_names`, or the ``module:Class`` of an ASE calculator.
    options
        Force limit, steps, input sets of the topic and arguments of the user.

    Returns
    -------
    Engine
        The engine.

    Raises
    ------
    EngineError
        If the name is unknown (the nearest is suggested), or its class cannot be imported or does
        not accept the arguments.

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
    entry = _calculator(name)
    if entry is None:
        return engine_class(name)(name, options)
    made: Engine = registry.resolve(_ASE_ENGINE)(name, options, entry)
    return made


def reader(name: str) -> type[Engine]:
    """Return the class that reads the outputs of an engine, registered or not.

    Unregistered names are those of ASE calculators, some from other machines' settings.
    """
    if name in registry.names(registry.ENGINES):
        return engine_class(name)
    found: type[Engine] = registry.resolve(_ASE_ENGINE)
    return found


def engine_class(name: str) -> type[Engine]:
    """Return the class of an engine; see :func:`get_engine`."""
    if _calculator(name) is not None:
        found: type[Engine] = registry.resolve(_ASE_ENGINE)
        return found
    try:
        found = registry.load(registry.ENGINES, name)
    except registry.RegistryError as error:
        check_name(name)
        raise EngineError(str(error)) from error
    return found


def engine_classes() -> list[type[Engine]]:
    """Return the registered classes, each once, without those that cannot be imported."""
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
        If the name is unknown, or a requirement of the engine is missing; the remedy is given.
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
    """Return the registered names and those of the settings, in alphabetical order."""
    known = {*registry.names(registry.ENGINES), *load_settings().engines}
    return sorted(known, key=str.lower)


def calculator_packages(names: Iterable[str], settings: Settings) -> set[str]:
    """Return the packages of ASE calculators that a user names as engines or in the settings.

    Returns
    -------
    set of str
        Top-level packages whose classes documents of a run may name, since the user named them.
    """
    references = [entry.calculator for entry in settings.engines.values()] + list(names)
    return {
        reference.partition(":")[0].partition(".")[0]
        for reference in references
        if ":" in reference
    }


def check_name(name: str) -> None:
    """Refuse an unknown engine by an EngineError that suggests the nearest."""
    if _calculator(name) is None and name not in registry.names(registry.ENGINES):
        raise EngineError(f"unknown engine {name!r}{nearest(name, engine_names())}")


def _calculator(name: str) -> CalculatorSettings | None:
    """Return the ASE calculator with a name, which no registered engine may have.

    Raises
    ------
    EngineError
        If it is both.
    """
    if ":" in name:
        try:
            return CalculatorSettings(calculator=name)
        except ValueError:
            raise EngineError(f"the engine {name!r} is not of the form module:Class") from None
    entry = load_settings().engines.get(name)
    if entry is not None and name in registry.names(registry.ENGINES):
        raise EngineError(f"{name} is a registered engine; give your calculator another name")
    return entry
