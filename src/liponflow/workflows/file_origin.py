"""The engine that wrote files which the user gives."""

from collections.abc import Sequence
from pathlib import Path

from liponflow.analysis.result import EngineInfo
from liponflow.engines.vasp.reading.origin import origin

UNKNOWN = "unknown (read from file)"


def engine_of(files: Sequence[Path]) -> EngineInfo:
    """Return what wrote the files, if all of them were written by the same program.

    Frames of a potential are never labelled DFT: one file of a potential names the engine of all.
    """
    found, *others = engines = [origin(path) for path in files]
    if found is not None and all(other == found for other in others):
        return found
    potential = next((engine for engine in engines if engine and engine.surrogate), None)
    return potential or EngineInfo(name=UNKNOWN, version=None, surrogate=False)
