"""Result of a scan over compositions."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.spread import ComparedResult
from liponflow.document import Document

RankBy = Literal["conductivity", "activation energy", "window"]
"""Quantity that a scan ranks by: high conductivity, low energy, wide window."""


class ScanRow(Document):
    """One composition. Intervals hold 95 %."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "rank", "modelled", "atoms", "density", "units", "conductivity", "activation_energy",
        "transport_trusted", "window_low", "window_high", "above_hull", "published_conductivity",
    )  # fmt: skip

    rank: Annotated[int | None, Column(heading="rank", fmt="d")] = Field(
        None, description="Rank, shared where intervals overlap; None if it cannot be ranked."
    )
    printed: str = Field(description="Formula as given.")
    modelled: Annotated[str, Column(heading="modelled")] = Field(
        description="Neutral formula in its place."
    )
    change: str = Field(description="The element whose amount was changed; none without a change.")
    cell: str = Field(description="Formula of the model in whole atoms.")
    atoms: Annotated[int, Column(heading="atoms", fmt="d")] = Field(
        description="Atoms of a model."
    )
    method: str = Field(description="How the models were started: packed units or packed atoms.")
    problems: list[str] = Field(
        default_factory=list, description="Why values are missing or not ranked, one line each."
    )
    glass: str | None = Field(None, description="uuid of the glass result; None if it failed.")
    transport: str | None = Field(None, description="uuid of the transport result.")
    stability: str | None = Field(None, description="uuid of the stability result.")
    density: Annotated[float | None, Quantity("g/cm³", heading="density", fmt=".3f")] = Field(
        None, description="Mean density of the models."
    )
    density_spread: Annotated[float | None, Quantity("g/cm³", fmt=".3f")] = Field(
        None, description="Standard deviation over the models; None for one."
    )
    density_fixed: bool = Field(
        default=False, description="Whether the density is that of the packing, which was kept."
    )
    units: Annotated[dict[str, float], Quantity("", heading="{key}", fmt=".2f")] = Field(
        default_factory=dict, description="Share of network formers in each unit Q^n_m."
    )
    conductivity: Annotated[
        float | None, Quantity("S/cm", heading="σ(300 K)", fmt=".2e", label="σ(300 K)")
    ] = Field(None, description="Conductivity at 300 K from the Arrhenius fit.")
    conductivity_low: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        None, description="Lower limit."
    )
    conductivity_high: Annotated[float | None, Quantity("S/cm", fmt=".2e")] = Field(
        None, description="Upper limit."
    )
    activation_energy: Annotated[
        float | None, Quantity("eV", heading="Ea", fmt=".3f", label="activation energy")
    ] = Field(None, description="Activation energy of diffusion.")
    activation_energy_low: Annotated[float | None, Quantity("eV", fmt=".3f")] = Field(
        None, description="Lower limit."
    )
    activation_energy_high: Annotated[float | None, Quantity("eV", fmt=".3f")] = Field(
        None, description="Upper limit."
    )
    transport_trusted: Annotated[bool | None, Column(heading="reliable")] = Field(
        None,
        description="Whether the transport is reliable enough to rank by it; None without.",
    )
    window_low: Annotated[
        float | None, Quantity("V", heading="stable\nfrom {unit}", fmt=".2f")
    ] = Field(None, description="Lower limit of the window, against Li metal.")
    window_high: Annotated[float | None, Quantity("V", heading="to {unit}", fmt=".2f")] = Field(
        None, description="Upper limit of the window, against Li metal."
    )
    window_width_low: Annotated[float | None, Quantity("V", fmt=".2f")] = Field(
        None, description="Lower limit of the width of the window."
    )
    window_width_high: Annotated[float | None, Quantity("V", fmt=".2f")] = Field(
        None, description="Upper limit of the width of the window."
    )
    above_hull: Annotated[float | None, Quantity("eV/atom", heading="above hull", fmt=".3f")] = (
        Field(None, description="Energy of the glass above the hull.")
    )
    published_conductivity: Annotated[
        float | None, Quantity("S/cm", heading="σ published", fmt=".1e")
    ] = Field(None, description="Published conductivity, at room temperature.")
    published_activation_energy: Annotated[float | None, Quantity("eV", fmt=".3f")] = Field(
        None, description="Published activation energy."
    )
    citation: str | None = Field(None, description="Where they were published.")

    @property
    def window_width(self) -> float | None:
        """Width of the window, V."""
        if self.window_low is None or self.window_high is None:
            return None
        return self.window_high - self.window_low


class ScanResult(ComparedResult):
    """Compositions side by side, ranked where the values allow it.

    Spreads over engines are those of the glass and the transport of each composition.
    """

    kind: Literal["scan"] = "scan"
    ranked_by: Annotated[str, Column(heading="ranked by")] = Field(
        description="Quantity, rule, and how many compositions could be ranked."
    )
    rows: list[ScanRow] = Field(description="Compositions, the best first, unranked ones last.")
    problems: Annotated[list[str], Column(heading="problems")] = Field(
        default_factory=list, description="What is missing or not ranked, by composition."
    )


def subject_of(modelled: str, subject: str) -> str:
    """Return the subject of a spread in a scan: the composition, and what it is of there."""
    return f"{modelled}: {subject}"
