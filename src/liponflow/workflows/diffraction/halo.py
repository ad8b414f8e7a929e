"""``liponflow analyze halo``: first sharp peak and X-ray halo of a glass model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from liponflow.analysis.diffraction.angle import CU_KA
from liponflow.analysis.diffraction.halo_result import HaloResult
from liponflow.analysis.diffraction.halo_summary import summarise_halo
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.workflows.glass.files import analyze


class HaloOptions(Document):
    """Options of ``liponflow analyze halo``."""

    wavelength: Annotated[float, Unit("Å")] = Field(
        CU_KA, ge=0.1, le=3, description="Wavelength of the X-rays; by default that of Cu Kα."
    )
    r_max: Annotated[float, Unit("Å")] = Field(
        10.0,
        ge=6,
        le=50,
        description="Range of the pair distribution that S(q) is computed from; a longer one "
        "resolves more, and beyond half of the cell it repeats the model.",
    )
    skip: int = Field(0, ge=0, description="Frames to skip at the beginning.")
    every: int = Field(1, ge=1, description="Take every n-th frame.")


def measure_halo(files: Sequence[Path], options: HaloOptions) -> HaloResult:
    """Return the first sharp peak and the X-ray halo of a glass model.

    Parameters
    ----------
    files
        Structures or trajectories, read as one trajectory.
    options
        Wavelength, range and frames.

    Raises
    ------
    ValueError
        If a file cannot be used, or the model has no such peak.
    """
    measured = analyze(
        files, skip=options.skip, every=options.every, settings={"r_max": options.r_max}
    )
    return summarise_halo(measured, options.wavelength, options.r_max)
