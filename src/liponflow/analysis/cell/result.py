"""Result of the model of a cell."""

from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document

Basis = Literal["loading", "thickness", "mass"]
"""What the capacity of a cathode is taken from: the stated loading, or thickness or mass."""


class EnergyDensity(Document):
    """Energy density of a cell."""

    design: Annotated[str, Column(heading="cell", wraps=True)] = Field(
        description="Name of the cell."
    )
    cathode: Annotated[float, Quantity("µm", heading="cathode", fmt=".3g")] = Field(
        description="Thickness of the cathode."
    )
    substrate: Annotated[float, Quantity("µm", heading="substrate", fmt=".3g")] = Field(
        description="Thickness of the substrate."
    )
    thickness: Annotated[float, Quantity("µm", heading="all", fmt=".4g")] = Field(
        description="Thickness of all layers of the discharged cell."
    )
    capacity: Annotated[float, Quantity("mAh/cm²", heading="capacity", fmt=".3f")] = Field(
        description="Areal capacity that is used."
    )
    density: Annotated[
        float, Quantity("Wh/L", heading="energy", fmt=".0f", label="energy density")
    ] = Field(description="Energy over the volume of the discharged cell.")
    plated: Annotated[float, Quantity("µm", heading="plated", fmt=".2f")] = Field(
        description="Thickness of Li that the charge plates."
    )
    charged_density: Annotated[float, Quantity("Wh/L", heading="charged", fmt=".0f")] = Field(
        description="Energy over the volume of the charged cell, with the plated Li."
    )
    substrate_at_target: Annotated[
        float | None, Quantity("µm", heading="at target", fmt=".3g")
    ] = Field(
        description="Substrate at which the cell has the target density; null if none has it."
    )


class SubstratePoint(Document):
    """Energy density of the first cell on a substrate."""

    substrate: Annotated[float, Quantity("µm", label="thickness of the substrate")] = Field(
        description="Thickness of the substrate."
    )
    density: Annotated[float, Quantity("Wh/L", label="energy density")] = Field(
        description="Energy over the volume of the discharged cell."
    )
    charged_density: Annotated[float, Quantity("Wh/L")] = Field(
        description="Energy over the volume of the charged cell."
    )


class ArealCapacity(Document):
    """Areal capacity of the first cell at a utilisation."""

    utilisation: Annotated[float, Quantity("", heading="utilisation", fmt=".2f")] = Field(
        description="Share of the capacity that is used."
    )
    capacity: Annotated[float, Quantity("mAh/cm²", heading="capacity", fmt=".3f")] = Field(
        description="Areal capacity."
    )


class Plated(Document):
    """Li that a capacity plates."""

    capacity: Annotated[float, Quantity("mAh/cm²", heading="capacity", fmt=".2f")] = Field(
        description="Areal capacity."
    )
    thickness: Annotated[float, Quantity("µm", heading="Li", fmt=".3f")] = Field(
        description="Thickness of dense Li."
    )


class Balance(Document):
    """Capacity of a tested cell, and the excess of its Li."""

    cell: Annotated[str, Column(heading="cell", wraps=True)] = Field(
        description="Name of the cell."
    )
    basis: Annotated[Basis, Column(heading="capacity of")] = Field(
        description="What the capacity of the cathode is taken from."
    )
    capacity: Annotated[
        float, Quantity("mAh/cm²", heading="cathode", fmt=".4f", label="capacity")
    ] = Field(description="Areal capacity of the cathode.")
    lithium: Annotated[float | None, Quantity("mAh/cm²", heading="Li", fmt=".4f")] = Field(
        description="Areal capacity of the Li anode; null if its thickness is unknown."
    )
    excess: Annotated[float | None, Quantity("%", heading="excess", fmt=".0f")] = Field(
        description="Capacity of the Li over that of the cathode, less 100 %."
    )
    stated: Annotated[float | None, Quantity("%", heading="stated", fmt=".0f")] = Field(
        description="Excess as stated."
    )


