"""The second engine of a campaign, beside which no number of a single potential stands alone."""

from collections.abc import Sequence
from typing import TypeVar

from liponflow.document import Document
from liponflow.engines.engine import EngineError
from liponflow.engines.registry import engine_class
from liponflow.inputs.comparison import SeveralEngines
from liponflow.settings import load_settings

AUTO = "auto"
"""Stands in the list of models for the second engine that :func:`second_model` chooses."""

CANDIDATES = ("sevennet-0", "chgnet", "chgnet-0.2.0")
"""Engines in order of preference (our choice). A potential of another kind errs in another way:
SevenNet-0 if it is installed, else CHGNet, which always is."""

Chosen = TypeVar("Chosen", bound=Document)


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


def with_second_model(
    parameters: Chosen, engine: str, candidates: Sequence[str] = CANDIDATES
) -> Chosen:
    """Return the parameters of any campaign with the second model by name.

    Parameters
    ----------
    parameters
        Parameters, with or without ``auto`` among the models.
    engine, candidates
        As for :func:`second_model`.

    Raises
    ------
    EngineError
        If there is no second engine; the remedy is given.
    """
    if not isinstance(parameters, SeveralEngines) or AUTO not in parameters.models:
        return parameters
    chosen = second_model(engine, candidates)
    if chosen is None:
        raise EngineError(
            f"models=auto: no other engine than {engine} is installed of {', '.join(candidates)}; "
            "install one (pip install 'liponflow[sevennet]'), or set models=[]"
        )
    named = [chosen if name == AUTO else name for name in parameters.models]
    return parameters.model_copy(update={"models": list(dict.fromkeys(named))})
