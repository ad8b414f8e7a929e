"""Made-up spreads over engines for the figures of every campaign."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.spread import (
    ComparedEngine,
    ComparedResult,
    Observable,
    engine_spreads,
)

Compared = TypeVar("Compared", bound=ComparedResult)

FACTORS = {"sevennet-0": 1.03, "chgnet r2scan": 0.98}
"""Ratio of the numbers of further engines to those of the main one."""


def with_engines(
    result: Compared, observables: Sequence[Observable], limits: Mapping[str, float]
) -> Compared:
    """Return a result whose further engines differ from the main one by a factor each."""
    main = result.provenance.engine
    found = {main.short: list(observables)}
    for name, factor in FACTORS.items():
        found[name] = [
            replace(one, value=None if one.value is None else factor * one.value)
            for one in observables
        ]
    engines = [ComparedEngine(name=main.short, engine=main, recomputed="everything")]
    engines += [
        ComparedEngine(
            name=name,
            engine=EngineInfo(name=name, version=None, surrogate=True),
            recomputed="everything again",
        )
        for name in FACTORS
    ]
    spreads = engine_spreads(found, limits)
    return result.model_copy(update={"engines": engines, "engine_spreads": spreads})