class Rate(Document):
    """C-rate of a current."""

    cell: Annotated[str, Column(heading="cell", wraps=True)] = Field(
        description="Name of the cell."
    )
    basis: Annotated[Basis, Column(heading="capacity of")] = Field(
        description="What the capacity of the cathode is taken from."
    )
    current: Annotated[float, Quantity("nA", heading="current", fmt=".0f")] = Field(
        description="Current."
    )
    rate: Annotated[float, Quantity("1/h", heading="rate", fmt=".3g")] = Field(
        description="Current over the capacity."
    )
    stated: Annotated[float, Quantity("1/h", heading="stated", fmt=".3g")] = Field(
        description="Rate as stated."
    )


class Film(Document):
    """A measured film of the spinel."""

    thickness: Annotated[float, Quantity("nm", heading="film", fmt=".0f", label="thickness")] = (
        Field(description="Thickness.")
    )
    capacity: Annotated[
        float, Quantity("µAh/cm²", heading="capacity", fmt=".1f", label="areal capacity")
    ] = Field(description="Measured capacity.")
    theoretical: Annotated[float, Quantity("µAh/cm²", heading="full", fmt=".1f")] = Field(
        description="Capacity of a dense film with one Li per formula unit."
    )
    utilisation: Annotated[float, Quantity("", heading="used", fmt=".2f")] = Field(
        description="Measured over full capacity."
    )


class FilmLine(Document):
    """Line through the thinnest and the thickest film."""

    slope: Annotated[float, Quantity("µAh/cm²/µm")] = Field(
        description="Capacity over thickness along the line."
    )
    utilisation: Annotated[float, Quantity("")] = Field(
        description="Slope over that of dense films with one Li per formula unit."
    )
    inactive: Annotated[float, Quantity("nm")] = Field(
        description="Thickness at which the line has no capacity."
    )


class ExtraLithium(Document):
    """Li beyond x = 1 in the spinel."""

    evidence: Annotated[str, Column(heading="evidence", wraps=True)] = Field(
        description="Depth profile or first charge."
    )
    concentration: Annotated[float, Quantity("1/cm³", heading="extra Li", fmt=".2e")] = Field(
        description="Extra Li over the volume of the film."
    )
    share: Annotated[float, Quantity("%", heading="of Li", fmt=".2f")] = Field(
        description="Extra Li over that of the ideal crystal at x = 1."
    )
    x: Annotated[float, Quantity("", heading="x", fmt=".4f")] = Field(
        description="Li content x of LixNi0.5Mn1.5O4."
    )
    charge: Annotated[float, Quantity("µAh/cm²", heading="charge", fmt=".2f")] = Field(
        description="Charge that takes the extra Li from the film."
    )


class CellResult(Result):
    """Energy densities, capacities and lithium balance of thin-film cells."""

    kind: Literal["cell"] = "cell"
    voltage: Annotated[float, Quantity("V", heading="mean voltage", fmt=".3f")] = Field(
        description="Mean voltage on discharge."
    )
    other_layers: Annotated[float, Quantity("µm", heading="other layers", fmt=".2f")] = Field(
        description="Thickness beside cathode, substrate and deposited Li."
    )
    target: Annotated[float, Quantity("Wh/L", heading="target", fmt=".0f")] = Field(
        description="Energy density for which substrates are computed."
    )
    densities: list[EnergyDensity] = Field(description="Energy density of every design.")
    curve: list[SubstratePoint] = Field(description="First design on several substrates.")
    capacities: list[ArealCapacity] = Field(description="First design at several utilisations.")
    plated: list[Plated] = Field(description="Li that capacities plate.")
    balances: list[Balance] = Field(description="Capacities of tested cells, by their origin.")
    rates: list[Rate] = Field(description="C-rates of tested cells.")
    films: list[Film] = Field(description="Measured films of the spinel.")
    film_line: FilmLine | None = Field(description="Line through these films; null without any.")
    full_slope: Annotated[
        float, Quantity("µAh/cm²/µm", heading="full capacity of the spinel", fmt=".1f")
    ] = Field(description="Capacity over thickness of dense films with one Li per formula unit.")
    extra_lithium: list[ExtraLithium] = Field(description="Li beyond x = 1 in the spinel.")
