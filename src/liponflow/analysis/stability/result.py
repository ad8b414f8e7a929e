"""The stability campaign's documents: reactions, windows, interfaces and the result.

Voltages are against Li metal of the same entries (V). An open system exchanges Li with an
electrode at that voltage; its energies are grand potentials, per atom other than Li.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.quantity import Column, Inline, Quantity
from liponflow.analysis.spread import ComparedResult
from liponflow.analysis.stability.entries import ExcludedEntry
from liponflow.analysis.stability.magnetism import OrderEnergy
from liponflow.document import Document


class Reaction(Document):
    """Balanced reaction."""

    equation: str = Field(description="Balanced reaction in one line.")
    reactants: Annotated[dict[str, float], Quantity("")] = Field(
        description="Formula units of each reactant, by formula."
    )
    products: Annotated[dict[str, float], Quantity("")] = Field(
        description="Formula units of each product, by formula."
    )


class WindowSegment(Document):
    """Voltage range over which a material in equilibrium has the same Li content and products."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "voltage_low",
        "voltage_high",
        "li_exchanged",
        "energy_low",
        "energy_high",
        "equation",
    )

    voltage_low: Annotated[float, Quantity("V", heading="from {unit}", fmt=".3f")] = Field(
        description="Lower end of the range, against Li metal."
    )
    voltage_high: Annotated[
        float, Quantity("V", heading="to {unit}", fmt=".3f", label="voltage against Li metal")
    ] = Field(description="Upper end of the range, against Li metal.")
    li_exchanged: Annotated[float, Quantity("", heading="Li", fmt="+z.2f")] = Field(
        description="Li taken up (positive) or released (negative) per formula unit."
    )
    phases: list[str] = Field(description="Products, by name, without Li.")
    energy_low: Annotated[float, Quantity("eV/atom", heading="E low", fmt="z.3f")] = Field(
        description="Reaction energy at `voltage_low` per atom of the material, Li exchanged "
        "with the electrode; negative if the reaction is driven."
    )
    energy_high: Annotated[float, Quantity("eV/atom", heading="E high", fmt="z.3f")] = Field(
        description="Reaction energy at `voltage_high` per atom of the material."
    )
    equation: Annotated[str, Column(heading="reaction", wraps=True)] = Field(
        description="Reaction in one line."
    )
    reaction: Reaction = Field(description="Balanced reaction.")


class VoltageWindow(Document):
    """Voltage range in which a material neither takes up nor releases Li."""

    low: Annotated[float | None, Quantity("V")] = Field(
        description="Lower limit against Li metal, below which Li is taken up; 0 if Li metal "
        "does not react; None without a window."
    )
    high: Annotated[float | None, Quantity("V")] = Field(
        description="Upper limit against Li metal, above which Li is released; None without a "
        "window or if it lies above the highest voltage examined."
    )
    statement: str = Field(description="Meaning of the limits, or why there are none.")


