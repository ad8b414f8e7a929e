"""Result of a measurement of edges along a scan."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class EdgePoint(Document):
    """One edge at one point of a scan."""

    edge: Annotated[str, Quantity("", heading="edge")] = Field(description="Element and shell.")
    point: Annotated[list[int], Quantity("")] = Field(
        description="Number of the point in a line scan, row and column in a map; from 1."
    )
    position: Annotated[float | None, Quantity("nm", heading="position", fmt=".4g")] = Field(
        None, description="Distance from the first point of a line scan, if its step is known."
    )
    area: Annotated[float, Quantity("counts eV", heading="area", fmt=".4g")] = Field(
        description="Area above the background."
    )
    error: Annotated[float, Quantity("counts eV", heading="error", fmt=".2g")] = Field(
        description="Standard error of the area: counting and background in quadrature."
    )
    error_counting: Annotated[float, Quantity("counts eV", fmt=".2g")] = Field(
        description="Standard error by the noise of counting, that of the background fit included."
    )
    error_background: Annotated[float, Quantity("counts eV", fmt=".2g")] = Field(
        description="Largest change of the area when the background window moves by 2 eV."
    )
    relative: Annotated[float | None, Quantity("", heading="of largest", fmt=".3f")] = Field(
        description="Area relative to the largest of this edge in the scan; None if it is not "
        "seen anywhere."
    )
    low: Annotated[float | None, Quantity("", heading="95 % from", fmt=".3f")] = Field(
        description="Lower limit of 95 % of the relative area, the largest taken as exact."
    )
    high: Annotated[float | None, Quantity("", heading="to", fmt=".3f")] = Field(
        description="Upper limit of 95 % of the relative area."
    )
    seen: Annotated[bool, Quantity("", heading="seen")] = Field(
        description="Whether the area is more than three standard errors above zero."
    )


class ScannedSpectrum(Document):
    """Signal of an edge at one point."""

    point: list[int] = Field(description="The point.")
    signal: Annotated[list[float], Quantity("counts", label="intensity above background")] = Field(
        description="Counts above the background at the energies of the edge."
    )


class ScannedEdge(Document):
    """An edge with its windows and its spectra along a line scan."""

    edge: str = Field(description="Element and shell.")
    tabulated: Annotated[float, Quantity("eV", fmt=".1f")] = Field(
        description="Tabulated energy of the edge."
    )
    background_window: Annotated[list[float], Quantity("eV")] = Field(
        description="Range of the fit of the background."
    )
    window: Annotated[list[float], Quantity("eV")] = Field(description="Range of integration.")
    energy: Annotated[list[float], Quantity("eV", label="energy loss")] = Field(
        description="Energy losses of the signals."
    )
    signals: list[ScannedSpectrum] = Field(
        description="Signals of a spectrum or a line scan, in order; empty for maps and for long "
        "scans."
    )


class EdgeScanResult(Result):
    """Areas of edges in measured spectra, along a line scan or in a map."""

    kind: Literal["edge_scan"] = "edge_scan"
    grid: list[int] = Field(description="Points of a line scan, or rows and columns of a map.")
    zero_loss_offset: Annotated[float | None, Quantity("eV", fmt=".2f")] = Field(
        None, description="Shift of the axis that put the zero-loss peak at 0, if it is known."
    )
    plural_scattering_removed: bool = Field(
        description="Whether plural scattering was removed by the Fourier ratio."
    )
    points: list[EdgePoint] = Field(description="Every edge at every point.")
    edges: list[ScannedEdge] = Field(description="Every edge with its windows and spectra.")
