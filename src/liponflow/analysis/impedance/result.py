"""Results of measurements of conductivity: impedance spectra and DC polarisation."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class CircuitElement(Document):
    """An element of an equivalent circuit, fitted."""

    name: str = Field(
        description="R0 in series; R, Q and n of each arc, Q and n of the blocking electrode (Qe, "
        "ne), the Warburg coefficient W, and L of the cables."
    )
    unit: str = Field(description="Unit of the value.")
    value: float = Field(description="Fitted value.")
    low: float = Field(description="Lower limit of 95 %.")
    high: float = Field(description="Upper limit of 95 %.")


class ImpedanceSpectrum(Document):
    """One impedance spectrum and its fit. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "file", "conductivity", "conductivity_low", "conductivity_high", "resistance",
        "resistance_low", "resistance_high", "misfit", "scatter", "exponent", "capacitance",
        "peak_frequency",
    )  # fmt: skip

    file: Annotated[str, Quantity("", heading="file")] = Field(description="The file.")
    sign: str = Field(description="How the sign of the imaginary part was found.")
    elements: list[CircuitElement] = Field(description="Every element of the circuit.")
    resistance: Annotated[float, Quantity("Ω", heading="R", fmt=".4g")] = Field(
        description="Resistance of the arc at the highest frequencies."
    )
    resistance_low: Annotated[float, Quantity("Ω", heading="from", fmt=".4g")] = Field(
        description="Lower limit."
    )
    resistance_high: Annotated[float, Quantity("Ω", heading="to", fmt=".4g")] = Field(
        description="Upper limit."
    )
    exponent: Annotated[float, Quantity("", heading="n", fmt=".3f")] = Field(
        description="Exponent of its constant-phase element."
    )
    capacitance: Annotated[float, Quantity("F", heading="C", fmt=".2e")] = Field(
        description="Effective capacitance of this arc, τ / R."
    )
    peak_frequency: Annotated[float, Quantity("Hz", heading="peak", fmt=".3g")] = Field(
        description="Frequency of the top of this arc, 1 / (2πτ)."
    )
    conductivity: Annotated[float | None, Quantity("S/cm", heading="σ", fmt=".2e")] = Field(
        description="Thickness / (resistance · area); None without both."
    )
    conductivity_low: Annotated[float | None, Quantity("S/cm", heading="from", fmt=".2e")] = Field(
        description="Lower limit, errors of thickness and area included."
    )
    conductivity_high: Annotated[float | None, Quantity("S/cm", heading="to", fmt=".2e")] = Field(
        description="Upper limit."
    )
    misfit: Annotated[float, Quantity("%", heading="misfit", fmt=".2f")] = Field(
        description="Standard deviation of the residuals of the circuit, of the modulus."
    )
    scatter: Annotated[float, Quantity("%", heading="scatter", fmt=".2f")] = Field(
        description="Standard deviation that a long chain of RC elements leaves: noise, or a cell "
        "that changed (test of Kramers and Kronig)."
    )
    frequency: Annotated[list[float], Quantity("Hz", label="frequency")] = Field(
        description="Frequencies, from high to low."
    )
    real: Annotated[list[float], Quantity("Ω", label="Z'")] = Field(
        description="Real part of the impedance."
    )
    imaginary: Annotated[list[float], Quantity("Ω", label="Z''")] = Field(
        description="Imaginary part; capacitive if negative."
    )
    fitted_real: Annotated[list[float], Quantity("Ω")] = Field(
        description="Real part of the circuit."
    )
    fitted_imaginary: Annotated[list[float], Quantity("Ω")] = Field(
        description="Imaginary part of the circuit."
    )


class ImpedanceResult(Result):
    """Fits of an equivalent circuit to impedance spectra."""

    kind: Literal["impedance"] = "impedance"
    circuit: str = Field(description="Equivalent circuit.")
    film_thickness: Annotated[float | None, Quantity("µm", heading="thickness", fmt=".3g")] = (
        Field(description="Thickness of the film, if it is known.")
    )
    electrode_area: Annotated[float | None, Quantity("cm²", heading="area", fmt=".3g")] = Field(
        description="Area of the electrodes, if it is known."
    )
    spectra: list[ImpedanceSpectrum] = Field(description="Each spectrum.")


class PolarisationResult(Result):
    """Electronic conductivity from the steady current under a constant voltage."""

    kind: Literal["polarisation"] = "polarisation"
    voltage: Annotated[float, Quantity("V", heading="voltage", fmt=".3g")] = Field(
        description="Constant voltage."
    )
    film_thickness: Annotated[float, Quantity("µm", heading="thickness", fmt=".3g")] = Field(
        description="Thickness of the film."
    )
    electrode_area: Annotated[float, Quantity("cm²", heading="area", fmt=".3g")] = Field(
        description="Area of the electrodes."
    )
    steady_from: Annotated[float, Quantity("s", heading="steady from", fmt=".4g")] = Field(
        description="Beginning of the range that counts as steady; it ends with the file."
    )
    current_density: Annotated[float, Quantity("A/cm²", heading="steady i", fmt=".2e")] = Field(
        description="Mean current in that range over the area."
    )
    drift: Annotated[float, Quantity("%", heading="drift", fmt=".1f")] = Field(
        description="Change of the current over the steady range, by a straight line, of its mean."
    )
    conductivity: Annotated[float, Quantity("S/cm", heading="σ", fmt=".2e")] = Field(
        description="Current · thickness / (voltage · area)."
    )
    conductivity_low: Annotated[float, Quantity("S/cm", heading="from", fmt=".2e")] = Field(
        description="Lower limit of 95 %: noise, drift, thickness and area; 0 if the current is "
        "within its noise."
    )
    conductivity_high: Annotated[float, Quantity("S/cm", heading="to", fmt=".2e")] = Field(
        description="Upper limit of 95 %."
    )
    time: Annotated[list[float], Quantity("s", label="time")] = Field(description="Times.")
    current: Annotated[list[float], Quantity("A", label="current")] = Field(
        description="Currents; those of a negative voltage with the sign turned."
    )
