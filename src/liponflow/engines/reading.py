"""Reading of any engine's output as a Calculation."""

from typing import Any

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.registry import reader


def read_calculation(document: Any, info: EngineInfo, force_limit: float) -> Calculation:
    """Return the output of a relaxation or static calculation.

    Parameters
    ----------
    document
        Output of the job that the engine's Maker made.
    info
        Description of the engine before it ran; its name selects the reader. Unregistered names
        are those of ASE calculators.
    force_limit
        Largest force of a converged relaxation, eV/Å.

    Returns
    -------
    Calculation
        Result in the same terms and units for every engine.
    """
    return reader(info.name).read(document, info, force_limit)


def start_volume(document: Any) -> float | None:
    """Return the volume (Å³) that a calculation started from; None if its document has none."""
    structure = getattr(getattr(document, "input", None), "structure", None)
    return None if structure is None else float(structure.volume)
