"""The stability campaign's documents: reactions, windows, interfaces and the result.

Voltages are against Li metal of the same entries (V). An open system exchanges Li with an
electrode at that voltage; its energies are grand potentials, per atom other than Li.
"""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.result import Result
from liponflow.analysis.stability.entries import ExcludedEntry


class Reaction(BaseModel):
    """A balanced reaction."""

    model_config = ConfigDict(extra="forbid")

    equation: str = Field(description="The reaction in one line; it balances as printed.")
    reactants: dict[str, float] = Field(description="Formula units by formula.")
    products: dict[str, float] = Field(description="Formula units by formula.")


class WindowSegment(BaseModel):
    """Range of voltage over which a material in equilibrium has the same Li and products."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "voltage_low",
        "voltage_high",
        "li_exchanged",
        "energy_low",
        "energy_high",
        "equation",
    )

    voltage_low: float = Field(description="Lower end (V vs Li).")
    voltage_high: float = Field(description="Upper end (V vs Li).")
    li_exchanged: float = Field(
        description="Li taken up (positive) or given off (negative) per formula unit."
    )
    phases: list[str] = Field(description="Products, by name, without Li.")
    energy_low: float = Field(
        description="Energy of the reaction at `voltage_low`, Li from or to the electrode there "
        "(eV per atom of the material); negative drives it."
    )
    energy_high: float = Field(
        description="The same at `voltage_high` (eV per atom of the material)."
    )
    equation: str = Field(description="The reaction in one line.")
    reaction: Reaction


class VoltageWindow(BaseModel):
    """Range of voltage in which a material neither takes up nor gives off Li."""

    model_config = ConfigDict(extra="forbid")

    low: float | None = Field(
        description="Lower limit, below which Li is taken up (V vs Li); 0 if Li metal does not "
        "react; None without a window."
    )
    high: float | None = Field(
        description="Upper limit, above which Li is given off (V vs Li); None without a window "
        "or if it lies above the highest voltage examined."
    )
    statement: str = Field(description="What the limits mean, or why there are none.")


class PhaseState(BaseModel):
    """A phase of the diagram."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "name",
        "formation_energy_per_atom",
        "published_formation_energy",
        "above_hull",
        "decomposes_to",
    )

    name: str = Field(description="Name of the phase.")
    formula: str = Field(description="Reduced formula.")
    composition: dict[str, float] = Field(description="Atoms per element, as it was given.")
    formation_energy_per_atom: float = Field(description="Formation energy (eV/atom).")
    above_hull: float = Field(description="Energy above the hull (eV/atom), 0 on it.")
    decomposes_to: str = Field(description="Stable phases that it decomposes into; itself if on.")
    source: str = Field(description="Where the energy comes from.")
    published_formation_energy: float | None = Field(
        None, description="Published formation energy (eV/atom), if there is one."
    )


class InterfacePoint(BaseModel):
    """A kink of the reaction energy over the mixing ratio of two materials."""

    model_config = ConfigDict(extra="forbid")

    mixing: float = Field(
        description="Share of the second material: of atoms, of atoms other than Li if Li is open."
    )
    molar_mixing: float = Field(description="The same as a share of formula units.")
    energy: float = Field(
        description="Reaction energy (eV/atom of the mixture; other than Li if Li is open)."
    )
    energy_of_contact: float = Field(
        description="The same without what either material gains by decomposing alone."
    )
    phases: list[str] = Field(description="Products, by name.")
    equation: str = Field(description="The reaction in one line.")
    reaction: Reaction


