"""Measure white lines in files of spectra."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from liponflow.analysis.eels.measured.read import read_scan
from liponflow.analysis.eels.measured.result import WhiteLinesResult
from liponflow.analysis.eels.measured.summary import Choices, white_lines_of
from liponflow.analysis.eels.measured.valence import CALIBRATIONS, read_calibration
from liponflow.analysis.provenance import file_provenance
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.workflows.eels.scan_options import Axis, LowLoss, Spacing

Window = Annotated[tuple[float, float], Unit("eV")]


class WhiteLineOptions(Document):
    """Options of ``liponflow analyze white-lines``."""

    element: str = Field(description="3d metal: Sc to Zn.")
    method: Literal["area", "peaks", "both"] = Field(
        "area",
        description="Integrate areas above the continuum, fit peaks, or take areas with the "
        "difference to the peaks as an error.",
    )
    background: Annotated[tuple[float, float] | None, Unit("eV")] = Field(
        None,
        description="Window of the power law; by default it begins 52 eV before the maximum of "
        "L3, and ends 8 eV before it or 2 eV before the line's range of integration.",
    )
    continuum: Annotated[tuple[float, float] | None, Unit("eV")] = Field(
        None, description="Window after L2 in which the height of the continuum is measured."
    )
    half_width: Annotated[float | None, Unit("eV")] = Field(
        None,
        gt=0,
        le=50,
        description="Half width of the range of integration; half of the distance of the lines if "
        "not given.",
    )
    steps: Annotated[tuple[float, float] | None, Unit("eV")] = Field(
        None, description="Positions of the steps of the continuum; the maxima if not given."
    )
    widths: Annotated[tuple[float, float], Unit("eV")] = Field(
        (1.5, 1.5), description="Widths of the two steps."
    )
    calibration: Path | None = Field(
        None, description="File with valence and L3/L2 of compounds; for Mn there is one built in."
    )
    low_loss: LowLoss = None
    axis: Axis = None
    spacing: Spacing = None

    @model_validator(mode="after")
    def _windows_ascend(self) -> "WhiteLineOptions":
        for name in ("background", "continuum", "steps"):
            window = getattr(self, name)
            if window is not None and window[0] >= window[1]:
                raise ValueError(
                    f"--{name} {window[0]:g} {window[1]:g}: give the lower energy first"
                )
        if min(self.widths) <= 0:
            raise ValueError(
                f"--widths {self.widths[0]:g} {self.widths[1]:g}: widths must be above 0 eV"
            )
        return self


def measure_white_lines(files: Sequence[Path], options: WhiteLineOptions) -> WhiteLinesResult:
    """Return the white-line ratios of a spectrum, a line scan or a map.

    Parameters
    ----------
    files
        One file, or one per point of a line scan.
    options
        Element, method, windows and further files.

    Raises
    ------
    liponflow.analysis.eels.measured.spectrum.SpectrumError
        If a file cannot be used; the file and the remedy are named.
    """
    spectrum = read_scan(files, options.axis, options.low_loss)
    calibration = CALIBRATIONS.get(options.element)
    if options.calibration is not None:
        calibration = read_calibration(options.calibration)
    further = [path for path in (options.low_loss, options.calibration) if path is not None]
    choices = Choices(
        element=options.element,
        method=options.method,
        background=options.background,
        continuum=options.continuum,
        half_width=options.half_width,
        steps=options.steps,
        widths=options.widths,
        calibration=calibration,
        spacing=options.spacing,
    )
    made = file_provenance([*files, *further], options.model_dump(mode="json"), spectrum.source)
    return white_lines_of(spectrum, choices, made)
