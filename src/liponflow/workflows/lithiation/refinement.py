"""Jobs that compute the lowest state at every Li content with better engines."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from jobflow import Flow, Maker, Response, job

from liponflow.analysis.lithiation.refinement import (
    Reference,
    RefinedState,
    RefinedVoltage,
    RungState,
    refined_states,
)
from liponflow.analysis.lithiation.result import LithiationResult, lowest
from liponflow.analysis.result import EngineInfo
from liponflow.engines.reading import read_calculation
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.workflows.jobs import named, tolerate_failures


class Rung(TypedDict):
    """What one engine of the ladder computed."""

    engine: EngineInfo
    """Its description before it ran."""
    states: Sequence[RungState | None]
    """One per Li content; None for those that failed."""
    metal: Any
    """Task document of the bcc metal; None if it failed."""


@job
def refine_state(
    state: Mapping[str, Any] | None,
    below: Sequence[RungState | None],
    *,
    maker: Maker,
    relaxes: bool,
    moments: Mapping[str, float],
    engine: EngineInfo,
    force_limit: float,
) -> Response[RungState]:
    """Compute the lowest state at one Li content with a better engine.

    Parameters
    ----------
    state
        SettledState of the campaign's engine; None if it failed.
    below
        The same state on the rungs below, lowest first; None for those that failed.
    maker
        Maker of the relaxation or the single point.
    relaxes
        Whether it relaxes.
    moments
        Initial moment per element (µB); empty for an engine that needs none.
    engine, force_limit
        Of the better engine.

    Raises
    ------
    ValueError
        If no state converged.
    """
    if state is None:
        raise ValueError("nothing to refine: no state of this Li content was computed")
    best = lowest(state["candidates"])
    start = best.calculation
    for rung in below:
        # A single point leaves the geometry as it was.
        if rung is not None and rung.relaxed and rung.calculation and rung.calculation.converged:
            start = rung.calculation
    assert start is not None  # noqa: S101 - `lowest` chooses among computed ones
    structure = with_magmoms(start.structure, dict(moments)) if moments else start.structure
    computed = named(
        maker.make(structure),
        f"{'relax' if relaxes else 'single point of'} x={best.x:g} with {engine.name}",
    )
    taken = named(
        take(
            computed.output,
            n_li=best.n_li,
            geometry_of=start.engine.short,
            relaxed=relaxes,
            engine=engine,
            force_limit=force_limit,
        ),
        f"refined x={best.x:g} with {engine.name}",
    )
    tolerate_failures(taken)
    return Response(replace=Flow([computed, taken], output=taken.output))


@job
def take(
    document: Any,
    *,
    n_li: int,
    geometry_of: str,
    relaxed: bool,
    engine: EngineInfo,
    force_limit: float,
) -> RungState:
    """Return the calculation of a state, with its origin."""
    found = None if document is None else read_calculation(document, engine, force_limit)
    return RungState(n_li=n_li, geometry_of=geometry_of, relaxed=relaxed, calculation=found)


def with_rungs(
    result: LithiationResult,
    rungs: Sequence[Rung],
    force_limit: float,
) -> LithiationResult:
    """Return a result with the states and voltages of better engines.

    Parameters
    ----------
    result
        Result of the campaign's engine.
    rungs
        Engines of the ladder, lowest first.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    """
    before = Reference(
        {state.x: state.energy_per_formula for state in result.states}, result.li_energy_per_atom
    )
    states: list[RefinedState] = []
    voltages: list[RefinedVoltage] = []
    warnings = list(result.warnings)
    for rung in rungs:
        engine, document = rung["engine"], rung["metal"]
        metal = None if document is None else read_calculation(document, engine, force_limit)
        known = [state for state in rung["states"] if state is not None]
        found = refined_states(
            engine.short,
            known,
            metal,
            before,
            formula_units=result.formula_units,
            intercalant=result.host.intercalant,
        )
        states += found[0]
        voltages += found[1]
        warnings += found[2]
    return result.model_copy(
        update={"refined_states": states, "refined_voltages": voltages, "warnings": warnings}
    )
