"""Parameters of the model of a cell; the presets are in cell.yaml."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from liponflow.document import Document
from liponflow.inputs.parameter import Unit

_TWO = 2
_MOST = 1e6
"""Largest length, area, current, capacity or density, beyond that of any cell in these units."""

Positive = Annotated[float, Field(gt=0, le=_MOST)]


class Design(Document):
    """A cell as a stack of layers."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Name of the cell.")
    cathode: Annotated[float, Unit("µm")] = Field(
        gt=0, le=_MOST, description="Thickness of the cathode."
    )
    substrate: Annotated[float, Unit("µm")] = Field(
        ge=0, le=_MOST, description="Thickness of the substrate."
    )
    lithium: Annotated[float, Unit("µm")] = Field(
        0.0, ge=0, le=_MOST, description="Thickness of deposited Li; 0 for an anodeless cell."
    )
    utilisation: Annotated[float, Unit("")] = Field(
        gt=0, le=1, description="Share of the capacity of the cathode that is used."
    )


class TestedCell(Document):
    """A cell of which capacities and rates are stated."""

    __test__ = False  # no class of tests

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Name of the cell.")
    area: Annotated[float, Unit("mm²")] = Field(gt=0, le=_MOST, description="Active area.")
    loading: Annotated[float, Unit("mAh/cm²")] = Field(
        gt=0, le=_MOST, description="Capacity of the cathode, as stated."
    )
    thickness: Annotated[float | None, Unit("µm")] = Field(
        None, gt=0, le=_MOST, description="Thickness of the cathode; null if unknown."
    )
    mass: Annotated[float | None, Unit("mg")] = Field(
        None, gt=0, le=_MOST, description="Mass of the cathode; null if unknown."
    )
    lithium: Annotated[float | None, Unit("µm")] = Field(
        None, gt=0, le=_MOST, description="Thickness of the Li anode; null if unknown."
    )
    stated_excess: Annotated[float | None, Unit("%")] = Field(
        None, description="Excess of the Li, as stated."
    )
    currents: Annotated[list[Positive], Unit("nA")] = Field(description="Currents.")
    stated_rates: Annotated[list[Positive], Unit("1/h")] = Field(
        description="C-rate of each current, as stated."
    )

    @model_validator(mode="after")
    def _one_rate_each(self) -> "TestedCell":
        if len(self.currents) != len(self.stated_rates):
            raise ValueError(
                f"{self.name}: {len(self.currents)} currents and {len(self.stated_rates)} stated "
                "rates; give one rate for each current"
            )
        return self


class MeasuredFilm(Document):
    """A film of the spinel with its measured capacity."""

    model_config = ConfigDict(frozen=True)

    thickness: Annotated[float, Unit("nm")] = Field(gt=0, le=_MOST, description="Thickness.")
    capacity: Annotated[float, Unit("µAh/cm²")] = Field(
        gt=0, le=_MOST, description="Areal capacity."
    )


class CellParameters(Document):
    """Parameters of the model of a cell."""

    model_config = ConfigDict(frozen=True)

    cathode: str = Field(description="Formula of the cathode of the designs.")
    cathode_capacity: Annotated[float, Unit("mAh/cm³")] = Field(
        gt=0, le=_MOST, description="Capacity of the cathode over its volume."
    )
    voltage: Annotated[float, Unit("V")] = Field(
        gt=0, le=20, description="Mean voltage on discharge."
    )
    other_layers: Annotated[float, Unit("µm")] = Field(
        ge=0,
        le=_MOST,
        description="Thickness of all layers beside cathode, substrate and deposited Li.",
    )
    designs: list[Design] = Field(
        min_length=1, description="Cells; the first one is varied and compared."
    )
    substrates: Annotated[list[Positive], Unit("µm")] = Field(
        min_length=2, description="Thicknesses of the substrate for the curve of the first cell."
    )
    target: Annotated[float, Unit("Wh/L")] = Field(
        gt=0, le=_MOST, description="Energy density for which each cell's substrate is computed."
    )
    utilisations: Annotated[list[Annotated[float, Field(gt=0, le=1)]], Unit("")] = Field(
        description="Shares of use for which areal capacities of the first cell are given."
    )
    plated: Annotated[list[Positive], Unit("mAh/cm²")] = Field(
        description="Capacities for which the thickness of plated Li is given."
    )
    spinel_density: Annotated[float, Unit("g/cm³")] = Field(
        gt=0, le=_MOST, description="Density of the spinel cathode."
    )
    spinel_capacity: Annotated[float, Unit("mAh/g")] = Field(
        gt=0, le=_MOST, description="Capacity of the spinel for one Li per formula unit."
    )
    spinel_lattice: Annotated[float, Unit("Å")] = Field(
        gt=0, le=100, description="Lattice parameter of the cubic spinel."
    )
    tested: list[TestedCell] = Field(description="Cells of which capacities and rates are stated.")
    films: list[MeasuredFilm] = Field(
        description="Films of the spinel with measured capacities, at least two, or none."
    )
    film: Annotated[float, Unit("µm")] = Field(
        gt=0, le=_MOST, description="Thickness of the spinel film that takes up extra Li."
    )
    extra_lithium: Annotated[float | None, Unit("1/cm³")] = Field(
        gt=0,
        le=1e24,
        description="Extra Li in the spinel by depth profiling; null if unknown.",
        examples=["4e20"],
    )
    first_charge_excess: Annotated[float | None, Unit("µAh/cm²")] = Field(
        gt=0,
        le=_MOST,
        description="First charge less that of later cycles; null if unknown.",
        examples=["1.2"],
    )

    @model_validator(mode="after")
    def _line_of_films(self) -> "CellParameters":
        thicknesses = {film.thickness for film in self.films}
        if self.films and len(thicknesses) < _TWO:
            raise ValueError(
                "films has one thickness, and a line takes two: add a film, or give films=[]"
            )
        return self
