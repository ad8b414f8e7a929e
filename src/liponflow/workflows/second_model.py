"""The second engine of a campaign, beside which no number of a single potential stands alone."""

from collections.abc import Sequence

from liponflow.engines.registry import engine_class
from liponflow.settings import load_settings

AUTO = "auto"
"""Stands in the list of models for the second engine that :func:`second_model` chooses."""


def second_model(engine: str, candidates: Sequence[str]) -> str | None:
    """Choose a second engine.

    Parameters
    ----------
    engine
        The engine of the campaign.
    candidates
        Engines in order of preference.

    Returns
    -------
    str or None
        The first candidate that is installed and of another kind than the engine; if all are of
        its kind, the first with other weights. None if there is none.
    """
    settings = load_settings()
    usable = [
        name
        for name in candidates
        if name != engine and not engine_class(name).requirements(name, settings)
    ]
    own = engine_class(engine)
    others = [name for name in usable if engine_class(name) is not own]
    return next(iter(others or usable), None)


def with_second_model(models: Sequence[str], engine: str, candidates: Sequence[str]) -> list[str]:
    """Return the models of a campaign by name, without the placeholder ``auto``."""
    found = []
    for name in models:
        chosen = second_model(engine, candidates) if name == AUTO else name
        if chosen is not None:
            found.append(chosen)
    return list(dict.fromkeys(found))
