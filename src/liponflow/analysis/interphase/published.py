"""Published conductivities of the phases of interphases."""

from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from liponflow.analysis.published import topics
from liponflow.analysis.published_tables import PublishedTable
from liponflow.analysis.quantity import Column, Quantity
from liponflow.document import Document


class PhaseConductivity(Document):
    """Conductivities of one phase."""

    model_config = ConfigDict(frozen=True)

    summary_columns: ClassVar[tuple[str, ...]] = ("phase", "electronic", "ionic", "at_most")

    phase: Annotated[str, Column(heading="phase")] = Field(description="Formula.")
    electronic: Annotated[
        float, Quantity("S/cm", heading="electronic", fmt=".0e", label="electronic conductivity")
    ] = Field(gt=0, description="Electronic conductivity at 298 K.")
    ionic: Annotated[
        float, Quantity("S/cm", heading="ionic", fmt=".0e", label="ionic conductivity")
    ] = Field(gt=0, description="Conductivity of Li+ at 298 K.")
    at_most: Annotated[Literal["", "electronic", "ionic", "both"], Column(heading="at most")] = (
        Field("", description="Which of the two is an upper limit.")
    )


@cache
def published_conductivities() -> PublishedTable[PhaseConductivity]:
    """Return the published conductivities of phases, in the printed order.

    Examples
    --------
    >>> {row.phase: row.ionic for row in published_conductivities().rows}["Li2O"]
    1e-12
    """
    return PublishedTable[PhaseConductivity].model_validate(topics()["interphase"])