class PhaseState(Document):
    """Phase of the diagram."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "name",
        "above_hull",
        "formation_energy_per_atom",
        "published_formation_energy",
        "decomposes_to",
    )

    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Name of the phase."
    )
    formula: str = Field(description="Reduced formula.")
    composition: Annotated[dict[str, float], Quantity("")] = Field(
        description="Number of atoms of each element, as given."
    )
    formation_energy_per_atom: Annotated[
        float, Quantity("eV/atom", heading="E form", fmt="z.3f")
    ] = Field(description="Formation energy.")
    above_hull: Annotated[float, Quantity("eV/atom", heading="above hull", fmt="z.3f")] = Field(
        description="Energy above the hull, 0 on it."
    )
    decomposes_to: Annotated[str, Column(heading="decomposes to", wraps=True)] = Field(
        description="Decomposition products; the phase itself if it is stable."
    )
    source: str = Field(description="Source of the energy.")
    magnetic_order: str | None = Field(
        None, description="Magnetic order of the energy; None where there is none, or if unknown."
    )
    published_formation_energy: Annotated[
        float | None, Quantity("eV/atom", heading="published", fmt="z.3f")
    ] = Field(None, description="Published formation energy, if any.")


class InterfacePoint(Document):
    """Kink of the reaction energy as a function of the mixing ratio of two materials."""

    mixing: Annotated[float, Quantity("", label="share of the second material")] = Field(
        description="Share of the second material, by atoms; by atoms other than Li if Li is "
        "exchanged."
    )
    molar_mixing: Annotated[float, Quantity("")] = Field(
        description="Share of the second material, by formula units."
    )
    energy: Annotated[float, Quantity("eV/atom", label="reaction energy")] = Field(
        description="Reaction energy per atom of the mixture; per atom other than Li if Li is "
        "exchanged."
    )
    energy_of_contact: Annotated[float, Quantity("eV/atom")] = Field(
        description="Reaction energy minus that of either material decomposing alone."
    )
    phases: list[str] = Field(description="Products, by name.")
    equation: str = Field(description="Reaction in one line.")
    reaction: Reaction = Field(description="Balanced reaction.")


class InterfaceReaction(Document):
    """Reaction of two materials at every mixing ratio."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "materials",
        "voltage",
        "min_energy",
        "min_mixing",
        "equation",
    )

    materials: Annotated[str, Column(heading="materials", wraps=True)] = Field(
        description="The two materials, first | second."
    )
    first: str = Field(description="Formula of the material at mixing 0.")
    second: str = Field(description="Formula of the material at mixing 1.")
    voltage: Annotated[float | None, Quantity("V", heading="{unit} vs Li", fmt=".2f")] = Field(
        description="Voltage of the Li that can be exchanged, against Li metal; None if no Li is "
        "exchanged."
    )
    min_energy: Annotated[float, Quantity("eV/atom", heading="E min", fmt="z.3f")] = Field(
        description="Lowest reaction energy, per atom as in the points."
    )
    min_energy_of_contact: Annotated[float, Quantity("eV/atom")] = Field(
        description="Lowest energy gained by contact, in addition to what the materials gain by "
        "decomposing alone."
    )
    min_mixing: Annotated[float, Quantity("", heading="share of\nsecond", fmt=".3f")] = Field(
        description="Mixing ratio of the lowest reaction energy."
    )
    phases: list[str] = Field(description="Products at that mixing ratio.")
    equation: Annotated[str, Column(heading="reaction", wraps=True)] = Field(
        description="Reaction at that mixing ratio."
    )
    points: list[InterfacePoint] = Field(
        description="End points and kinks by ascending mixing ratio."
    )


class InterfaceMap(Document):
    """Lowest interface reaction energy over the Li content of an electrode and the voltage."""

    summary_columns: ClassVar[tuple[str, ...]] = ("electrolyte", "electrode", "electrode_energies")

    electrolyte: Annotated[str, Column(heading="electrolyte")] = Field(
        description="Formula of the electrolyte."
    )
    electrode: Annotated[str, Column(heading="electrode")] = Field(
        description="Electrode as a formula with x."
    )
    x: Annotated[list[float], Quantity("")] = Field(
        description="Li contents x of the electrode, length m."
    )
    voltages: Annotated[list[float], Quantity("V", label="voltage against Li metal")] = Field(
        description="Voltages against Li metal, length n."
    )
    min_energy: Annotated[list[list[float]], Quantity("eV/atom", label="reaction energy")] = Field(
        description="Lowest reaction energy per atom other than Li, n rows of m."
    )
    min_energy_of_contact: Annotated[list[float], Quantity("eV/atom", label="contact adds")] = (
        Field(
            description="Lowest energy gained by contact once both materials are in equilibrium "
            "with the electrode, per atom other than Li, length n. It does not depend on x."
        )
    )
    closed_energy: Annotated[list[float], Quantity("eV/atom", label="no Li exchanged")] = Field(
        description="Lowest reaction energy if no Li is exchanged, length m."
    )
    closed_products: list[str] = Field(description="Products of that reaction, length m.")
    products: list[list[str]] = Field(
        description="Products of the lowest reaction energy, n rows of m."
    )
    plateaus: list[VoltageStep] = Field(
        description="Voltages at which the electrode itself takes up Li, from the same entries; "
        "empty if these contain fewer than two of its states."
    )
    electrode_energies: Annotated[str, Column(heading="energies of the electrode", wraps=True)] = (
        Field(description="Source of the energies of the electrode.")
    )


