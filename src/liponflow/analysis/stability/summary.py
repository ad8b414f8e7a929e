"""Result of a stability campaign from entries and a material."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from liponflow.analysis.plausible import formation_doubts
from liponflow.analysis.result import Provenance
from liponflow.analysis.stability.entries import ON_REQUEST, EntrySet, ExcludedEntry
from liponflow.analysis.stability.hull import LITHIUM, Hull, phase_states
from liponflow.analysis.stability.hull_slices import neutral_square, ternary_slice
from liponflow.analysis.stability.interface import interface_reaction
from liponflow.analysis.stability.interface_map import (
    Electrode,
    insertion_electrode,
    interface_map,
)
from liponflow.analysis.stability.materials import Material, excess_charge, parse_formula
from liponflow.analysis.stability.published import published_stability
from liponflow.analysis.stability.result import (
    ComparedWindow,
    HullSlice,
    InterfaceReaction,
    StabilityResult,
)
from liponflow.analysis.stability.sensitivity import layer_sequence, ranked_pathways
from liponflow.analysis.stability.thermal import thermal_shift
from liponflow.analysis.stability.uncertainty import window_uncertainty
from liponflow.analysis.stability.window import (
    V_MAX,
    Segment,
    lithium_segments,
    metastable_window,
    neighbours,
    stable_products,
    voltage_window,
    window_segments,
)

LIPON = {"Li", "N", "O", "P"}

METAL = Material(
    formula=LITHIUM,
    composition={LITHIUM: 1.0},
    above_hull=0.0,
    energy_source="Li metal of the entries",
)


@dataclass(frozen=True)
class Question:
    """Questions about a material beyond its window."""

    compare: Sequence[Material] = ()
    """Further materials whose windows and interfaces are compared."""
    electrode: str | None = None
    """Insertion electrode, such as LixNi0.5Mn1.5O4."""
    contents: Sequence[float] = (0.0, 1.0, 2.0)
    """Its Li contents x."""
    voltages: Sequence[float] = ()
    """Voltages of the map (V vs Li)."""
    exclude: Sequence[str] = ()
    """Phases excluded everywhere, by name or formula."""
    unseen: Sequence[str] = ()
    """Phases excluded from a second sequence of layers."""
    pathways: int = 8
    """Ranked reactions with Li metal."""
    samples: int = 0
    """Number of draws of all energies with their errors; 0 for none."""
    error_independent: float = 0.0
    """eV/atom."""
    error_shared: Mapping[str, float] = field(default_factory=dict)
    """eV per atom of the element."""
    seed: int = 0
    corners: Sequence[Sequence[str]] = (("Li", "P", "O"), ("Li", "P", "N"), ("Li", "O", "N"))
    """Ternary sections to draw, those whose elements the entries hold."""
    v_max: float = V_MAX
    """Highest voltage examined (V)."""


def summarise(
    entries: EntrySet,
    material: Material,
    question: Question,
    *,
    provenance: Provenance,
    warm: EntrySet | None = None,
    warnings: Sequence[str] = (),
) -> StabilityResult:
    """Return the stability result of a material.

    Parameters
    ----------
    entries
        Phases at 0 K on one scale, before anything is excluded.
    material
        The material, with its energy above the hull of these entries less the excluded ones;
        see :mod:`liponflow.analysis.stability.materials`.
    question
        The questions.
    provenance
        Provenance of the energies.
    warm
        The same phases with free energies; see :mod:`liponflow.analysis.stability.thermal`.
    warnings
        Remarks from making the entries; they are kept in the result.

    Returns
    -------
    StabilityResult
        Result from usable phases only; excluded ones are named with the reason.

    Raises
    ------
    ValueError
        If an element is missing from the entries, or a name to exclude is unknown.
    """
    entries.require({LITHIUM, *material.composition})
    used = _without(entries, question.exclude)
    system = used.within(sorted({LITHIUM, *material.composition}))
    hull = Hull.of(system)
    segments = lithium_segments(hull, material, question.v_max)
    window = voltage_window(material, segments, question.v_max)
    everything = hull if system.entries == used.entries else Hull.of(used)
    electrode = None
    if question.electrode is not None:
        electrode = insertion_electrode(question.electrode, question.contents, used, everything)
    published = published_stability()
    uncertainty = (
        window_uncertainty(
            system,
            material,
            independent=question.error_independent,
            shared=question.error_shared,
            samples=question.samples,
            seed=question.seed,
            v_max=question.v_max,
        )
        if question.samples
        else None
    )
    unseen = _known(system, question.unseen)
    layers = layer_sequence(system, material)
    if unseen:
        layers += layer_sequence(system, material, without=unseen)
    return StabilityResult(
        formula=material.formula,
        converged=not _failed(entries),
        criterion=_criterion(entries),
        provenance=provenance,
        warnings=[
            *warnings,
            *entries.remarks,
            *formation_doubts(used.entries),
            *_warnings(material),
        ],
        scale=used.scale,
        temperature=used.temperature,
        elements=used.elements,
        n_phases=len(used.entries),
        composition=material.composition,
        above_hull=material.above_hull,
        energy_source=material.energy_source,
        decomposes_to=" + ".join(stable_products(hull, material)),
        window=window,
        window_low=window.low,
        window_high=window.high,
        metastable_window=metastable_window(hull, material, segments, question.v_max),
        segments=window_segments(hull, material, segments),
        comparison=compared_windows(used, [material, *question.compare], question.v_max),
        phases=phase_states(used, published.formation_energies.values),
        interfaces=_interfaces(everything, material, electrode, question.compare),
        maps=(
            [interface_map(everything, material, electrode, question.voltages)]
            if electrode is not None and question.voltages
            else []
        ),
        pathways=(
            ranked_pathways(system, material, number=question.pathways)
            if question.pathways
            else []
        ),
        layers=layers,
        thermal=(
            [
                thermal_shift(
                    system,
                    _without(warm, _known(warm, question.exclude)),
                    material,
                    question.v_max,
                )
            ]
            if warm is not None
            else []
        ),
        uncertainty=uncertainty,
        slices=_slices(used, material, question.corners),
        magnetic_orders=list(used.orders),
        excluded=list(used.excluded),
    )


def _without(entries: EntrySet, names: Sequence[str]) -> EntrySet:
    return entries.without(list(names)) if names else entries


def _known(entries: EntrySet, names: Sequence[str]) -> list[str]:
    """Return the names that a set has; heated entries, or those of fewer elements, lack some."""
    known = {entry.name for entry in entries.entries} | {e.formula for e in entries.entries}
    return [name for name in names if name in known]


def _failed(entries: EntrySet) -> list[ExcludedEntry]:
    """Return the refused phases without another one of their composition."""
    return [
        item for item in entries.excluded if item.replaced_by is None and item.reason != ON_REQUEST
    ]


def _criterion(entries: EntrySet) -> str:
    failed = _failed(entries)
    total = len(entries.entries) + len(failed)
    return f"every phase usable; reached {len(entries.entries)} of {total}"


def _warnings(material: Material) -> list[str]:
    found = []
    if material.above_hull == 0 and "assumed" in material.energy_source:
        found.append(f"{material.formula} is assumed to lie on the hull; a glass lies above it")
    if material.above_hull < 0:
        found.append(
            f"{material.formula} lies {-1000 * material.above_hull:.0f} meV/atom below the hull: "
            "the entries lack a stable phase, or its energy is on another scale"
        )
    charge = excess_charge(material.composition)
    if charge:
        found.append(
            f"the ions of {material.formula} sum to {charge:+.3g} e per formula unit: it has no "
            "voltage at which it keeps its Li"
        )
    return found


def compared_windows(
    entries: EntrySet, materials: Sequence[Material], v_max: float = V_MAX
) -> list[ComparedWindow]:
    """Return the windows of materials with the reactions at their limits, Li itself left out.

    Parameters
    ----------
    entries
        Phases on one scale, without excluded ones.
    materials
        The materials.
    v_max
        Highest voltage examined, V.
    """
    published = published_stability()
    found = []
    for material in materials:
        if material.n_other == 0:
            continue
        hull = Hull.of(entries.within(sorted({LITHIUM, *material.composition})))
        segments = lithium_segments(hull, material, v_max)
        window = voltage_window(material, segments, v_max)
        reduction, oxidation = neighbours(material, segments)
        known = published.window(material.formula)
        found.append(
            ComparedWindow(
                formula=material.formula,
                above_hull=material.above_hull,
                low=window.low,
                high=window.high,
                reduction=_equation(hull, material, reduction),
                oxidation=_equation(hull, material, oxidation),
                published=f"{known.label} ({known.source})" if known else None,
            )
        )
    return found


def _equation(hull: Hull, material: Material, segment: Segment | None) -> str:
    if segment is None:
        return ""
    return window_segments(hull, material, [segment])[0].equation


def _interfaces(
    hull: Hull, material: Material, electrode: Electrode | None, partners: Sequence[Material]
) -> list[InterfaceReaction]:
    """Return the reactions with Li metal, with the electrode, also at its voltages, and others."""
    found = [interface_reaction(hull, material, METAL)]
    others = [
        interface_reaction(hull, material, other)
        for other in partners
        if other.formula not in {material.formula, LITHIUM}
    ]
    if electrode is None:
        return found + others
    found += [interface_reaction(hull, material, other) for other in electrode.materials]
    by_content = dict(zip(electrode.x, electrode.materials, strict=True))
    for step in electrode.plateaus:
        if step.x_low in by_content:
            found.append(interface_reaction(hull, material, by_content[step.x_low], step.voltage))
    return found + others


def _slices(
    entries: EntrySet, material: Material, corners: Sequence[Sequence[str]]
) -> list[HullSlice]:
    known = set(entries.elements)
    found = []
    for names in corners:
        needed = {symbol for name in names for symbol in parse_formula(name)}
        if needed <= known:
            found.append(ternary_slice(entries, names, material))
    if known >= LIPON:
        found.append(neutral_square(entries, material))
    return found
