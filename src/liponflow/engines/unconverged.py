"""What is left of unconverged relaxations and bands, from the engines that ran them."""

from pathlib import Path
from typing import Any

from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.engines.engine import Unconverged
from liponflow.engines.registry import engine_classes, reader


def unconverged(maker: Maker, start: Any, document: Any, directory: Path) -> Unconverged | None:
    """Return what is left of an unconverged relaxation or band; see Engine.unconverged."""
    info = getattr(maker, "engine", None)
    if isinstance(info, EngineInfo):
        return reader(info.name).unconverged(maker, start, document, directory)
    for engine in engine_classes():
        found = engine.unconverged(maker, start, document, directory)
        if found is not None:
            return found
    return None