class ProductCertainty(Document):
    """Share of random draws of the energies in which a phase is a product."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "phase",
        "where",
        "share",
        "predicted",
        "certain",
    )

    where: Annotated[
        Literal["at 0 V", "first reduction", "first oxidation"], Column(heading="where")
    ] = Field(description="Reaction of which the phase is a product.")
    phase: Annotated[str, Column(heading="phase")] = Field(description="Name of the phase.")
    share: Annotated[
        float, Quantity("", heading="share", fmt=".3f", label="share of the draws")
    ] = Field(description="Share of the draws in which the phase is a product.")
    predicted: Annotated[bool, Column(heading="predicted")] = Field(
        description="Whether the phase is a product with the nominal energies."
    )
    certain: Annotated[bool, Column(heading="certain")] = Field(
        description="Whether it is a product in at least 95 % or at most 5 % of the draws."
    )


class WindowUncertainty(Document):
    """Spread of the window for a stated error of the formation energies."""

    n_samples: int = Field(description="Number of random draws of all energies.")
    error_independent: Annotated[float, Quantity("eV/atom")] = Field(
        description="Independent standard error of each phase."
    )
    error_shared: Annotated[dict[str, float], Quantity("eV/atom")] = Field(
        description="Standard error shared by all phases, per atom of each element."
    )
    low_mean: Annotated[float | None, Quantity("V", fmt=".3f")] = Field(
        description="Mean lower limit."
    )
    low_std: Annotated[float | None, Quantity("V", fmt=".3f")] = Field(
        description="Standard deviation of the lower limit."
    )
    high_mean: Annotated[float | None, Quantity("V", fmt=".3f")] = Field(
        description="Mean upper limit."
    )
    high_std: Annotated[float | None, Quantity("V", fmt=".3f")] = Field(
        description="Standard deviation of the upper limit."
    )
    low_interval: Annotated[tuple[float, float] | None, Quantity("V")] = Field(
        description="95 % interval of the lower limit."
    )
    high_interval: Annotated[tuple[float, float] | None, Quantity("V")] = Field(
        description="95 % interval of the upper limit."
    )
    share_with_window: Annotated[float, Quantity("")] = Field(
        description="Share of the draws with a window."
    )
    products: list[ProductCertainty] = Field(description="How often each product appears.")


class Pathway(Document):
    """One of the ranked reactions of a material with Li."""

    summary_columns: ClassVar[tuple[str, ...]] = ("rank", "above_best", "equation")

    rank: Annotated[int, Column(heading="rank", fmt="d")] = Field(
        description="Rank, 1 for the equilibrium."
    )
    voltage: Annotated[float, Quantity("V")] = Field(
        description="Voltage of the Li against Li metal."
    )
    energy: Annotated[float, Quantity("eV/f.u.")] = Field(
        description="Reaction energy per formula unit of the material."
    )
    above_best: Annotated[
        float,
        Quantity(
            "eV/f.u.", heading="above first", fmt="z.3f", label="energy above the equilibrium"
        ),
    ] = Field(description="Energy above rank 1.")
    phases: list[str] = Field(description="Products, by name.")
    equation: Annotated[str, Column(heading="reaction", wraps=True)] = Field(
        description="Reaction in one line."
    )
    reaction: Reaction = Field(description="Balanced reaction.")


class Layer(Document):
    """One layer of the sequence from Li metal to the electrolyte."""

    summary_columns: ClassVar[tuple[str, ...]] = ("order", "voltage_low", "voltage_high", "text")

    order: Annotated[int, Column(heading="layer", fmt="d")] = Field(
        description="Position of the layer, 0 at the Li metal."
    )
    voltage_low: Annotated[float, Quantity("V", heading="from {unit}", fmt=".3f")] = Field(
        description="Lower voltage of the layer, against Li metal."
    )
    voltage_high: Annotated[float, Quantity("V", heading="to {unit}", fmt=".3f")] = Field(
        description="Upper voltage of the layer, against Li metal."
    )
    phases: list[str] = Field(description="Phases, by name.")
    atom_shares: Annotated[dict[str, float], Quantity("")] = Field(
        description="Share of the layer's atoms in each phase."
    )
    text: Annotated[str, Column(heading="phases", wraps=True)] = Field(
        description="Phases and omissions, as one text."
    )
    without: list[str] = Field(description="Phases excluded to obtain the layer.")


class ThermalShift(Document):
    """Window at a temperature compared with that at 0 K."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "temperature",
        "low",
        "high",
        "low_shift",
        "high_shift",
        "products_at_zero",
        "products_oxidation",
    )

    temperature: Annotated[float, Quantity("K", heading="T", fmt=".0f")] = Field(
        description="Temperature."
    )
    low: Annotated[float | None, Quantity("V", heading="from {unit}", fmt=".3f")] = Field(
        description="Lower limit of the window, against Li metal."
    )
    high: Annotated[float | None, Quantity("V", heading="to {unit}", fmt=".3f")] = Field(
        description="Upper limit of the window, against Li metal."
    )
    low_shift: Annotated[float | None, Quantity("V", heading="shift", fmt="+z.3f")] = Field(
        description="Lower limit minus that at 0 K."
    )
    high_shift: Annotated[float | None, Quantity("V", heading="shift", fmt="+z.3f")] = Field(
        description="Upper limit minus that at 0 K."
    )
    products_at_zero: Annotated[str, Column(heading="at 0 V", wraps=True)] = Field(
        description="Products at 0 V."
    )
    products_oxidation: Annotated[str, Column(heading="first oxidation", wraps=True)] = Field(
        description="Products of the first oxidation."
    )


