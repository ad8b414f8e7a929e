"""The output of any engine's job as a Calculation."""

from typing import Any

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.registry import reader


def read_calculation(document: Any, info: EngineInfo, force_limit: float) -> Calculation:
    """Read the output of a relaxation or static calculation.

    Parameters
    ----------
    document
        Output of the job that the engine's Maker made.
    info
        What was known of the engine before it ran; its name finds the reader. Names that are not
        registered are those of ASE calculators.
    force_limit
        Largest force of a converged relaxation, eV/Å.

    Returns
    -------
    Calculation
        In the same terms and units for every engine.
    """
    return reader(info.name).read(document, info, force_limit)
