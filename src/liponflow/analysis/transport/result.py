"""Result of a measurement of transport in trajectories."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class Curve(Document):
    """Mean-squared displacements against time; their half slope per dimension is D."""

    time: Annotated[list[float], Quantity("ps", label="time interval")] = Field(
        description="Exact intervals, at most 50, up to half the run."
    )
    tracer: Annotated[list[float], Quantity("Å²", label="mean-squared displacement")] = Field(
        description="Of the single ions."
    )
    components: Annotated[list[list[float]], Quantity("Å²")] = Field(
        description="The parts along x, y and z of each."
    )
    collective: Annotated[list[float], Quantity("Å²")] = Field(
        description="Of the sum of all ions, over their number."
    )
    slope: Annotated[float, Quantity("Å²/ps", fmt=".3g")] = Field(
        description="Slope of the line through the tracer's MSD."
    )
    intercept: Annotated[float, Quantity("Å²", fmt=".3g")] = Field(
        description="Intercept of that line."
    )


class TransportPoint(Document):
    """Transport at one temperature. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "temperature", "length", "start", "diffusivity", "diffusivity_low", "diffusivity_high",
        "relative_deviation", "haven", "conductivity", "conductivity_low", "conductivity_high",
        "fitted",
    )  # fmt: skip

    temperature: Annotated[float, Quantity("K", heading="T", fmt=".0f")] = Field(
        description="Temperature, as given or as the mean of the files."
    )
    files: list[str] = Field(description="Segments of the run.")
    frames: int = Field(description="Frames that entered.")
    ions: int = Field(description="Mobile ions.")
    drift: str = Field(description="What is at rest: the framework, or all atoms.")
    time_step: Annotated[float, Quantity("fs", fmt=".4g")] = Field(
        description="Time from frame to frame."
    )
    length: Annotated[float, Quantity("ps", heading="length", fmt=".4g")] = Field(
        description="Time from the first frame to the last."
    )
    length_needed: Annotated[float | None, Quantity("ps", fmt=".3g")] = Field(
        description="Length that leaves a relative deviation of 0.5 at this rate of hops; None if "
        "the run is long enough or the ions do not diffuse."
    )
    volume: Annotated[float, Quantity("Å³", fmt=".1f")] = Field(
        description="Volume of the mean cell."
    )
    start: Annotated[float, Quantity("ps", heading="diffusive\nfrom", fmt=".3g")] = Field(
        description="Interval from which on a straight line fits."
    )
    exponent: Annotated[float, Quantity("", fmt=".2f")] = Field(
        description="Exponent of the MSD against time from there on."
    )
    diffusivity: Annotated[
        float, Quantity("cm²/s", heading="D tracer", fmt=".2e", label="tracer diffusivity")
    ] = Field(description="Tracer diffusion coefficient; 1 Å²/ps is 1e-4 cm²/s.")
    diffusivity_low: Annotated[float, Quantity("cm²/s", heading="from", fmt=".2e")] = Field(
        description="Lower limit; below zero if no diffusion was seen."
    )
    diffusivity_high: Annotated[float, Quantity("cm²/s", heading="to", fmt=".2e")] = Field(
        description="Upper limit."
    )
    diffusivity_xyz: Annotated[list[float], Quantity("cm²/s", fmt=".2e")] = Field(
        description="Tracer diffusion along x, y and z."
    )
    diffusivity_xyz_error: Annotated[list[float], Quantity("cm²/s", fmt=".1e")] = Field(
        description="Half widths of their intervals."
    )
    collective: Annotated[float | None, Quantity("cm²/s", fmt=".2e")] = Field(
        description="Collective (charge) diffusion coefficient; None if all atoms are mobile."
    )
    collective_low: Annotated[float | None, Quantity("cm²/s", fmt=".2e")] = Field(
        description="Lower limit."
    )
    collective_high: Annotated[float | None, Quantity("cm²/s", fmt=".2e")] = Field(
        description="Upper limit."
    )
    haven: Annotated[float | None, Quantity("", heading="Haven", fmt=".2f")] = Field(
        description="Tracer over collective coefficient; None if the latter may be zero."
    )
    haven_low: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        description="Lower limit, both taken as independent."
    )
    haven_high: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        description="Upper limit."
    )
    conductivity: Annotated[
        float, Quantity("S/cm", heading="σ (N-E)", fmt=".2e", label="conductivity")
    ] = Field(description="Conductivity by Nernst and Einstein, from the tracer coefficient.")
    conductivity_low: Annotated[float, Quantity("S/cm", heading="from", fmt=".2e")] = Field(
        description="Lower limit."
    )
    conductivity_high: Annotated[float, Quantity("S/cm", heading="to", fmt=".2e")] = Field(
        description="Upper limit."
    )
    collective_conductivity: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        description="Conductivity from the collective coefficient."
    )
    collective_conductivity_low: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        description="Lower limit."
    )
    collective_conductivity_high: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        description="Upper limit."
    )
    effective_hops: Annotated[float, Quantity("", fmt=".3g")] = Field(
        description="Largest total MSD over the square of the hop length (He 2018)."
    )
    relative_deviation: Annotated[float, Quantity("", heading="RSD", fmt=".2f")] = Field(
        description="Relative standard deviation of D that so many hops leave (He 2018)."
    )
    fitted: Annotated[bool, Quantity("", heading="fitted")] = Field(
        description="Whether it is reliable enough for the Arrhenius fit: a deviation up to 0.5, "
        "and D above zero."
    )
    curve: Curve = Field(description="Mean-squared displacements.")


class ArrheniusLine(Document):
    """Arrhenius fit of the tracer coefficients. Intervals hold 95 %."""

    activation_energy: Annotated[float, Quantity("eV", heading="Ea", fmt=".3f")] = Field(
        description="Of D, and so of conductivity times temperature."
    )
    activation_energy_low: Annotated[float, Quantity("eV", fmt=".3f")] = Field(
        description="Lower limit."
    )
    activation_energy_high: Annotated[float, Quantity("eV", fmt=".3f")] = Field(
        description="Upper limit."
    )
    prefactor: Annotated[float, Quantity("cm²/s", fmt=".2e")] = Field(
        description="D at infinite temperature."
    )
    room_conductivity: Annotated[float, Quantity("S/cm", heading="σ(300 K)", fmt=".2e")] = Field(
        description="Nernst-Einstein conductivity at 300 K, at the density of the coldest run."
    )
    room_conductivity_low: Annotated[float, Quantity("S/cm", fmt=".2e")] = Field(
        description="Lower limit."
    )
    room_conductivity_high: Annotated[float, Quantity("S/cm", fmt=".2e")] = Field(
        description="Upper limit."
    )


class TransportResult(Result):
    """Diffusion and conductivity of one ion at one or several temperatures."""

    kind: Literal["transport"] = "transport"
    species: str = Field(description="Mobile ion.")
    charge: int = Field(description="Its charge number.")
    hop_length: Annotated[float, Quantity("Å", heading="hop length", fmt=".2f")] = Field(
        description="Distance of neighbouring sites, which counts the effective hops."
    )
    points: list[TransportPoint] = Field(description="Each temperature.")
    arrhenius: ArrheniusLine | None = Field(
        description="Fit of the reliable temperatures; None with fewer than two."
    )