class HullSlice(Document):
    """Section of the phase diagram, ready to draw."""

    summary_columns: ClassVar[tuple[str, ...]] = ()

    title: str = Field(description="Title of the section.")
    corners: list[str] = Field(description="Formulas of the corners: three, or four of a square.")
    names: list[str] = Field(description="Names of the phases in the section.")
    formulas: list[str] = Field(description="Reduced formulas of the phases.")
    points: Annotated[list[tuple[float, float]], Quantity("")] = Field(
        description="Position of each phase in the unit drawing."
    )
    above_hull: Annotated[list[float], Quantity("eV/atom")] = Field(
        description="Energy of each phase above the hull of the whole set."
    )
    tie_lines: list[tuple[int, int]] = Field(description="Pairs of stable phases in equilibrium.")
    marked: Annotated[tuple[float, float] | None, Quantity("")] = Field(
        None, description="Position of the material, if it lies in the section."
    )


class ComparedWindow(Document):
    """Voltage window of a further material."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "formula",
        "published",
        "above_hull",
        "low",
        "high",
    )

    formula: Annotated[str, Column(heading="formula", wraps=True)] = Field(
        description="Formula of the material."
    )
    above_hull: Annotated[float, Quantity("eV/atom", heading="above hull", fmt="z.3f")] = Field(
        description="Energy above the hull."
    )
    low: Annotated[float | None, Quantity("V", heading="from {unit}", fmt=".3f")] = Field(
        description="Lower limit against Li metal."
    )
    high: Annotated[float | None, Quantity("V", heading="to {unit}", fmt=".3f")] = Field(
        description="Upper limit against Li metal."
    )
    reduction: str = Field(description="Reaction below the lower limit; empty without one.")
    oxidation: str = Field(description="Reaction above the upper limit; empty without one.")
    published: Annotated[str | None, Column(heading="published", wraps=True)] = Field(
        None, description="Published window, with its source."
    )


class RefinedPhase(Document):
    """Phase that decides the window, computed again with a better engine."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "model",
        "name",
        "formation_energy_per_atom",
        "formation_energy_before",
        "published_formation_energy",
    )

    model: Annotated[str, Column(heading="engine", wraps=True)] = Field(
        description="Better engine, with its version."
    )
    name: Annotated[str, Column(heading="name", wraps=True)] = Field(
        description="Name of the phase."
    )
    formation_energy_per_atom: Annotated[
        float | None, Quantity("eV/atom", heading="E form", fmt="z.3f")
    ] = Field(description="Formation energy with the better engine; None if it was refused.")
    formation_energy_before: Annotated[
        float | None, Quantity("eV/atom", heading="before", fmt="z.3f")
    ] = Field(description="Formation energy of the campaign's engine.")
    published_formation_energy: Annotated[
        float | None, Quantity("eV/atom", heading="published", fmt="z.3f")
    ] = Field(None, description="Published formation energy, if any.")
    reason: str | None = Field(None, description="Why there is no energy.")


