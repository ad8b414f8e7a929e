"""Options that the measurements of spectra share."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from liponflow.inputs.parameter import Unit

LowLoss = Annotated[
    Path | None,
    Field(
        description="Low-loss spectrum, to put the zero loss at 0 and remove plural scattering."
    ),
]
Axis = Annotated[
    tuple[float, float] | None,
    Unit("eV"),
    Field(description="Energy of the first channel and channel width, for uncalibrated files."),
]
Spacing = Annotated[
    float | None,
    Unit("nm"),
    Field(gt=0, description="Distance of neighbouring points of a line scan."),
]
