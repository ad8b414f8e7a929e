"""Result of a measurement of white lines."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class WhiteLinePoint(Document):
    """White lines at one point of a scan."""

    point: Annotated[list[int], Quantity("")] = Field(
        description="Number of the point in a line scan, row and column in a map; from 1."
    )
    position: Annotated[float | None, Quantity("nm", heading="position", fmt=".4g")] = Field(
        None, description="Distance from the first point of a line scan, if its step is known."
    )
    ratio: Annotated[float | None, Quantity("", heading="L3/L2", fmt=".2f")] = Field(
        description="Area of L3 relative to that of L2; None where a line is not seen."
    )
    error: Annotated[float | None, Quantity("", heading="error", fmt=".2f")] = Field(
        description="Standard error of the ratio: counting, background and method in quadrature."
    )
    low: Annotated[float | None, Quantity("", heading="95 % from", fmt=".2f")] = Field(
        description="Lower limit of 95 % of the ratio, all errors together."
    )
    high: Annotated[float | None, Quantity("", heading="to", fmt=".2f")] = Field(
        description="Upper limit of 95 % of the ratio."
    )
    error_counting: Annotated[float | None, Quantity("", fmt=".3f")] = Field(
        description="Standard error by the noise of counting, that of the background fit included."
    )
    error_background: Annotated[float | None, Quantity("", fmt=".3f")] = Field(
        description="Largest change of the ratio when the background window moves by 2 eV."
    )
    error_method: Annotated[float | None, Quantity("", fmt=".3f")] = Field(
        description="Largest change when the steps of the continuum move by 0.5 eV or, with both "
        "methods, the difference of the two if it is larger."
    )
    l3_area: Annotated[float, Quantity("counts eV", fmt=".4g")] = Field(description="Area of L3.")
    l2_area: Annotated[float, Quantity("counts eV", fmt=".4g")] = Field(description="Area of L2.")
    peak_ratio: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        None, description="L3/L2 of fitted peaks, where they were asked for."
    )
    valence: Annotated[float | None, Quantity("", heading="valence", fmt=".2f")] = Field(
        None, description="Valence by the calibration; None outside it or without one."
    )
    valence_low: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        None, description="Lower limit of 95 % of the valence; None if it is outside."
    )
    valence_high: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        None, description="Upper limit of 95 % of the valence; None if it is outside."
    )
    remark: Annotated[str | None, Quantity("", heading="remark")] = Field(
        None, description="Why there is no ratio or valence."
    )


class CalibrationPoint(Document):
    """White-line ratio of a compound of known valence."""

    valence: Annotated[float, Quantity("", heading="valence", fmt="g")] = Field(
        description="Valence."
    )
    ratio: Annotated[float, Quantity("", heading="L3/L2", fmt="g")] = Field(description="L3/L2.")


class AnalysedSpectrum(Document):
    """The spectrum of the point with the strongest white lines, as it was analysed."""

    point: list[int] = Field(description="Its point.")
    energy: Annotated[list[float], Quantity("eV", label="energy loss")] = Field(
        description="Energy loss of each channel."
    )
    counts: Annotated[list[float], Quantity("counts", label="intensity")] = Field(
        description="Measured counts."
    )
    background: Annotated[list[float], Quantity("counts")] = Field(
        description="Power-law background."
    )
    signal: Annotated[list[float], Quantity("counts")] = Field(
        description="Counts above the background, without plural scattering if it was removed."
    )
    continuum: Annotated[list[float], Quantity("counts")] = Field(
        description="Two-step continuum above the background."
    )


class EdgeSpectrum(Document):
    """Signal of one point of a scan."""

    point: list[int] = Field(description="The point.")
    signal: Annotated[list[float], Quantity("counts")] = Field(
        description="Counts above the background, at the energies of the analysed spectrum."
    )


class WhiteLinesResult(Result):
    """White-line ratios of a 3d metal in measured spectra."""

    kind: Literal["white_lines"] = "white_lines"
    element: str = Field(description="3d metal.")
    method: Literal["area", "peaks", "both"] = Field(
        description="Areas above the continuum, fitted peaks, or areas with the peaks as a check."
    )
    grid: list[int] = Field(description="Points of a line scan, or rows and columns of a map.")
    calibration: list[CalibrationPoint] = Field(
        description="Ratios of known valences; empty without a calibration."
    )
    calibration_source: str | None = Field(description="Source of the calibration.")
    zero_loss_offset: Annotated[float | None, Quantity("eV", fmt=".2f")] = Field(
        None, description="Shift of the axis that put the zero-loss peak at 0, if it is known."
    )
    plural_scattering_removed: bool = Field(
        description="Whether plural scattering was removed by the Fourier ratio."
    )
    lines: Annotated[list[float], Quantity("eV")] = Field(
        description="Maxima of L3 and L2, all points together."
    )
    steps: Annotated[list[float], Quantity("eV")] = Field(
        description="Positions of the steps of the continuum."
    )
    background_window: Annotated[list[float], Quantity("eV")] = Field(
        description="Range of the fit of the background."
    )
    l3_window: Annotated[list[float], Quantity("eV")] = Field(description="Range of L3.")
    l2_window: Annotated[list[float], Quantity("eV")] = Field(description="Range of L2.")
    continuum_window: Annotated[list[float], Quantity("eV")] = Field(
        description="Range in which the height of the continuum is measured."
    )
    points: list[WhiteLinePoint] = Field(description="Every point of the scan.")
    spectrum: AnalysedSpectrum = Field(description="An example of the analysis.")
    signals: list[EdgeSpectrum] = Field(
        description="Signals of a line scan, in order; empty for maps."
    )
