"""Result of the model of an interphase: resistance, leakage, needed shares and potentials."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document


class LayerResistance(Document):
    """A layer with one arrangement of its phases."""

    layer: Annotated[str, Column(heading="layer")] = Field(
        description="Number of the layer from the Li metal on, and its phases."
    )
    thickness: Annotated[float, Quantity("nm", heading="d", fmt=".4g", label="depth")] = Field(
        description="Thickness."
    )
    mixing: Annotated[str, Column(heading="arrangement")] = Field(
        description="Arrangement of its phases."
    )
    ionic: Annotated[
        float, Quantity("Ω cm²", heading="R ionic", fmt=".3g", label="area resistance")
    ] = Field(description="Area resistance against Li+.")
    electronic: Annotated[float, Quantity("Ω cm²", heading="R electr.", fmt=".3g")] = Field(
        description="Area resistance against electrons."
    )
    potential: Annotated[float, Quantity("V", heading="V at end", fmt=".3g")] = Field(
        description="Potential against Li at its end away from the metal, where no current flows: "
        "minus the chemical potential of Li over the elementary charge."
    )


class NeededShare(Document):
    """Share of the conductor with which a layer resists as little as it may."""

    layer: Annotated[str, Column(heading="layer")] = Field(description="The layer.")
    conductor: Annotated[str, Column(heading="conductor")] = Field(
        description="Phase whose share is solved for; the others keep their proportions."
    )
    mixing: Annotated[str, Column(heading="arrangement")] = Field(
        description="Arrangement of the phases."
    )
    share: Annotated[float | None, Quantity("", heading="share", fmt=".3g")] = Field(
        description="Volume share that is needed; None if even the pure phase resists too much."
    )
    rest: Annotated[float | None, Quantity("", heading="all others", fmt=".2g")] = Field(
        description="What it leaves to all other phases."
    )


class StackSummary(Document):
    """The whole interphase with one arrangement of the phases in every layer."""

    mixing: Annotated[str, Column(heading="arrangement")] = Field(
        description="Arrangement of the phases."
    )
    ionic: Annotated[float, Quantity("Ω cm²", heading="R ionic", fmt=".3g")] = Field(
        description="Area resistance of the interphase against Li+."
    )
    ratio: Annotated[float, Quantity("", heading="over\nallowed", fmt=".2g")] = Field(
        description="The same over the allowed resistance."
    )
    electronic: Annotated[float, Quantity("Ω cm²", heading="R electr.", fmt=".3g")] = Field(
        description="Area resistance of the interphase against electrons."
    )
    leakage: Annotated[float, Quantity("A/cm²", heading="leakage", fmt=".2g")] = Field(
        description="Electrons through interphase and electrolyte at the voltage of the electrode."
    )
    potential: Annotated[float, Quantity("V", heading="V at\nelectrolyte", fmt=".2g")] = Field(
        description="Potential against Li where the electrolyte begins."
    )
    shields: Annotated[bool, Column(heading="shields")] = Field(
        description="Whether that is at least the lowest potential at which it is stable."
    )


class InterphaseResult(Result):
    """Stacked layers between Li metal and an electrolyte."""

    kind: Literal["interphase"] = "interphase"
    thickness: Annotated[float, Quantity("nm", heading="thickness", fmt=".1f")] = Field(
        description="Thickness of the interphase."
    )
    electrolyte_resistance: Annotated[
        float, Quantity("Ω cm²", heading="R of the electrolyte", fmt=".3g")
    ] = Field(description="Area resistance of the electrolyte against Li+.")
    electrolyte_thickness: Annotated[
        float, Quantity("nm", heading="thickness of the electrolyte", fmt=".4g")
    ] = Field(description="Thickness of the electrolyte.")
    allowed_resistance: Annotated[float, Quantity("Ω cm²", heading="allowed R", fmt=".3g")] = (
        Field(description="Largest area resistance of the interphase.")
    )
    voltage: Annotated[float, Quantity("V", heading="voltage", fmt=".2f")] = Field(
        description="Potential of the electrode behind the electrolyte, against Li."
    )
    stable_from: Annotated[float, Quantity("V", heading="stable from", fmt=".2f")] = Field(
        description="Lowest potential at which the electrolyte is stable, against Li."
    )
    stacks: list[StackSummary] = Field(description="The interphase by arrangement.")
    layers: list[LayerResistance] = Field(description="Layers by arrangement, from the metal on.")
    needed: list[NeededShare] = Field(description="Needed shares by layer and arrangement.")