class InterfaceReaction(BaseModel):
    """Reaction of two materials over every mixing ratio."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "materials",
        "voltage",
        "min_energy",
        "min_mixing",
        "equation",
    )

    materials: str = Field(description="The two materials, first | second.")
    first: str = Field(description="Formula of the material at mixing 0.")
    second: str = Field(description="Formula of the material at mixing 1.")
    voltage: float | None = Field(
        description="Voltage of the Li that can be exchanged (V vs Li); None: nothing enters."
    )
    min_energy: float = Field(description="Lowest reaction energy (eV/atom), as in the points.")
    min_energy_of_contact: float = Field(
        description="Lowest energy that contact adds to what the materials gain alone (eV/atom)."
    )
    min_mixing: float = Field(description="Mixing where the reaction energy is lowest.")
    phases: list[str] = Field(description="Products there.")
    equation: str = Field(description="Reaction there.")
    points: list[InterfacePoint] = Field(description="Ends and kinks, by ascending mixing.")


class InterfaceMap(BaseModel):
    """Lowest interface reaction energy over the Li content of an electrode and the voltage."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("electrolyte", "electrode", "electrode_energies")

    electrolyte: str = Field(description="Formula of the electrolyte.")
    electrode: str = Field(description="Electrode as a formula with x.")
    x: list[float] = Field(description="Li contents x of the electrode, length m.")
    voltages: list[float] = Field(description="Voltages (V vs Li), length n.")
    min_energy: list[list[float]] = Field(
        description="Lowest reaction energy, n rows of m (eV per atom other than Li)."
    )
    min_energy_of_contact: list[float] = Field(
        description="Lowest energy that contact adds once both are in equilibrium with the "
        "electrode, length n (eV per atom other than Li). It does not depend on x."
    )
    closed_energy: list[float] = Field(
        description="Lowest reaction energy if no Li is exchanged, length m (eV/atom)."
    )
    closed_products: list[str] = Field(description="Products of that, length m.")
    products: list[list[str]] = Field(description="Products at the lowest, n rows of m.")
    plateaus: list[VoltageStep] = Field(
        description="Voltages at which the electrode itself takes up Li, from the same entries; "
        "empty if these hold no two states of it."
    )
    electrode_energies: str = Field(description="Where the energies of the electrode come from.")


class ProductCertainty(BaseModel):
    """How often a phase is a product when the energies vary."""

    model_config = ConfigDict(extra="forbid")

    where: Literal["at 0 V", "first reduction", "first oxidation"]
    phase: str = Field(description="Name of the phase.")
    share: float = Field(description="Share of the draws in which it is a product.")
    predicted: bool = Field(description="Whether it is one with the energies as they are.")
    certain: bool = Field(description="In at least 95 % or at most 5 % of the draws.")


class WindowUncertainty(BaseModel):
    """Spread of the window under a stated error of the formation energies."""

    model_config = ConfigDict(extra="forbid")

    n_samples: int = Field(description="Random draws of all energies.")
    error_independent: float = Field(description="Standard error of each phase (eV/atom).")
    error_shared: dict[str, float] = Field(
        description="Standard error that all phases share per atom of an element (eV/atom)."
    )
    low_mean: float | None = Field(description="Mean lower limit (V).")
    low_std: float | None = Field(description="Standard deviation of the lower limit (V).")
    high_mean: float | None = Field(description="Mean upper limit (V).")
    high_std: float | None = Field(description="Standard deviation of the upper limit (V).")
    low_interval: tuple[float, float] | None = Field(description="95 % interval (V).")
    high_interval: tuple[float, float] | None = Field(description="95 % interval (V).")
    share_with_window: float = Field(description="Share of the draws that have a window.")
    products: list[ProductCertainty] = Field(description="How often each product appears.")


class Pathway(BaseModel):
    """One way for a material to react with Li, among the ranked alternatives."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("rank", "above_best", "equation")

    rank: int = Field(description="1 is the equilibrium.")
    voltage: float = Field(description="Voltage of the Li (V vs Li).")
    energy: float = Field(description="Reaction energy (eV per formula unit of the material).")
    above_best: float = Field(description="Energy above rank 1 (eV per formula unit).")
    phases: list[str] = Field(description="Products, by name.")
    equation: str
    reaction: Reaction


class Layer(BaseModel):
    """One layer of the sequence from Li metal to the electrolyte."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ("order", "voltage_low", "voltage_high", "text")

    order: int = Field(description="0 at the Li metal.")
    voltage_low: float = Field(description="Lower voltage of the layer (V vs Li).")
    voltage_high: float = Field(description="Upper voltage of the layer (V vs Li).")
    phases: list[str] = Field(description="Phases, by name.")
    atom_shares: dict[str, float] = Field(
        description="Share of the layer's atoms per phase (dimensionless)."
    )
    text: str = Field(description="Phases and what was left out, as one text.")
    without: list[str] = Field(description="Phases that were excluded to arrive at it.")