class RefinedWindow(Document):
    """Window with a better engine, on its own scale, beside that of the campaign's engine."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "model",
        "low",
        "high",
        "low_before",
        "high_before",
    )

    model: Annotated[str, Column(heading="engine", wraps=True)] = Field(
        description="Better engine, with its version."
    )
    scale: str | None = Field(description="Scale of its energies; None without any.")
    low: Annotated[float | None, Quantity("V", heading="from {unit}", fmt=".3f")] = Field(
        description="Lower limit with the better engine, against its own Li metal; None without "
        "a window."
    )
    high: Annotated[float | None, Quantity("V", heading="to {unit}", fmt=".3f")] = Field(
        description="Upper limit with the better engine, against its own Li metal; None without "
        "a window or if it lies above the highest voltage examined."
    )
    low_before: Annotated[
        float | None, Quantity("V", heading="before,\nfrom {unit}", fmt=".3f")
    ] = Field(description="Lower limit of the campaign's engine.")
    high_before: Annotated[
        float | None, Quantity("V", heading="before,\nto {unit}", fmt=".3f")
    ] = Field(description="Upper limit of the campaign's engine.")
    reduction: str = Field("", description="Reaction below the lower limit; empty without one.")
    oxidation: str = Field("", description="Reaction above the upper limit; empty without one.")
    phases: list[str] = Field(
        default_factory=list,
        description="Phases that were computed: those that decide the window of the campaign's "
        "engine. No others can be products.",
    )
    reason: str | None = Field(None, description="Why there is no window.")


class StabilityResult(ComparedResult):
    """Result of a stability campaign."""

    kind: Literal["stability"] = "stability"
    schema_version: int = Field(2, description="Version of the schema of this kind.")
    scale: Annotated[str, Column(heading="scale of energies")] = Field(
        description="Energy scale of the phases."
    )
    temperature: Annotated[float, Quantity("K", heading="T", fmt=".0f")] = Field(
        description="Temperature of the energies; at 0 K no entropy is included."
    )
    elements: list[str] = Field(description="Elements of the diagram.")
    n_phases: Annotated[int, Column(heading="phases")] = Field(
        description="Number of phases in the diagram."
    )
    composition: Annotated[dict[str, float], Quantity("")] = Field(
        description="Composition of the material."
    )
    above_hull: Annotated[float, Quantity("eV/atom", heading="above hull", fmt="z.3f")] = Field(
        description="Energy of the material above the hull."
    )
    energy_source: Annotated[str, Column(heading="source of energy")] = Field(
        description="Source of the material's energy."
    )
    decomposes_to: Annotated[str, Column(heading="decomposes to", wraps=True)] = Field(
        description="Decomposition products without Li."
    )
    window: Annotated[VoltageWindow, Inline({"statement": "window"})] = Field(
        description="Window of the composition on the hull, ignoring its neutral decomposition."
    )
    window_low: Annotated[float | None, Quantity("V", heading="stable from", fmt=".3f")] = Field(
        description="Lower limit of `window`, against Li metal."
    )
    window_high: Annotated[float | None, Quantity("V", heading="stable to", fmt=".3f")] = Field(
        description="Upper limit of `window`, against Li metal."
    )
    metastable_window: Annotated[VoltageWindow, Inline({"statement": "metastable window"})] = (
        Field(description="Window against full reactions with Li, energy above the hull included.")
    )
    segments: list[WindowSegment] = Field(description="Segments by ascending voltage.")
    comparison: list[ComparedWindow] = Field(
        default_factory=list, description="Windows of further materials, from the same entries."
    )
    phases: list[PhaseState] = Field(description="All phases with their energies above the hull.")
    interfaces: list[InterfaceReaction] = Field(
        default_factory=list, description="Reactions with other materials."
    )
    maps: list[InterfaceMap] = Field(
        default_factory=list, description="Reactions with electrodes over Li content and voltage."
    )
    pathways: list[Pathway] = Field(default_factory=list, description="Ranked reactions with Li.")
    layers: list[Layer] = Field(
        default_factory=list, description="Layers from Li metal to the material."
    )
    thermal: list[ThermalShift] = Field(
        default_factory=list, description="Windows at other temperatures."
    )
    uncertainty: Annotated[
        WindowUncertainty | None,
        Inline(
            {
                "low_mean": "lower limit with errors",
                "low_std": "its standard deviation",
                "high_mean": "upper limit with errors",
                "high_std": "its standard deviation",
            }
        ),
    ] = Field(None, description="Spread of the window, if it was sampled.")
    refined_windows: list[RefinedWindow] = Field(
        default_factory=list,
        description="Windows with better engines, in the order of the ladder.",
    )
    refined_phases: list[RefinedPhase] = Field(
        default_factory=list, description="Phases that decide them, with every better engine."
    )
    slices: list[HullSlice] = Field(default_factory=list, description="Sections to draw.")
    magnetic_orders: list[OrderEnergy] = Field(
        default_factory=list,
        description="Magnetic orders that were computed of crystals with open shells; the lowest "
        "of each enters.",
    )
    excluded: list[ExcludedEntry] = Field(description="Phases left out, with the reason.")
