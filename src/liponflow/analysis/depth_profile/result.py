"""Result of neutron depth profiling."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class ProfilePoint(Document):
    """One bin of the profile."""

    energy: Annotated[
        float, Quantity("keV", heading="energy", fmt=".0f", label="energy of the tritons")
    ] = Field(description="Middle of the bin.")
    depth: Annotated[float | None, Quantity("µm", heading="depth", fmt=".2f")] = Field(
        description="Depth of its tritons; None without stopping powers that reach it."
    )
    film: Annotated[float, Quantity("1/cm²", heading="film", fmt=".3e", label="Li per bin")] = (
        Field(description="Li of the first file in this bin.")
    )
    film_error: Annotated[float | None, Quantity("1/cm²", fmt=".1e")] = Field(
        description="Its standard error by counting."
    )
    bare: Annotated[float | None, Quantity("1/cm²", heading="bare", fmt=".3e")] = Field(
        description="Li of the second file; None with one file."
    )
    difference: Annotated[float, Quantity("1/cm²", heading="difference", fmt=".3e")] = Field(
        description="Film less bare, or the film alone."
    )
    difference_error: Annotated[float | None, Quantity("1/cm²", heading="±", fmt=".1e")] = Field(
        description="Its standard error by counting."
    )
    model: Annotated[float | None, Quantity("1/cm²", heading="Weibull", fmt=".3e")] = Field(
        description="Fitted peak, down to the lowest energy of the extrapolation."
    )
    model_error: Annotated[float | None, Quantity("1/cm²", fmt=".1e")] = Field(
        description="Its standard error by those of the parameters."
    )
    excess: Annotated[float | None, Quantity("1/cm²", heading="excess", fmt=".2e")] = Field(
        description="Difference less peak."
    )


class WeibullParameter(Document):
    """A parameter of the peak. Intervals hold 95 %."""

    name: Annotated[str, Quantity("", heading="parameter")] = Field(
        description="a0 amplitude, a1 position, a2 width, a3 shape."
    )
    unit: Annotated[str, Quantity("", heading="unit")] = Field(description="Unit of the value.")
    value: Annotated[float, Column(heading="value", fmt=".6g")] = Field(
        description="Fitted value."
    )
    error: Annotated[float, Column(heading="error", fmt=".2g")] = Field(
        description="Standard error."
    )
    low: Annotated[float, Column(heading="from", fmt=".6g")] = Field(description="Lower limit.")
    high: Annotated[float, Column(heading="to", fmt=".6g")] = Field(description="Upper limit.")


class DepthProfileResult(Result):
    """Li against the energy of tritons, and the Li that an interface gained."""

    kind: Literal["depth_profile"] = "depth_profile"
    bin_width: Annotated[float, Quantity("keV", heading="bins", fmt="g")] = Field(
        description="Width of the bins."
    )
    fitted: Annotated[list[float], Quantity("keV")] = Field(description="Energies of the fit.")
    extrapolated_to: Annotated[float, Quantity("keV", heading="extrapolated to", fmt="g")] = Field(
        description="Lowest energy of the extrapolation."
    )
    integrated: Annotated[list[float], Quantity("keV")] = Field(
        description="Energies of the integral."
    )
    largest_error: Annotated[
        float | None, Quantity("%", heading="largest counting error", fmt=".1f")
    ] = Field(
        description="Largest standard error of the film's bins in the ranges of fit and integral "
        "that hold a tenth of the largest one or more, that of the reference included; None if it "
        "is not known."
    )
    scale_error: Annotated[float | None, Quantity("%", heading="scale error", fmt=".2f")] = Field(
        description="Standard error that all concentrations share, by the reference of ¹⁰B."
    )
    parameters: list[WeibullParameter] = Field(description="Parameters of the peak.")
    r_squared: Annotated[float, Quantity("", heading="R²", fmt=".4f")] = Field(
        description="Coefficient of determination of the fit."
    )
    excess: Annotated[float, Quantity("1/cm²", heading="excess Li", fmt=".3e")] = Field(
        description="Integral of difference less peak."
    )
    excess_low: Annotated[float, Quantity("1/cm²", heading="from", fmt=".3e")] = Field(
        description="Lower limit of 95 %: counting, extrapolation and scale."
    )
    excess_high: Annotated[float, Quantity("1/cm²", heading="to", fmt=".3e")] = Field(
        description="Upper limit of 95 %."
    )
    excess_counting: Annotated[
        float | None, Quantity("1/cm²", heading="error, counting", fmt=".2e")
    ] = Field(description="Standard error by counting alone; None if it is not known.")
    excess_extrapolation: Annotated[
        float, Quantity("1/cm²", heading="error, extrapolation", fmt=".2e")
    ] = Field(description="Standard error by the extrapolated peak alone.")
    excess_length: Annotated[float | None, Quantity("µm", heading="over", fmt=".3g")] = Field(
        description="Length that the excess is spread over: given, or that between the energies "
        "of the integral; None if neither is known."
    )
    excess_density: Annotated[float | None, Quantity("1/cm³", heading="excess Li", fmt=".3e")] = (
        Field(description="Excess over this length.")
    )
    excess_density_low: Annotated[float | None, Quantity("1/cm³", heading="from", fmt=".3e")] = (
        Field(description="Lower limit of 95 %.")
    )
    excess_density_high: Annotated[float | None, Quantity("1/cm³", heading="to", fmt=".3e")] = (
        Field(description="Upper limit of 95 %.")
    )
    host_density: Annotated[float | None, Quantity("1/cm³", heading="Li of host", fmt=".3e")] = (
        Field(description="Li of the host crystal per volume; None without one.")
    )
    share: Annotated[float | None, Quantity("%", heading="excess, of host", fmt=".2f")] = Field(
        description="Excess relative to the Li of the host."
    )
    points: list[ProfilePoint] = Field(description="Every bin.")
