"""Windows of better engines, added to the result of the campaign's engine."""

from collections.abc import Sequence
from typing import Any, TypedDict

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import named_material
from liponflow.analysis.stability.refinement import (
    refined_window,
    refinement_warnings,
    without_window,
)
from liponflow.analysis.stability.result import RefinedPhase, RefinedWindow, StabilityResult
from liponflow.inputs.stability import StabilityParameters
from liponflow.workflows.stability.material import without_excluded


class Rung(TypedDict):
    """What one engine of the ladder computed."""

    engine: EngineInfo
    """Its description before it ran."""
    entries: Any
    """EntrySet of the phases that decide the window; None if they failed."""
    computed_by: Any
    """EngineInfo of the engine that ran, which may be a stand-in; None as the entries."""


def with_rungs(
    result: StabilityResult, rungs: Sequence[Rung], parameters: StabilityParameters
) -> StabilityResult:
    """Return a result with the windows of better engines.

    Parameters
    ----------
    result
        Result of the campaign's engine.
    rungs
        Engines of the ladder, lowest first.
    parameters
        Parameters of the campaign.
    """
    windows: list[RefinedWindow] = []
    phases: list[RefinedPhase] = []
    for rung in rungs:
        computed_by: EngineInfo = rung["computed_by"] or rung["engine"]
        computed: EntrySet | None = rung["entries"]
        model = computed_by.short
        if computed is None:
            reason = "its calculations failed; the run's report names directory and cause"
            windows.append(without_window(model, result, reason))
            continue
        try:
            entries = without_excluded(computed, parameters, partial=True)
            material = named_material(
                parameters.composition, entries, Hull.of(entries), above_hull=parameters.above_hull
            )
            window, found = refined_window(model, entries, material, result)
        except ValueError as error:
            windows.append(without_window(model, result, str(error)))
            continue
        windows.append(window)
        phases += found
    return result.model_copy(
        update={
            "refined_windows": windows,
            "refined_phases": phases,
            "warnings": [*result.warnings, *refinement_warnings(windows, phases)],
        }
    )
