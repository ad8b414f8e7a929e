"""Result of an analysis of profiles across an interface."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class ElementProfile(Document):
    """Profile of one element with its step. Positions have the unit of the result."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "element", "origin", "onset", "onset_low", "onset_high", "width", "width_low",
        "width_high", "seen_from", "unseen_at", "centre", "end",
    )  # fmt: skip

    element: Annotated[str, Column(heading="element")] = Field(description="Name of the column.")
    origin: Annotated[Literal["measured", "simulated"], Column(heading="origin")] = Field(
        description="Measured, or of the given simulation."
    )
    rises: bool = Field(description="Whether it is richer at larger positions.")
    onset: Annotated[float, Column(heading="onset", fmt=".4g")] = Field(
        description="Where the step has gone through 5 % of its height, from the poorer side."
    )
    onset_low: Annotated[float, Column(heading="from", fmt=".4g")] = Field(
        description="Lower limit of 95 %."
    )
    onset_high: Annotated[float, Column(heading="to", fmt=".4g")] = Field(
        description="Upper limit of 95 %."
    )
    centre: Annotated[float, Column(heading="centre", fmt=".4g")] = Field(
        description="Centre of the step."
    )
    end: Annotated[float, Column(heading="end", fmt=".4g")] = Field(
        description="Where the step has gone through 95 % of its height."
    )
    width: Annotated[float, Column(heading="width", fmt=".4g")] = Field(
        description="Distance of onset and end."
    )
    width_low: Annotated[float, Column(heading="from", fmt=".4g")] = Field(
        description="Lower limit of 95 %."
    )
    width_high: Annotated[float, Column(heading="to", fmt=".4g")] = Field(
        description="Upper limit of 95 %."
    )
    seen_from: Annotated[float | None, Column(heading="seen from", fmt=".4g")] = Field(
        description="First position from which on it is three standard deviations above the "
        "poorer plateau; None if it never is."
    )
    unseen_at: Annotated[float | None, Column(heading="not at", fmt=".4g")] = Field(
        description="Position before that one: it appears in between. None if it is seen from "
        "the beginning."
    )
    low: float = Field(description="Plateau at small positions (unit of the values).")
    high: float = Field(description="Plateau at large positions (unit of the values).")
    position: list[float] = Field(description="Positions; those of a simulation moved.")
    values: list[float] = Field(description="Values as given.")
    fitted: list[float] = Field(description="Values of the step.")


class OnsetOrder(Document):
    """Which of two elements reaches further towards its poorer side."""

    first: Annotated[str, Column(heading="reaches further")] = Field(
        description="Element with the earlier onset."
    )
    second: Annotated[str, Column(heading="than")] = Field(description="The other element.")
    distance: Annotated[float, Column(heading="by", fmt=".4g")] = Field(
        description="Distance of the onsets."
    )
    low: Annotated[float, Column(heading="from", fmt=".4g")] = Field(
        description="Lower limit of 95 %."
    )
    high: Annotated[float, Column(heading="to", fmt=".4g")] = Field(
        description="Upper limit of 95 %."
    )
    significant: Annotated[bool, Column(heading="shown")] = Field(
        description="Whether the interval does not hold 0."
    )


class LineScanResult(Result):
    """Onsets and widths of elements across an interface."""

    kind: Literal["line_scan"] = "line_scan"
    unit: str = Field(description="Unit of the positions: nm, or as the file names it.")
    width: Annotated[float | None, Column(heading="width of the interphase", fmt=".4g")] = Field(
        description="From the first onset of a measured element to the last end; None if they do "
        "not all become richer to the same side."
    )
    width_low: Annotated[float | None, Column(heading="from", fmt=".4g")] = Field(
        description="Lower limit of 95 %."
    )
    width_high: Annotated[float | None, Column(heading="to", fmt=".4g")] = Field(
        description="Upper limit of 95 %."
    )
    width_published: Annotated[float | None, Quantity("nm", heading="published", fmt="g")] = Field(
        description="Published width of the interphase of Li and LiPON; None where positions are "
        "not in nm."
    )
    moved: Annotated[float | None, Column(heading="simulation moved by", fmt=".4g")] = Field(
        description="Shift of the simulation that puts the centres of one element together; None "
        "without a simulation."
    )
    orders: list[OnsetOrder] = Field(description="Measured elements in the order of their onsets.")
    profiles: list[ElementProfile] = Field(description="Profiles, measured ones first.")
