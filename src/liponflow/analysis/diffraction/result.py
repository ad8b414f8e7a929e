"""Results of diffraction: phases of spacings or of an image."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class DiffractionLine(Document):
    """An observed spacing and what explains it."""

    line: Annotated[int, Quantity("", heading="line", fmt="d")] = Field(
        description="Number of the line, from 1."
    )
    sort: Annotated[Literal["list", "spot", "ring", "halo"], Column(heading="sort")] = Field(
        description="Entry of a list, or spot, ring or halo of a transform. A halo is of an "
        "amorphous phase, and no candidate is compared with it."
    )
    spacing: Annotated[float, Quantity("Å", heading="spacing", fmt=".3f")] = Field(
        description="Observed spacing."
    )
    error: Annotated[float, Quantity("Å", heading="error", fmt=".3f")] = Field(
        description="Standard error of the place of the line; the tolerance is not part of it."
    )
    angle: Annotated[float | None, Quantity("degrees", heading="angle", fmt=".1f")] = Field(
        None,
        description="Direction of the normal of the planes of a spot, from that of the rows of "
        "the image (right) towards that of its columns (down).",
    )
    height: Annotated[float | None, Quantity("", heading="height", fmt=".3g")] = Field(
        None,
        description="Power over the background at this spatial frequency, of spots and rings.",
    )
    phases: Annotated[str, Column(heading="phase")] = Field(
        description="Phase that is named for the line, or several that cannot be told apart; "
        "empty if none is."
    )
    indices: Annotated[str, Column(heading="(hkl)")] = Field(
        description="Miller indices of the first of these phases, in the cell of the candidate."
    )
    expected: Annotated[float | None, Quantity("Å", heading="expected", fmt=".3f")] = Field(
        None, description="Spacing of that line of the phase."
    )
    deviation: Annotated[float | None, Quantity("%", heading="deviation", fmt="+.2f")] = Field(
        None, description="Observed less expected spacing, relative to the expected one."
    )


class Candidate(Document):
    """A candidate phase against all observed lines."""

    phase: Annotated[str, Column(heading="candidate")] = Field(
        description="Name in the library, or file."
    )
    formula: str = Field(description="Reduced formula.")
    score: Annotated[float, Quantity("", heading="score", fmt=".2f")] = Field(
        description="Logarithm of the likelihood of all lines, with the phase over by chance."
    )
    explained: Annotated[int, Quantity("", heading="lines", fmt="d")] = Field(
        description="Observed lines within the tolerance of one of the phase."
    )
    named: Annotated[bool, Column(heading="named")] = Field(
        description="Whether it is named for a line, alone or with phases like it."
    )
    alike: Annotated[str, Column(heading="not told apart from", wraps=True)] = Field(
        description="Phases that explain the same lines about as well."
    )
    unseen: Annotated[str, Column(heading="strong, not seen", wraps=True)] = Field(
        description="Lines in the range with at least half of the largest intensity that were not "
        "observed. In an image they may be out of the zone of a grain, in a powder they count "
        "against the phase."
    )
    spacing: Annotated[list[float], Quantity("Å", label="spacing")] = Field(
        description="Spacings of its lines in the range, of at least 1 % intensity."
    )
    intensity: Annotated[list[float], Quantity("", label="intensity")] = Field(
        description="Intensities of these lines, relative to the strongest of the phase."
    )
    lattice: str = Field(description="Source of the lattice parameters.")
    measured: bool = Field(description="Whether the lattice was measured, or relaxed with PBE.")


class GrainZone(Document):
    """Two spots of one grain, by their angle."""

    phase: Annotated[str, Column(heading="grain of")] = Field(description="The phase.")
    spots: Annotated[list[int], Quantity("", heading="spots")] = Field(
        description="Numbers of the lines."
    )
    indices: Annotated[str, Column(heading="(hkl)")] = Field(description="Miller indices of each.")
    axis: Annotated[str, Column(heading="zone")] = Field(description="Zone axis.")
    angle: Annotated[float, Quantity("degrees", heading="angle", fmt=".1f")] = Field(
        description="Observed angle between the spots."
    )
    expected: Annotated[float, Quantity("degrees", heading="expected", fmt=".1f")] = Field(
        description="Angle between these planes of the crystal."
    )


class Picture(Document):
    """An image and its transform, reduced for the figure."""

    pixel: Annotated[float, Quantity("nm", fmt=".4g")] = Field(description="Size of a pixel.")
    pixel_source: str = Field(description="Where the size of the pixel comes from.")
    size: Annotated[list[float], Quantity("nm")] = Field(description="Height and width.")
    intensity: Annotated[list[list[int]], Quantity("")] = Field(
        description="Image with at most 256 rows and columns, from 0 to 255."
    )
    transform: Annotated[list[list[float]], Quantity("")] = Field(
        description="Common logarithm of the power over the background; zero frequency in the "
        "middle. Largest of the pixels where it is reduced."
    )
    largest_frequency: Annotated[float, Quantity("1/Å", label="spatial frequency")] = Field(
        description="Spatial frequency at the edges of the transform that is kept."
    )


class DiffractionResult(Result):
    """Candidate phases of observed spacings."""

    kind: Literal["diffraction"] = "diffraction"
    source: Literal["list", "image"] = Field(description="What the spacings were found in.")
    tolerance: Annotated[float, Quantity("%", heading="tolerance", fmt="g")] = Field(
        description="Largest deviation of a spacing by calibration and lattice."
    )
    d_range: Annotated[list[float], Quantity("Å")] = Field(
        description="Range of the spacings that could have been observed."
    )
    verdict: Annotated[str, Column(heading="phases")] = Field(
        description="Phases that are named, the likeliest first."
    )
    lines: list[DiffractionLine] = Field(description="Observed lines.")
    candidates: list[Candidate] = Field(description="Candidates by falling score.")
    zones: list[GrainZone] = Field(description="Pairs of spots at an angle of a named phase.")
    picture: Picture | None = Field(None, description="The image, where the lines are from one.")