class ThermalShift(BaseModel):
    """A window at a temperature beside that at 0 K."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "temperature",
        "low",
        "high",
        "low_shift",
        "high_shift",
        "products_at_zero",
        "products_oxidation",
    )

    temperature: float = Field(description="Temperature (K).")
    low: float | None = Field(description="Lower limit (V).")
    high: float | None = Field(description="Upper limit (V).")
    low_shift: float | None = Field(description="Lower limit minus that at 0 K (V).")
    high_shift: float | None = Field(description="Upper limit minus that at 0 K (V).")
    products_at_zero: str = Field(description="Products at 0 V.")
    products_oxidation: str = Field(description="Products of the first oxidation.")


class HullSlice(BaseModel):
    """A section of the phase diagram, ready to draw."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = ()

    title: str
    corners: list[str] = Field(description="Formulas of the corners: three, or four of a square.")
    names: list[str] = Field(description="Phases in the section.")
    formulas: list[str] = Field(description="Their reduced formulas.")
    points: list[tuple[float, float]] = Field(description="Their place in the unit drawing.")
    above_hull: list[float] = Field(
        description="Energy above the hull of all phases of the set (eV/atom)."
    )
    tie_lines: list[tuple[int, int]] = Field(description="Pairs of stable phases in equilibrium.")
    marked: tuple[float, float] | None = Field(
        None, description="Place of the material that was studied, if it lies in the section."
    )


class ComparedWindow(BaseModel):
    """Window of one more material."""

    model_config = ConfigDict(extra="forbid")

    summary_columns: ClassVar[tuple[str, ...]] = (
        "formula",
        "above_hull",
        "low",
        "high",
        "published",
    )

    formula: str = Field(description="Formula of the material.")
    above_hull: float = Field(description="Energy above the hull (eV/atom).")
    low: float | None = Field(description="Lower limit (V vs Li).")
    high: float | None = Field(description="Upper limit (V vs Li).")
    reduction: str = Field(description="Reaction below the lower limit; empty without one.")
    oxidation: str = Field(description="Reaction above the upper limit; empty without one.")
    published: str | None = Field(None, description="Published window, with its source.")


class StabilityResult(Result):
    """Result of a stability campaign."""

    kind: Literal["stability"] = "stability"
    scale: str = Field(description="What the energies of the phases are.")
    temperature: float = Field(description="Temperature of the energies (K); 0: no entropy.")
    elements: list[str] = Field(description="Elements of the diagram.")
    n_phases: int = Field(description="Phases in the diagram.")
    composition: dict[str, float] = Field(description="Composition of the material studied.")
    above_hull: float = Field(description="Energy of the material above the hull (eV/atom).")
    energy_source: str = Field(description="Where the energy of the material comes from.")
    decomposes_to: str = Field(description="What the material decomposes into without Li.")
    window: VoltageWindow = Field(
        description="Window of the composition on the hull: its neutral decomposition ignored."
    )
    window_low: float | None = Field(description="Lower limit of `window` (V vs Li).")
    window_high: float | None = Field(description="Upper limit of `window` (V vs Li).")
    metastable_window: VoltageWindow = Field(
        description="Window against full reactions with Li, energy above the hull included."
    )
    segments: list[WindowSegment] = Field(description="Segments by ascending voltage.")
    comparison: list[ComparedWindow] = Field(
        default_factory=list, description="Windows of further materials, same entries."
    )
    phases: list[PhaseState] = Field(description="All phases, with their place to the hull.")
    interfaces: list[InterfaceReaction] = Field(default_factory=list)
    maps: list[InterfaceMap] = Field(default_factory=list)
    pathways: list[Pathway] = Field(default_factory=list, description="Ranked reactions with Li.")
    layers: list[Layer] = Field(default_factory=list, description="From Li to the material.")
    thermal: list[ThermalShift] = Field(default_factory=list)
    uncertainty: WindowUncertainty | None = None
    slices: list[HullSlice] = Field(default_factory=list, description="Sections to draw.")
    excluded: list[ExcludedEntry] = Field(description="Phases that were left out, and why.")
