"""Result of a deconvolution of ³¹P spectra."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class UnitShare(Document):
    """Share of P in one unit. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "sample", "unit", "share", "low", "high", "shift", "width", "model", "model_error",
    )  # fmt: skip

    sample: Annotated[str, Column(heading="sample")] = Field(description="File of the sample.")
    unit: Annotated[str, Column(heading="unit")] = Field(
        description="Unit Q^n_m: n bridging anions and m N."
    )
    share: Annotated[float, Quantity("", heading="share", fmt=".3f")] = Field(
        description="Share of the area, or as given."
    )
    low: Annotated[float | None, Quantity("", heading="from", fmt=".3f")] = Field(
        description="Lower limit, at least 0; None without an error."
    )
    high: Annotated[float | None, Quantity("", heading="to", fmt=".3f")] = Field(
        description="Upper limit; None without an error."
    )
    shift: Annotated[float | None, Quantity("ppm", heading="shift", fmt=".2f")] = Field(
        description="Position of its peak; None for given shares."
    )
    width: Annotated[float | None, Quantity("ppm", heading="width", fmt=".2f")] = Field(
        description="Full width of its peak at half maximum."
    )
    model: Annotated[float | None, Quantity("", heading="model", fmt=".3f")] = Field(
        description="Share in the model of this sample; None without a model."
    )
    model_error: Annotated[float | None, Quantity("", heading="±", fmt=".2g")] = Field(
        description="Error of the share in the model, as its result states it."
    )


class UnitChange(Document):
    """Change of a unit from the first sample to the second. Intervals hold 95 %."""

    unit: Annotated[str, Column(heading="unit")] = Field(description="The unit.")
    points: Annotated[float, Quantity("%", heading="change, points", fmt="+.1f")] = Field(
        description="Difference of the shares, in percentage points."
    )
    points_low: Annotated[float | None, Quantity("%", heading="from", fmt="+.1f")] = Field(
        description="Lower limit."
    )
    points_high: Annotated[float | None, Quantity("%", heading="to", fmt="+.1f")] = Field(
        description="Upper limit."
    )
    relative: Annotated[float | None, Quantity("%", heading="relative", fmt="+.1f")] = Field(
        description="The same relative to the first sample; None if it has none of the unit."
    )
    relative_low: Annotated[float | None, Quantity("%", heading="from", fmt="+.1f")] = Field(
        description="Lower limit."
    )
    relative_high: Annotated[float | None, Quantity("%", heading="to", fmt="+.1f")] = Field(
        description="Upper limit."
    )
    model_points: Annotated[float | None, Quantity("%", heading="model, points", fmt="+.1f")] = (
        Field(description="Change between the two models; None without both.")
    )
    published: Annotated[float | None, Quantity("%", heading="published", fmt="+.0f")] = Field(
        description="Published increase on contact with lithium; of what is not said."
    )


class FittedNmr(Document):
    """A spectrum with its peaks."""

    sample: str = Field(description="File of the sample.")
    shift: Annotated[list[float], Quantity("ppm", label="³¹P shift")] = Field(
        description="Shifts."
    )
    intensity: list[float] = Field(description="Intensities as given.")
    parts: dict[str, list[float]] = Field(description="Peak of each unit, above the baseline.")
    baseline: float = Field(description="Constant below the peaks.")
    correlation: Annotated[float, Quantity("", fmt=".1f")] = Field(
        description="Neighbouring points of the noise that count as one."
    )


class NmrResult(Result):
    """Shares of units in ³¹P spectra of one or two samples."""

    kind: Literal["nmr"] = "nmr"
    shares: list[UnitShare] = Field(description="Every unit of every sample.")
    changes: list[UnitChange] = Field(description="Changes; empty with one sample.")
    spectra: list[FittedNmr] = Field(description="Spectra; none for given shares.")
    model_others: Annotated[
        float | None, Quantity("", heading="model, other units", fmt=".3f")
    ] = Field(description="Share of P in the first model in units that no sample has.")
