"""Parameters of the stability campaign."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.document import Document
from liponflow.inputs.comparison import ComparedParameters
from liponflow.inputs.parameter import IonicSteps, NamesOf, Seed, Unit
from liponflow.inputs.presets import load_data
from liponflow.registry import ENGINES

TOPIC = "stability"


LOWEST_TEMPERATURE = 100.0
"""K, the beginning of the tables of the gases."""


MOST_LITHIUM = 20.0
"""Li per formula unit of an electrode; Li22Si5 has 4.4 per Si, Li8ZrO6 is rich for an oxide."""


class VoltageGrid(Document):
    """Evenly spaced voltages."""

    model_config = ConfigDict(frozen=True)

    low: Annotated[float, Unit("V vs Li")] = Field(ge=0, description="Lowest voltage.")
    high: Annotated[float, Unit("V vs Li")] = Field(le=10, description="Highest voltage.")
    count: int = Field(ge=2, le=10_000, description="How many.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high <= self.low:
            raise ValueError(f"the highest voltage, {self.high:g}, is not above {self.low:g}")
        return self

    @property
    def values(self) -> list[float]:
        """The voltages (V).

        Examples
        --------
        >>> VoltageGrid(low=0, high=1, count=3).values
        [0.0, 0.5, 1.0]
        """
        step = (self.high - self.low) / (self.count - 1)
        return [self.low + step * number for number in range(self.count)]


AUTO = "auto"

RELATIVES = ("Li3PO4", "Li2O", "Li3N", "Li3P")
"""The parent crystal of LiPON, and its products with Li."""


class StabilityParameters(ComparedParameters):
    """Parameters of a stability campaign."""

    model_config = ConfigDict(frozen=True)

    compared: ClassVar[tuple[str, ...]] = (
        "window",
        "energy above the hull",
        "formation energy",
    )

    composition: str = Field(
        description="Formula of the material, fractions allowed: Li2.98PO3.3N0.46."
    )
    compare: list[str] = Field(
        description="Formulas of further materials; auto for those of Li3PO4, Li2O, Li3N and Li3P "
        "that have no other elements than the material and Li."
    )
    electrode: str | None = Field(
        description="Electrode in contact with the material, its Li content as x: LixNi0.5Mn1.5O4."
    )
    x: Annotated[list[Annotated[float, Field(le=MOST_LITHIUM)]], Field(min_length=1), Unit("")] = (
        Field(description="Li contents of the electrode.")
    )
    voltages: VoltageGrid = Field(description="Voltages of the map over x and voltage.")
    exclude: list[str] = Field(
        description="Names or formulas of phases to exclude.", examples=["Li3P,P4N6O"]
    )
    unseen: list[str] = Field(description="Phases excluded from a second sequence of layers.")
    source: Literal["engine", "file", "mp", "store"] = Field(
        description="Source of the energies: the engine, a file of pymatgen entries, the "
        "Materials Project, or VASP runs in the results store."
    )
    entries: Path | None = Field(
        description="File of pymatgen entries (JSON); implies source=file.",
        examples=["entries.json"],
    )
    corrections: Literal["auto", "none", "mp2020"] = Field(
        description="Corrections added to computed energies."
    )
    glass: str | None = Field(
        description="First characters of the uuid of a glass result, or latest; the material "
        "then has the mean energy of its models.",
        examples=["latest"],
    )
    above_hull: Annotated[float | None, Unit("eV/atom")] = Field(
        ge=0,
        le=1,
        description="Assumed energy of the material above the hull; null for that of its crystal.",
        examples=["0.05"],
    )
    temperature: Annotated[float, Unit("K")] = Field(
        ge=0, le=1000, description="Temperature of a second window; 0 for none."
    )
    vibrations: Literal["none", "phonons"] = Field(
        description="Vibrations of solids above 0 K: phonons, or none, so that only gases have "
        "entropy."
    )
    gas_pressure: Annotated[float, Unit("bar")] = Field(
        gt=0, le=10_000, description="Partial pressure of the gases."
    )
    error_independent: Annotated[float, Unit("eV/atom")] = Field(
        ge=0, le=0.5, description="Standard error of each phase."
    )
    error_shared: Annotated[dict[str, float], Unit("eV/atom")] = Field(
        description="Standard error shared by all phases, per atom of an element."
    )
    samples: int = Field(
        ge=0, le=1_000_000, description="Number of draws of all energies with their errors."
    )
    seed: Seed = Field(description="Seed of the draws.")
    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.5, description="Largest force of a converged relaxation."
    )
    max_steps: IonicSteps = Field(description="Largest number of ionic steps of a relaxation.")
    magnetic_orders: int = Field(
        ge=1,
        le=20,
        description="Most magnetic orders that DFT computes of a crystal with open d shells, the "
        "likeliest by superexchange; 1 for the ferromagnetic one alone. The lowest counts.",
    )
    symmetry_tolerance: Annotated[float, Unit("Å")] = Field(
        gt=0, le=0.5, description="Tolerance for sites away from their symmetric positions."
    )
    phonon_length: Annotated[float, Unit("Å")] = Field(
        ge=3,
        le=200,
        description="Least distance between opposite faces of a phonon supercell.",
    )
    phonon_distance: Annotated[float | None, Unit("Å")] = Field(
        gt=0,
        le=0.1,
        description="Displacement of an atom; null for 0.05 with potentials and 0.01 with DFT.",
        examples=["0.03"],
    )
    phonon_force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0,
        le=0.1,
        description="Largest force of the relaxation before atoms are displaced.",
    )

    refine: Annotated[list[str], NamesOf(ENGINES)] = Field(
        description="Engines that compute the phases that decide the window again, each on its "
        "own scale; empty for none.",
        examples=["sevennet-l3i5,gpaw"],
    )

    @field_validator("composition")
    @classmethod
    def _formula(cls, value: str) -> str:
        composition(value)
        return value

    @field_validator("compare")
    @classmethod
    def _formulas(cls, value: list[str]) -> list[str]:
        for formula in value:
            composition(formula)
        return value

    @field_validator("electrode")
    @classmethod
    def _electrode(cls, value: str | None) -> str | None:
        if value is not None:
            electrode_at(value, 1.0)
        return value

    @field_validator("x")
    @classmethod
    def _sorted_and_distinct(cls, value: list[float]) -> list[float]:
        if min(value) < 0:
            raise ValueError(f"a lithium content of {min(value):g} is negative")
        return sorted(set(value))

    @field_validator("temperature")
    @classmethod
    def _tabulated(cls, value: float) -> float:
        if 0 < value < LOWEST_TEMPERATURE:
            raise ValueError(
                f"{value:g} K is below {LOWEST_TEMPERATURE:g} K, where the tables of the gases "
                "begin; 0 excludes thermal energy"
            )
        return value

    @field_validator("error_shared")
    @classmethod
    def _elements(cls, value: dict[str, float]) -> dict[str, float]:
        for symbol, error in value.items():
            if not Element.is_valid_symbol(symbol):
                raise ValueError(f"{symbol!r} is not an element")
            if error < 0:
                raise ValueError(f"an error of {error:g} eV/atom for {symbol} is negative")
        return value

    @model_validator(mode="before")
    @classmethod
    def _of_its_elements(cls, value: Any) -> Any:
        """Replace ``compare=auto`` by the formulas that add no element."""
        if not isinstance(value, dict) or value.get("compare") not in (AUTO, [AUTO]):
            return value
        material = value.get("composition")
        if not isinstance(material, str):
            return {**value, "compare": []}  # refused as it is
        own = {*composition(material).as_dict(), "Li"}
        found = [formula for formula in RELATIVES if {*composition(formula).as_dict()} <= own]
        return {**value, "compare": found}

    @model_validator(mode="before")
    @classmethod
    def _file_given(cls, value: Any) -> Any:
        """Set ``source=file`` if a file of entries is named."""
        if isinstance(value, dict) and value.get("entries") is not None:
            if value.get("source") in {"mp", "store"}:
                raise ValueError(
                    f"source={value['source']} and entries={value['entries']} are two sources of "
                    "energies; give one"
                )
            return {**value, "source": "file"}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.source == "file" and self.entries is None:
            raise ValueError("source=file needs the file: --entries FILE or entries=FILE")
        if self.glass is not None and self.above_hull is not None:
            raise ValueError(
                "glass and above_hull both give the energy of the material; give one of them"
            )
        return self

    @property
    def elements(self) -> list[str]:
        """Return the elements of all materials and the electrode, and Li."""
        found = {"Li"}
        for formula in [self.composition, *self.compare]:
            found |= {element.symbol for element in composition(formula)}
        if self.electrode is not None:
            found |= {element.symbol for element in electrode_at(self.electrode, 1.0)}
        return sorted(found, key=lambda symbol: Element(symbol).Z)


def magnetic_moments() -> dict[str, float]:
    """Return the initial moments (µB) of the metals with open shells in magnetic orders."""
    moments: dict[str, float] = load_data(TOPIC)["magnetic_moments"]["value"]
    return moments


def composition(formula: str) -> Composition:
    """Return the composition of a formula.

    Raises
    ------
    ValueError
        If it is not a formula.

    Examples
    --------
    >>> composition("Li2.98PO3.3N0.46")["O"]
    3.3
    """
    try:
        found = Composition(formula)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{formula!r} is not a formula ({error}); write Li2PO2N") from None
    unknown = [str(element) for element in found if not isinstance(element, Element)]
    if unknown or not found:
        named = f": {unknown[0]} is not an element" if unknown else ""
        raise ValueError(f"{formula!r} is not a formula{named}; write Li2PO2N")
    return found


def electrode_at(electrode: str, x: float) -> Composition:
    """Return the composition of an electrode with a Li content.

    Parameters
    ----------
    electrode
        Formula with ``x`` as its Li content.
    x
        Li content.

    Raises
    ------
    ValueError
        If the formula has no ``Lix`` or is invalid.

    Examples
    --------
    >>> electrode_at("LixNi0.5Mn1.5O4", 0.5).formula
    'Li0.5 Mn1.5 Ni0.5 O4'
    """
    if not re.search(r"Lix(?![a-z])", electrode):
        raise ValueError(f"{electrode!r} has no Lix; write the electrode as LixNi0.5Mn1.5O4")
    return composition(re.sub(r"Lix(?![a-z])", f"Li{x:.6f}" if x else "", electrode))
