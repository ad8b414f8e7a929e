"""``liponflow analyze layers``: phases of the tiles of images, and their layers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from liponflow.analysis.diffraction.image_files import read_image
from liponflow.analysis.diffraction.layer_statistics import summarise_images
from liponflow.analysis.diffraction.layer_statistics_result import LayerStatisticsResult
from liponflow.analysis.diffraction.layers_result import LayersResult
from liponflow.analysis.diffraction.layers_summary import TileChoice, summarise_layers
from liponflow.analysis.diffraction.summary import shown_range
from liponflow.analysis.provenance import file_digest, file_provenance
from liponflow.analysis.result import Provenance
from liponflow.inputs.parameter import Unit
from liponflow.workflows.diffraction.files import IMAGE_RANGE, DiffractionOptions
from liponflow.workflows.diffraction.phases import candidates

_STEPS = 4
"""Steps per tile if none is given."""
_PERCENT = 100.0


class LayerOptions(DiffractionOptions):
    """Options of ``liponflow analyze layers``."""

    direction: Literal["right", "down"] = Field(
        "right", description="Direction in which the layers follow each other."
    )
    tile: Annotated[float, Unit("nm")] = Field(
        4.0,
        gt=0,
        description="Side of a tile; crystals of about this size are seen best, and those between "
        "Li and LiPON were 3 to 5 nm large.",
    )
    step: Annotated[float | None, Unit("nm")] = Field(
        None, gt=0, description="Distance of tiles along the direction; a quarter of a tile."
    )

    @model_validator(mode="after")
    def _step_within_tile(self) -> "LayerOptions":
        if self.step is not None and self.step > self.tile:
            raise ValueError(
                f"--step {self.step:g} is longer than a tile of {self.tile:g} nm, so that parts "
                "of the image would be left out"
            )
        return self


def measure_layers(
    files: Sequence[Path], options: LayerOptions
) -> LayersResult | LayerStatisticsResult:
    """Return the phases of the tiles of an image and their layers, or those of several images.

    Parameters
    ----------
    files
        One image, or several of one interface.
    options
        Candidates, tiles and what the files do not tell; the same for all.

    Raises
    ------
    ValueError
        If a file or an option cannot be used, or an image is given twice; the remedy is named.
    """
    if len(files) == 1:
        return _measure_image(files[0], options)
    given: dict[str, Path] = {}
    for path in files:
        digest = file_digest([path])
        if digest in given:
            raise ValueError(f"{path} is the image {given[digest]}; give each image once")
        given[digest] = path
    results = [_measure_image(path, options) for path in files]
    return summarise_images(
        results, _provenance(files, options, f"{files[0]} and {len(files) - 1} more")
    )


def _measure_image(path: Path, options: LayerOptions) -> LayersResult:
    image = read_image(path, options.pixel)
    side = round(options.tile / image.pixel)
    seen = shown_range((side, side), image.pixel, options.spacings or IMAGE_RANGE)
    choice = TileChoice(options.tile, options.step or options.tile / _STEPS, options.direction)
    return summarise_layers(
        image,
        candidates(options, seen[0]),
        choice,
        tolerance=options.tolerance / _PERCENT,
        d_range=seen,
        provenance=_provenance([path], options, str(path)),
    )


def _provenance(files: Sequence[Path], options: LayerOptions, source: str) -> Provenance:
    return file_provenance(
        [*files, *(options.structures or [])], options.model_dump(mode="json"), source
    )
