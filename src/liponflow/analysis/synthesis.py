"""The published table of the methods that make LiPON, and the conductivity that each reaches."""

from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from liponflow.analysis.published import topics
from liponflow.analysis.published_tables import PublishedTable, low_and_high
from liponflow.analysis.quantity import Column, Quantity
from liponflow.document import Document


class Synthesis(Document):
    """One method."""

    model_config = ConfigDict(frozen=True)

    summary_columns: ClassVar[tuple[str, ...]] = (
        "method", "conductivity", "conductivity_high", "substrate", "precursors", "remark",
    )  # fmt: skip

    method: Annotated[str, Column(heading="method")] = Field(description="Method of synthesis.")
    precursors: Annotated[str, Column(heading="precursors")] = Field(description="Precursors.")
    substrate: Annotated[Literal["yes", "no"], Column(heading="substrate")] = Field(
        description="Whether it needs a substrate."
    )
    conductivity: Annotated[
        float, Quantity("S/cm", heading="σ", fmt=".2e", label="conductivity at 25 °C")
    ] = Field(description="Ionic conductivity at 25 °C; the lower end of a range.")
    conductivity_high: Annotated[float | None, Quantity("S/cm", heading="to", fmt=".2e")] = Field(
        None, description="Upper end of a range; None for a single value."
    )
    remark: Annotated[str, Column(heading="remark")] = Field("", description="Printed remark.")


@cache
def published_synthesis() -> PublishedTable[Synthesis]:
    """Return the published methods, in the printed order.

    Examples
    --------
    >>> best = max(published_synthesis().rows, key=lambda row: row.conductivity)
    >>> best.method, best.conductivity
    ('radio-frequency sputtering', 2.6e-06)
    """
    topic = dict(topics()["synthesis"])
    rows = tuple(_row(row) for row in topic.pop("rows"))
    return PublishedTable[Synthesis](rows=rows, **topic)


def _row(given: dict[str, Any]) -> Synthesis:
    row = dict(given)
    row["conductivity"], row["conductivity_high"] = low_and_high(row.pop("sigma"))
    return Synthesis(**row)
