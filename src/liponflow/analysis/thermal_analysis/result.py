"""Result of an analysis of a glass transition by calorimetry."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class CharacteristicTemperature(Document):
    """A characteristic temperature of the transition. Intervals hold 95 %."""

    name: Annotated[Literal["onset", "midpoint", "inflection", "end"], Column(heading="point")] = (
        Field(description="Extrapolated onset, midpoint, inflection or extrapolated end.")
    )
    temperature: Annotated[float, Quantity("°C", heading="T", fmt=".1f")] = Field(
        description="Temperature."
    )
    low: Annotated[float, Quantity("°C", heading="from", fmt=".1f")] = Field(
        description="Lower limit: noise and construction in quadrature."
    )
    high: Annotated[float, Quantity("°C", heading="to", fmt=".1f")] = Field(
        description="Upper limit."
    )
    error_noise: Annotated[float, Quantity("K", heading="noise", fmt=".2f")] = Field(
        description="Standard deviation over traces with resampled residuals."
    )
    error_construction: Annotated[float, Quantity("K", heading="construction", fmt=".2f")] = Field(
        description="Largest change with other smoothing or shorter ranges of the lines."
    )
    published: Annotated[float | None, Quantity("°C", heading="published", fmt=".0f")] = Field(
        description="Published temperature; None if none is known for the material."
    )


class ThermalAnalysisResult(Result):
    """Glass transition in a trace of calorimetry, by tangents."""

    kind: Literal["thermal_analysis"] = "thermal_analysis"
    below: Annotated[list[float], Quantity("°C")] = Field(
        description="Range of the straight line of the glass."
    )
    above: Annotated[list[float], Quantity("°C")] = Field(
        description="Range of the straight line of the liquid."
    )
    smoothing: Annotated[float, Quantity("K", heading="smoothing", fmt="g")] = Field(
        description="Width of the polynomials that slopes are taken from."
    )
    heat_flow_unit: str = Field(description="Unit of the heat flow, as the file names it.")
    step: Annotated[float, Column(heading="step", fmt=".3g")] = Field(
        description="Height of the step at the inflection, line to line (unit of the heat flow)."
    )
    step_over_noise: Annotated[float, Quantity("", heading="step / noise", fmt=".3g")] = Field(
        description="The step over the standard deviation of the residuals."
    )
    points: list[CharacteristicTemperature] = Field(description="Characteristic temperatures.")
    simulated: Annotated[float | None, Quantity("°C", heading="Tg simulated", fmt=".0f")] = Field(
        description="Glass transition of the given result of run glass; None without one."
    )
    simulated_error: Annotated[float | None, Quantity("K", heading="±", fmt=".0f")] = Field(
        description="Its standard deviation."
    )
    simulated_rate: Annotated[
        float | None, Quantity("K/ps", heading="simulated cooling", fmt=".3g")
    ] = Field(description="Its cooling rate.")
    simulated_engine: Annotated[str | None, Column(heading="simulated by")] = Field(
        description="Engine that computed it; a potential is not DFT."
    )
    temperature: Annotated[list[float], Quantity("°C", label="temperature")] = Field(
        description="Temperatures of the trace."
    )
    heat_flow: list[float] = Field(description="Heat flow (unit of the field heat_flow_unit).")
    smooth: list[float] = Field(description="Smoothed heat flow.")
    glass_line: list[float] = Field(description="Line of the glass at the temperatures.")
    liquid_line: list[float] = Field(description="Line of the liquid at the temperatures.")
    tangent: list[float] = Field(description="Tangent at the temperatures.")
