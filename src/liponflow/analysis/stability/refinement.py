"""The phases that decide a voltage window, and the window from them with a better engine."""

from collections.abc import Mapping, Sequence

from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.hull import LITHIUM, Hull, phase_states
from liponflow.analysis.stability.materials import Material
from liponflow.analysis.stability.result import RefinedPhase, RefinedWindow, StabilityResult
from liponflow.analysis.stability.summary import compared_windows
from liponflow.analysis.stability.window import (
    V_MAX,
    Segment,
    lithium_segments,
    neighbours,
    stable_products,
)
from liponflow.formulas import reduced_formula


def deciding_phases(entries: EntrySet, material: Material) -> list[str]:
    """Return the names of the phases that decide the window of a material.

    Parameters
    ----------
    entries
        Phases on one scale, without excluded ones.
    material
        The material.

    Returns
    -------
    list of str
        The material if it is a phase, its decomposition products, those of the first reduction
        and of the first oxidation, and the elements, without which there is no phase diagram.
    """
    system = entries.within(sorted({LITHIUM, *material.composition}))
    hull = Hull.of(system)
    segments: list[Segment | None] = list(
        neighbours(material, lithium_segments(hull, material, V_MAX))
    )
    # The lowest polymorph has the formula as its name.
    found = {reduced_formula(material.composition), *stable_products(hull, material)}
    found |= {
        hull.entries[index].name
        for segment in segments
        if segment is not None
        for index in segment.amounts
    }
    found |= {entry.name for entry in hull.entries if len(entry.composition) == 1}
    return [entry.name for entry in system.entries if entry.name in found]


def refined_window(
    model: str,
    entries: EntrySet,
    material: Material,
    before: StabilityResult,
) -> tuple[RefinedWindow, list[RefinedPhase]]:
    """Return the window with a better engine beside that of the campaign's engine.

    Parameters
    ----------
    model
        Better engine, with its version.
    entries
        Phases that it computed, on its scale alone, without excluded ones.
    material
        The material, with its energy on this scale.
    before
        Result of the campaign's engine, of which only numbers are quoted.

    Returns
    -------
    RefinedWindow, list of RefinedPhase
        The window, and the formation energies of its phases.
    """
    [window] = compared_windows(entries, [material])
    earlier = {state.formula: state.formation_energy_per_atom for state in reversed(before.phases)}
    published = {state.formula: state.published_formation_energy for state in before.phases}
    states = {state.name: state for state in phase_states(entries)}
    found = RefinedWindow(
        model=model,
        scale=entries.scale,
        low=window.low,
        high=window.high,
        low_before=before.window_low,
        high_before=before.window_high,
        reduction=window.reduction,
        oxidation=window.oxidation,
        phases=[entry.name for entry in entries.entries],
        reason=None if window.low is not None else "no range of voltage with these energies",
    )
    phases = [
        RefinedPhase(
            model=model,
            name=entry.name,
            formation_energy_per_atom=states[entry.name].formation_energy_per_atom,
            formation_energy_before=earlier.get(entry.formula),
            published_formation_energy=published.get(entry.formula),
        )
        for entry in entries.entries
        if len(entry.composition) > 1
    ]
    return found, phases + _refused(model, entries, earlier)


def without_window(model: str, before: StabilityResult, reason: str) -> RefinedWindow:
    """Return the record of a better engine without a window, with the reason."""
    return RefinedWindow(
        model=model,
        scale=None,
        low=None,
        high=None,
        low_before=before.window_low,
        high_before=before.window_high,
        reason=reason,
    )


def refinement_warnings(
    windows: Sequence[RefinedWindow], phases: Sequence[RefinedPhase]
) -> list[str]:
    """Return why a better engine has no window, or lacks a phase."""
    lost = [f"{phase.model}, {phase.name}: {phase.reason}" for phase in phases if phase.reason]
    none = [
        f"{window.model}: no refined window: {window.reason}"
        for window in windows
        if window.reason
    ]
    return lost + none


def _refused(model: str, entries: EntrySet, earlier: Mapping[str, float]) -> list[RefinedPhase]:
    return [
        RefinedPhase(
            model=model,
            name=item.name,
            formation_energy_per_atom=None,
            formation_energy_before=earlier.get(item.formula or ""),
            reason=item.reason,
        )
        for item in entries.excluded
    ]
