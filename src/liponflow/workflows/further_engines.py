"""Further engines of a campaign, whose spread is the uncertainty of the model.

A campaign wires its calculations once per engine with :func:`wire_further`, and its last job makes
one result per engine of them with :func:`further_results`. Each engine stays on its own energy
scale, and one that fails leaves the result of the main engine whole.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypedDict, TypeVar

from jobflow import Flow, Job

from liponflow.analysis.spread import ComparedResult
from liponflow.engines.engine import Engine
from liponflow.inputs.comparison import SeveralEngines

Compared = TypeVar("Compared", bound=ComparedResult)


class FurtherEngineWarning(UserWarning):
    """A further engine that cannot compute the campaign; the run does without it."""


class Comparison(TypedDict):
    """What further engines computed, as the last job of a campaign takes it."""

    outputs: dict[str, Any]
    """By name of the engine; None, or None within, where something failed."""
    refused: dict[str, str]
    """Reason, by name, why an engine was not started."""


@dataclass
class FurtherEngines:
    """Jobs of further engines, and what they hand to the last job."""

    jobs: list[Flow | Job] = field(default_factory=list)
    comparison: Comparison = field(default_factory=lambda: Comparison(outputs={}, refused={}))


def models_of(parameters: SeveralEngines) -> list[str]:
    """Return the further engines of a campaign, for its requirements."""
    return list(parameters.models)


def further_names(models: Iterable[str], main: str) -> list[str]:
    """Return the names of further engines, each once and without the main one.

    Examples
    --------
    >>> further_names(["chgnet", "sevennet-0", "sevennet-0"], "chgnet")
    ['sevennet-0']
    """
    return [name for name in dict.fromkeys(models) if name != main]


def wire_further(
    names: Iterable[str],
    engine: Callable[[str], Engine],
    wire: Callable[[Engine], tuple[list[Flow | Job], Any]],
) -> FurtherEngines:
    """Wire the calculations of further engines.

    Parameters
    ----------
    names
        From :func:`further_names`.
    engine
        Function that makes an engine; an unknown name or a missing package is refused by it.
    wire
        Function that makes the jobs of an engine, and what the last job needs of them. It refuses
        by a ValueError what the engine cannot compute, such as an element.

    Returns
    -------
    FurtherEngines
        Engines that refused the campaign have their reason in it, and a warning.

    Raises
    ------
    EngineError
        If an engine is unknown.
    """
    further = FurtherEngines()
    for name in names:
        made = engine(name)
        try:
            jobs, output = wire(made)
        except ValueError as error:
            further.comparison["refused"][name] = str(error)
            warnings.warn(f"{name} is not computed: {error}", FurtherEngineWarning, stacklevel=2)
            continue
        further.jobs += jobs
        further.comparison["outputs"][name] = output
    return further


def further_results(
    comparison: Comparison | None, summarise: Callable[[Any], Compared]
) -> dict[str, Compared | str]:
    """Return the result of every further engine, or the reason why it has none.

    Parameters
    ----------
    comparison
        What they computed; None in runs that an earlier version planned.
    summarise
        Function that makes the result of what one engine computed; it refuses by a ValueError.
    """
    if comparison is None:
        return {}
    found: dict[str, Compared | str] = dict(comparison["refused"])
    for name, output in comparison["outputs"].items():
        if output is None:
            found[name] = "its calculations failed; the run's report names directory and cause"
            continue
        try:
            found[name] = summarise(output)
        except ValueError as error:
            found[name] = str(error)
    return found
