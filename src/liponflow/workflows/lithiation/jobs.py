"""Jobs of the lithiation campaign between the relaxations and the result."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NotRequired, TypedDict

from jobflow import Flow, Job, Maker, Response, job

from liponflow.analysis.lithiation.host_facts import HostFacts
from liponflow.analysis.lithiation.observables import observables
from liponflow.analysis.lithiation.result import (
    LithiationCandidate,
    LithiationResult,
    Selection,
    lowest,
)
from liponflow.analysis.lithiation.summary import summarise
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.spread import with_spread
from liponflow.engines.reading import read_calculation
from liponflow.workflows.further_engines import Comparison, further_results
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.lithiation.refinement import Rung, with_rungs

RECOMPUTED = "the same candidates, their static energies and the metal, all relaxed again"
"""What a further engine computes."""


class SettledState(TypedDict):
    """One content: candidates with their relaxations, and the static calculation.

    Another engine's moments, if there are some, are those of the same structure.
    """

    candidates: list[LithiationCandidate]
    static: Calculation | None
    moments: NotRequired[Calculation | None]


@job
def settle(
    candidates: Sequence[LithiationCandidate],
    documents: Sequence[Any],
    static_maker: Maker,
    engine: EngineInfo,
    force_limit: float,
    *,
    moments_maker: Maker | None = None,
    moments_engine: EngineInfo | None = None,
) -> Response[SettledState] | SettledState:
    """Keep the lowest converged candidate of one content and compute it statically.

    Parameters
    ----------
    candidates
        Candidates that were relaxed.
    documents
        Task documents of the relaxations; None for one that failed.
    static_maker
        Maker of the static calculation.
    engine
        Description of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    moments_maker, moments_engine
        Maker of the static calculation that gives the moments, and its engine; None to take them
        from the first one.

    Returns
    -------
    SettledState
        Directly if no candidate converged, else through the static calculation.
    """
    relaxed = [
        candidate.model_copy(update=_outcome(document, engine, force_limit))
        for candidate, document in zip(candidates, documents, strict=True)
    ]
    try:
        best = lowest(relaxed)
    except ValueError:  # each candidate carries its reason into the result
        return SettledState(candidates=relaxed, static=None)
    assert best.calculation is not None  # noqa: S101 - `lowest` chooses among computed ones
    static = named(static_maker.make(best.calculation.structure), f"static x={best.x:g}")
    jobs: list[Flow | Job] = [static]
    further: dict[str, Any] = {}
    if moments_maker is not None:
        relaxed_structure = best.calculation.structure
        moments = named(moments_maker.make(relaxed_structure), f"moments x={best.x:g}")
        jobs.append(moments)
        further = {"moments": moments.output, "moments_engine": moments_engine}
    collected = named(
        collect(relaxed, static.output, engine, force_limit, **further), f"collect x={best.x:g}"
    )
    tolerate_failures(collected)
    return Response(replace=Flow([*jobs, collected], output=collected.output))


@job
def collect(
    candidates: list[LithiationCandidate],
    document: Any,
    engine: EngineInfo,
    force_limit: float,
    *,
    moments: Any = None,
    moments_engine: EngineInfo | None = None,
) -> SettledState:
    """Collect candidates, the static calculation and the moments of one content."""
    static = None if document is None else read_calculation(document, engine, force_limit)
    if moments is None or moments_engine is None:
        return SettledState(candidates=candidates, static=static)
    read = read_calculation(moments, moments_engine, force_limit)
    return SettledState(candidates=candidates, static=static, moments=read)


class EngineStates(TypedDict):
    """What one engine computed: every content, and the metal."""

    states: Sequence[SettledState | None]
    metal: Any
    engine: EngineInfo


@job
def conclude(
    states: Sequence[SettledState | None],
    metal: Any,
    *,
    selections: Sequence[Selection],
    formula_units: int,
    engine: EngineInfo,
    force_limit: float,
    record: dict[str, Any],
    remarks: Sequence[str] = (),
    further: Comparison | None = None,
    rungs: Sequence[Rung] = (),
    moments_engine: EngineInfo | None = None,
    host: HostFacts | None = None,
) -> LithiationResult:
    """Summarise the campaign.

    Parameters
    ----------
    states
        Candidates and static calculation of every content; None for one that failed.
    metal
        Task document of the bcc metal.
    selections
        How the candidates were chosen.
    formula_units
        Formula units in the supercell.
    engine
        Description of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    record
        Provenance known before the run.
    remarks
        On the cell and the contents that were taken.
    further
        The EngineStates of further engines.
    rungs
        Lowest states with better engines.
    moments_engine
        Engine of the moments, if it is another one.
    host
        What x counts; None in flows from before it was recorded.

    Returns
    -------
    LithiationResult

    Raises
    ------
    ValueError
        If the metal or every state is missing.
    """

    def summarised(computed: EngineStates, magnetic: EngineInfo | None = None) -> LithiationResult:
        if computed["metal"] is None:
            raise ValueError("the relaxation of the metal failed: the voltages have no reference")
        lithium = read_calculation(computed["metal"], computed["engine"], force_limit)
        known = [state for state in computed["states"] if state is not None]
        return summarise(
            [candidate for state in known for candidate in state["candidates"]],
            [state["static"] for state in known if state["static"] is not None],
            lithium,
            formula_units=formula_units,
            selections=selections,
            provenance=provenance(engine=lithium.engine, **record),
            repeats=record["parameters"]["supercell"],
            host=host,
            warnings=remarks,
            moments_engine=magnetic,
            moments=[found for state in known if (found := state.get("moments")) is not None],
        )

    main = EngineStates(states=states, metal=metal, engine=engine)
    result = summarised(main, moments_engine)
    compared = with_spread(
        result,
        further_results(further, summarised),
        partial(observables, steps=result.voltages),
        limits=record["parameters"].get("disagreement", {}),
        recomputed=RECOMPUTED,
    )
    return with_rungs(compared, rungs, force_limit)


def _outcome(document: Any, engine: EngineInfo, force_limit: float) -> dict[str, Any]:
    if document is None:
        return {"refusal": "the relaxation failed; the run's report names its directory and cause"}
    return {"calculation": read_calculation(document, engine, force_limit)}
