"""``liponflow analyze diffraction``: phases of a list of spacings, or of an image."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from liponflow.analysis.diffraction.image_files import is_image, read_image
from liponflow.analysis.diffraction.result import DiffractionResult
from liponflow.analysis.diffraction.spacing_file import read_spacings
from liponflow.analysis.diffraction.summary import (
    shown_range,
    summarise_image,
    summarise_spacings,
)
from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.result import Provenance
from liponflow.inputs.parameter import Unit
from liponflow.workflows.diffraction.phases import PhaseOptions, candidates

IMAGE_RANGE = (1.8, 6.0)
"""Spacings that are looked for in an image (Å): our choice. Microscopes of 200 kV without a
corrector transfer few shorter ones."""

_PERCENT = 100.0


class DiffractionOptions(PhaseOptions):
    """Options of ``liponflow analyze diffraction``."""

    pixel: Annotated[float | None, Unit("nm")] = Field(
        None, gt=0, description="Size of a pixel of an image; by default that of the file."
    )


def measure_diffraction(files: Sequence[Path], options: DiffractionOptions) -> DiffractionResult:
    """Return the candidate phases of a list of spacings, or of an image.

    Parameters
    ----------
    files
        One file.
    options
        Candidates, tolerance and what the file does not tell.

    Raises
    ------
    ValueError
        If the file or an option cannot be used; the remedy is named.
    """
    if len(files) != 1:
        raise ValueError(
            f"{len(files)} files, and one list or image is measured at a time; `liponflow analyze "
            "layers` compares the regions of an image"
        )
    [path] = files
    tolerance = options.tolerance / _PERCENT

    def made() -> Provenance:
        used = [path, *(options.structures or [])]
        return file_provenance(used, options.model_dump(mode="json"), str(path))

    if not is_image(path):
        observed = read_spacings(path, options.spacings)
        found = candidates(options, observed.d_range[0])
        return summarise_spacings(observed, found, tolerance, made())
    image = read_image(path, options.pixel)
    wanted = options.spacings or IMAGE_RANGE
    least, _ = shown_range(image.intensity.shape, image.pixel, wanted)
    return summarise_image(image, candidates(options, least), tolerance, wanted, made())
