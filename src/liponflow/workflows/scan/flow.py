"""The scan: the flows of glass, transport and stability for every composition, compared."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from jobflow import Flow, Job
from pymatgen.core.composition import Composition

from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.scan import TOPIC, ScanParameters
from liponflow.inputs.stability import StabilityParameters
from liponflow.inputs.transport import TransportParameters
from liponflow.structures.phases import Phase
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.request import RunRequest
from liponflow.workflows.scan.compositions import Candidate, candidates
from liponflow.workflows.scan.jobs import conclude, energy_of, entries_within
from liponflow.workflows.stability.flow import (
    Entries,
    crystals,
    ending,
    engine_key,
    relaxed_entries,
    stability_engine,
)
from liponflow.workflows.transport.flow import heated, start_of

_LATER: dict[str, Any] = {"electrode": None, "compare": [], "unseen": []}
"""Parameters of stability that a scan leaves out: they are questions about one electrolyte."""

_STABILITY_PRESET = "quick"


def flow(request: RunRequest[ScanParameters]) -> Flow:
    """Make the flow of a request; its output is a ScanResult.

    The reference crystals of all compositions are relaxed once. A composition that fails has a
    row without values, and stops no other.

    Raises
    ------
    ParameterError
        If a structure is given, or a composition, element or parameter cannot be used.
    """
    parameters = request.parameters
    if request.structure is not None:
        raise ParameterError("a scan builds its models from formulas: leave --structure out")
    found = candidates(request)
    glasses = [_glass(candidate) for candidate in found]
    asked = [{"glass": glass.output.uuid} for glass in glasses]
    jobs: list[Flow | Job] = [*glasses]
    transports: list[Any] = [None] * len(found)
    if "transport" in parameters.compute:
        flows = [
            _transport(request, candidate, glass)
            for candidate, glass in zip(found, glasses, strict=True)
        ]
        jobs += flows
        transports = [made.output for made in flows]
        asked = [
            {**item, "transport": made.output.uuid}
            for item, made in zip(asked, flows, strict=True)
        ]
    windows: list[Any] = [None] * len(found)
    if "window" in parameters.compute:
        shared, ends = _windows(request, found, glasses)
        jobs += [*shared, *ends]
        windows = [end.output for end in ends]
        asked = [
            {**item, "stability": end.output.uuid} for item, end in zip(asked, ends, strict=True)
        ]
    document = parameters.model_dump(mode="json")
    engine = found[0].maker.engine(found[0].maker.parameters.force_limit).describe()
    key = json.dumps([document, engine.identity, [item.facts["cell"] for item in found]])
    conclusion = named(
        conclude(
            [item.facts for item in found],
            asked,
            [glass.output for glass in glasses],
            transports,
            windows,
            rank_by=parameters.rank_by,
            engine=engine,
            record={
                "preset": request.preset,
                "parameters": document,
                "input_fingerprint": hashlib.sha256(key.encode()).hexdigest(),
                "source_structure": f"built: {len(found)} compositions",
                "parent_uuids": [uuid for item in asked for uuid in item.values()],
            },
        ),
        "result",
    )
    tolerate_failures(conclusion)
    return Flow([*jobs, conclusion], output=conclusion.output, name=TOPIC)


def _glass(candidate: Candidate) -> Flow:
    made = candidate.maker.wire(candidate.starts)
    made.append_name(f" {candidate.neutral.modelled}")
    return made


def _transport(request: RunRequest[ScanParameters], candidate: Candidate, glass: Flow) -> Flow:
    """Wire the transport of a glass; its first model is heated."""
    preset = request.parameters.transport_preset
    given = {**request.parameters.transport, "models": request.parameters.models}
    one = RunRequest(
        parameters=load_parameters(TransportParameters, "transport", preset, given),
        preset=preset,
        overrides=given,
        structure=candidate.starts[0].structure,
        source=f"the glass {candidate.neutral.modelled}",
        engine=request.engine,
        engine_arguments=request.engine_arguments,
        store=request.store,
    )
    made = heated(one, start_of(one, request.store), glass.output.models[0].structure)
    made.append_name(f" {candidate.neutral.modelled}")
    return made


def _windows(
    request: RunRequest[ScanParameters], found: Sequence[Candidate], glasses: Sequence[Flow]
) -> tuple[list[Flow | Job], list[Flow]]:
    """Wire the reference crystals of all compositions, and the window of each."""
    requests = [_stability_request(request, candidate.formula) for candidate in found]
    chosen: dict[str, Phase] = {}
    for one in requests:
        chosen |= {crystal.name: crystal for crystal in crystals(one.parameters)}
    everything = sum((Composition(item.formula) for item in found), Composition())
    union = _stability_request(request, everything.formula.replace(" ", ""))
    parameters = union.parameters
    engine = stability_engine(union.engine, parameters, union.engine_arguments, _STABILITY_PRESET)
    relaxed, scaled = relaxed_entries(union, engine, list(chosen.values()))
    names = list(relaxed.records)
    source = f"{len(chosen)} reference crystals, {relaxed.known} of them relaxed by earlier runs"
    ends = []
    for candidate, one, glass in zip(found, requests, glasses, strict=True):
        energy = named(
            energy_of(glass.output, glass.output.uuid, one.parameters.corrections),
            "energy of the glass",
        )
        within = named(entries_within(scaled.output, one.parameters.elements), "its phases")
        key = one.parameters.model_dump_json() + engine_key(engine.describe())
        entries = Entries(
            within.output.entries, within.output.engine, source, key, [within.uuid], names
        )
        end = ending(one, energy.output, entries)
        made = Flow([energy, within, *end], output=end[-1].output, name="window")
        made.append_name(f" {candidate.neutral.modelled}")
        ends.append(made)
    return [*relaxed.jobs, scaled], ends


def _stability_request(
    request: RunRequest[ScanParameters], formula: str
) -> RunRequest[StabilityParameters]:
    given = {**_LATER, **request.parameters.stability, "composition": formula}
    if given.get("source", "engine") != "engine" or given.get("models") or given.get("refine"):
        raise ParameterError(
            "stability: a scan computes its phases with its engine; leave source, models and "
            "refine out"
        )
    parameters = load_parameters(StabilityParameters, "stability", _STABILITY_PRESET, given)
    return RunRequest(
        parameters=parameters,
        preset=_STABILITY_PRESET,
        overrides=given,
        engine=request.engine,
        engine_arguments=request.engine_arguments,
        store=request.store,
    )
