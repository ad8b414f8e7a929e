"""Result of simulated powder patterns."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class Peak(Document):
    """A peak of a powder pattern."""

    two_theta: Annotated[float, Quantity("degrees", heading="2θ", label="2θ", fmt=".3f")] = Field(
        description="Scattering angle."
    )
    spacing: Annotated[float, Quantity("Å", heading="spacing", fmt=".4f")] = Field(
        description="Spacing of the planes."
    )
    intensity: Annotated[float, Quantity("%", heading="intensity", fmt=".1f")] = Field(
        description="Integrated intensity, of the strongest peak of the pattern."
    )
    indices: Annotated[str, Column(heading="(hkl)")] = Field(
        description="Miller indices of each family of planes, in the cell of the file."
    )
    multiplicity: Annotated[int, Quantity("", heading="multiplicity", fmt="d")] = Field(
        description="Number of reflections in the peak."
    )


class PatternPeak(Peak):
    """A peak with the crystal that it belongs to."""

    crystal: Annotated[str, Column(heading="crystal")] = Field(description="File of the crystal.")


class PatternResult(Result):
    """Simulated powder patterns of crystals."""

    kind: Literal["pattern"] = "pattern"
    probe: Annotated[Literal["x-ray", "neutron", "electron"], Column(heading="radiation")] = Field(
        description="What is scattered."
    )
    wavelength: Annotated[float, Quantity("Å", heading="wavelength", fmt=".5f")] = Field(
        description="Wavelength."
    )
    two_theta: Annotated[list[float], Quantity("degrees")] = Field(
        description="Range of the pattern."
    )
    width: Annotated[float, Quantity("degrees", heading="width of the peaks", fmt="g")] = Field(
        description="Full width at half maximum with which the figure draws them."
    )
    crystals: list[str] = Field(description="Files of the crystals.")
    peaks: list[PatternPeak] = Field(description="Peaks of every crystal, by rising angle.")
