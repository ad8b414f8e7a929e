"""Makers with another number of ionic steps, from the engines that they belong to."""

from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.engines.registry import engine_classes, reader


def with_max_steps(maker: Maker, max_steps: int) -> Maker | None:
    """Return a Maker with another number of steps; see Engine.with_max_steps."""
    info = getattr(maker, "engine", None)
    if isinstance(info, EngineInfo):
        return reader(info.name).with_max_steps(maker, max_steps)
    for engine in engine_classes():
        found = engine.with_max_steps(maker, max_steps)
        if found is not None:
            return found
    return None
