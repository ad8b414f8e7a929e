"""The stability campaign: phases around a material, their hull and reactions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job
from jobflow.core.reference import OutputReference
from pymatgen.core.structure import Structure

from liponflow.analysis.energy_scale import OWN
from liponflow.analysis.plausible import check_formation
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import SURROGATE, resolve
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.stability.fitted_gases import check_fitted
from liponflow.analysis.stability.gases import GASES
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.phase_record import PhononRecord, gas_entries
from liponflow.analysis.stability.unknown_scale import is_unknown
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.planned import PlannedCalculation, announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.formulas import reduced_formula
from liponflow.inputs.gpaw.settings import gpaw_inputs
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.stability import TOPIC, StabilityParameters, composition
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.inputs.vasp.stability import relax_set as relax_inputs
from liponflow.inputs.vasp.stability import static_set as static_inputs
from liponflow.store.outputs import find_outputs
from liponflow.structures.phases import Phase, phases_of
from liponflow.workflows.further_engines import (
    Comparison,
    further_names,
    models_of,
    wire_further,
)
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.phonons.flow import phonon_engine, phonon_fingerprint
from liponflow.workflows.phonons.jobs import phonons_name
from liponflow.workflows.request import RunRequest
from liponflow.workflows.stability.jobs import collect_entries, conclude, vibrate
from liponflow.workflows.stability.material import material_of, phonon_parameters
from liponflow.workflows.stability.materials_project import JOB_NAME, keep_entries, project_entries
from liponflow.workflows.stability.phases import (
    RelaxedPhases,
    orders_with,
    phase_tools,
    relaxed_phases,
    starts_of,
)
from liponflow.workflows.stability.refinement import most_phases, refine_phases, system_of
from liponflow.workflows.stability.rungs import Rung
from liponflow.workflows.stability.stored_entries import stored_entries, stored_glass

Request = RunRequest[StabilityParameters]

ENTRIES_ENGINE = "entries"
"""Name recorded in place of an engine if energies come from elsewhere."""


@dataclass(frozen=True)
class Entries:
    """Phases on one energy scale, or references to them, and their source."""

    entries: EntrySet | OutputReference
    engine: EngineInfo | OutputReference
    source: str
    key: str
    """Text that determines them, for the fingerprint."""
    parents: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Reference crystals that they were computed from."""


def flow(request: RunRequest[StabilityParameters]) -> Flow:
    """Make the flow of a request.

    Crystals that were relaxed before are not relaxed again; the energy of a glass and the user's
    VASP calculations come from the store. With entries from a file, the Materials Project or the
    store, the engine computes phonons only.
    """
    parameters, glass_energy = request.parameters, None
    if parameters.glass is not None:
        glass_energy = stored_glass(request.store, parameters.glass, parameters.corrections)
        given = "composition" in request.overrides
        request = replace(request, parameters=_of_glass(parameters, glass_energy, given=given))
    if parameters.source == "engine":
        return _computed(request, glass_energy)
    return _fetched(request, glass_energy)


def composition_of(structure: Structure) -> dict[str, str]:
    """Return the composition of a structure as a parameter.

    Examples
    --------
    >>> from pymatgen.core import Lattice
    >>> composition_of(Structure(Lattice.cubic(3.5), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    {'composition': 'Li'}
    """
    return {"composition": reduced_formula(structure.composition)}


def stability_engine(
    name: str, parameters: StabilityParameters, arguments: Mapping[str, Any], preset: str
) -> Engine:
    """Return the engine that relaxes the reference crystals."""
    sets = VaspSets(relax=relax_inputs(parameters), static=static_inputs())
    inputs = {FAMILY: sets, **gpaw_inputs(TOPIC, preset)}
    options = EngineOptions(parameters.force_limit, parameters.max_steps, inputs, arguments)
    engine = get_engine(name, options)
    engine.require("relax", "static")
    return engine


def crystals(parameters: StabilityParameters) -> list[Phase]:
    """Return the reference crystals of the elements, without gases.

    Raises
    ------
    ParameterError
        If the library has no crystal of an element that is needed, or of one to leave out.
    """
    gases = {gas.formula for gas in GASES.values()}
    found = [
        entry for entry in phases_of(parameters.elements) if entry.reduced_formula not in gases
    ]
    pure = {next(iter(entry.elements)) for entry in found if len(entry.elements) == 1}
    missing = [e for e in parameters.elements if e not in pure and e not in GASES]
    if missing:
        raise ParameterError(
            f"the library of reference crystals has no {', '.join(missing)}: give entries of the "
            f"system {'-'.join(parameters.elements)} by --entries FILE or source=mp"
        )
    by_name = {entry.name: entry.reduced_formula for entry in found}
    known = {*by_name, *by_name.values()}
    for name in parameters.exclude:
        formula = by_name[name] if name in by_name else reduced_formula(composition(name))
        if len(composition(formula)) == 1:
            raise ParameterError(
                f"exclude={name}: a phase diagram needs its elements; exclude compounds only"
            )
        if formula not in known:
            raise ParameterError(
                f"exclude={name}: no such phase of {'-'.join(parameters.elements)}; there are "
                f"{', '.join(sorted(known))}"
            )
    return found


def _computed(request: Request, glass_energy: GlassEnergy | None) -> Flow:
    parameters = request.parameters
    user = CampaignMaker.of(request)
    user.check_arguments([*parameters.models, *parameters.refine])

    def engine_of(name: str) -> Engine:
        return stability_engine(name, parameters, user.arguments_of(name), request.preset)

    engine = engine_of(request.engine)
    chosen = crystals(parameters)
    relaxed, scaled = relaxed_entries(request, engine, chosen)
    names = list(relaxed.records)

    def further(other: Engine) -> tuple[list[Flow | Job], OutputReference]:
        own, collected = relaxed_entries(request, other, chosen, label=f" {other.name}")
        return [*own.jobs, collected], collected.output

    others = wire_further(further_names(parameters.models, request.engine), engine_of, further)
    rungs = [
        _rung(request, engine_of(name), chosen, scaled.output.entries, names)
        for name in parameters.refine
    ]
    source = f"{len(chosen)} reference crystals, {relaxed.known} of them relaxed by earlier runs"
    key = parameters.model_dump_json() + engine_key(engine.describe())
    end = ending(
        request,
        glass_energy,
        Entries(scaled.output.entries, scaled.output.engine, source, key, [scaled.uuid], names),
        others.comparison,
        [rung for _, rung in rungs],
    )
    refining = [refined for refined, _ in rungs]
    return Flow(
        [*relaxed.jobs, scaled, *others.jobs, *refining, *end], output=end[-1].output, name=TOPIC
    )


def further_engines(parameters: StabilityParameters) -> list[str]:
    """Return the further engines of the campaign: other models, and those of the ladder."""
    return [*models_of(parameters), *parameters.refine]


def _rung(
    request: Request,
    engine: Engine,
    chosen: Sequence[Phase],
    entries: OutputReference,
    names: Sequence[str],
) -> tuple[Job, Rung]:
    """Wire the phases that decide the window with one engine of the ladder."""
    parameters, described = request.parameters, engine.describe()
    _check_scale(parameters, described, system_of(parameters))
    tools = phase_tools(engine, chosen, parameters=parameters, store=request.store)
    refused = {}
    material = reduced_formula(composition(parameters.composition))
    orders = orders_with(engine, parameters)
    for crystal in chosen:
        try:
            for start in starts_of(crystal, orders):
                engine.check(start.structure)
        except ValueError as error:
            if len(crystal.elements) == 1 or crystal.reduced_formula == material:
                raise
            # Few crystals decide a window, and this one need not be among them.
            refused[crystal.name] = str(error)
    refined = named(
        refine_phases(entries, list(names), parameters=parameters, tools=tools, refused=refused),
        f"refine with {engine.name}",
    )
    tolerate_failures(refined)
    known = tools["known"]
    unknown = {
        crystal: [start for start in starts_of(crystal, orders) if start.label not in known]
        for crystal in chosen
    }
    planned: list[PlannedCalculation] = []
    for crystal in most_phases(parameters, [item for item, starts in unknown.items() if starts]):
        for start in unknown[crystal]:
            for maker in (tools["relax"], tools["static"]):
                planned += planned_by(maker, start.structure)
    announce(refined, planned)
    found = refined.output
    return refined, Rung(engine=described, entries=found.entries, computed_by=found.engine)


def relaxed_entries(
    request: Request, engine: Engine, chosen: Sequence[Phase], *, label: str = ""
) -> tuple[RelaxedPhases, Job]:
    """Wire the relaxations of one engine, and the job that puts its energies on one scale."""
    parameters = request.parameters
    _check_scale(parameters, engine.describe(), parameters.elements)
    tools = phase_tools(engine, chosen, parameters=parameters, store=request.store)
    for crystal in chosen:
        for start in starts_of(crystal, orders_with(engine, parameters)):
            if start.label not in tools["known"]:
                engine.check(start.structure)
    relaxed = relaxed_phases(tools, chosen, label=label)
    names = list(relaxed.records)
    scaled = named(
        collect_entries(
            names,
            [relaxed.records[name] for name in names],
            gases=parameters.elements,
            corrections=parameters.corrections,
        ),
        f"put on one scale{label}",
    )
    tolerate_failures(scaled)
    return relaxed, scaled


def _check_scale(
    parameters: StabilityParameters, engine: EngineInfo, elements: Sequence[str]
) -> None:
    """Refuse an engine whose energies cannot be put on one scale, before it computes any."""
    if engine.energy_scale == OWN:
        check_fitted(elements, engine.name)
    else:
        gas_entries(elements, engine)
    if not is_unknown(parameters.corrections, engine):
        resolve(parameters.corrections, engine)


def _fetched(request: Request, glass_energy: GlassEnergy | None) -> Flow:
    parameters = request.parameters
    for name, engines in (("models", parameters.models), ("refine", parameters.refine)):
        if engines:
            raise ParameterError(
                f"{name}={','.join(engines)}: the energies come from {parameters.source}, "
                f"which no further engine can compute; omit {name}, or set source=engine"
            )
    first: list[Job] = []
    if parameters.source == "file":
        assert parameters.entries is not None  # noqa: S101 - the parameters were validated
        entries, source = read_entries(parameters.entries), str(parameters.entries)
        check_formation(entries.entries, parameters.plausible, what=source)
    elif parameters.source == "mp":
        fetched = project_entries(parameters.elements, request.store)
        kept = named(keep_entries(fetched), JOB_NAME)
        first, entries, source = [kept], fetched.entries, "Materials Project"
    else:
        entries = stored_entries(request.store, parameters.elements, parameters.corrections)
        source = "VASP calculations in the results store"
    entries = entries.within(parameters.elements)
    material_of(parameters, entries, glass_energy)  # refused here or not at all
    engine = EngineInfo(
        name=ENTRIES_ENGINE,
        version=entries.scale,
        functional=entries.scale,
        surrogate=SURROGATE in entries.scale,
    )
    key = parameters.model_dump_json() + entries.model_dump_json()
    end = ending(request, glass_energy, Entries(entries, engine, source, key))
    return Flow([*first, *end], output=end[-1].output, name=TOPIC)


def ending(
    request: Request,
    glass_energy: GlassEnergy | OutputReference | None,
    found: Entries,
    further: Comparison | None = None,
    rungs: Sequence[Rung] = (),
) -> list[Job]:
    """Make the jobs that come after the entries; the last one's output is the result."""
    parameters = request.parameters
    jobs: list[Job] = []
    vibrations = None
    if parameters.temperature and parameters.vibrations == "phonons":
        vibrating = named(
            vibrate(
                found.entries,
                found.names,
                known_vibrations(request),
                parameters=parameters,
                glass_energy=glass_energy,
                engine_name=request.engine,
                engine_arguments=CampaignMaker.of(request).arguments_of(request.engine),
                preset=request.preset,
            ),
            "displace the stable phases",
        )
        jobs.append(vibrating)
        vibrations = vibrating.output
    result = named(
        conclude(
            found.entries,
            vibrations,
            parameters=parameters,
            glass_energy=glass_energy,
            engine=found.engine,
            record={
                "preset": request.preset,
                "parameters": parameters.model_dump(mode="json"),
                "input_fingerprint": hashlib.sha256(found.key.encode()).hexdigest(),
                "source_structure": found.source
                if request.source is None
                else f"{found.source}; the material: {request.source}",
                "parent_uuids": found.parents,
            },
            further=further,
            rungs=list(rungs),
        ),
        "result",
    )
    if further is not None or rungs:
        tolerate_failures(result)
    return [*jobs, result]


def known_vibrations(request: Request) -> dict[str, PhononRecord]:
    """Find phonons of earlier runs, by the label of the start."""
    parameters, store = request.parameters, request.store
    if store is None:
        return {}
    settings = phonon_parameters(parameters)
    arguments = CampaignMaker.of(request).arguments_of(request.engine)
    prints: dict[str, str] = {}
    for entry in phases_of(parameters.elements):
        engine = phonon_engine(
            request.engine, entry.primitive(), settings, arguments, request.preset
        )
        for start in starts_of(entry, orders_with(engine, parameters)):
            prints[start.label] = phonon_fingerprint(engine, start.structure, settings)
    found = find_outputs(
        store,
        names=[phonons_name(name) for name in prints],
        field="phase_fingerprint",
        values=list(prints.values()),
        model=PhononRecord,
    )
    surrogate = engine.describe().surrogate
    return {
        name: found[value]
        for name, value in prints.items()
        if value in found and found[value].engine.surrogate == surrogate
    }


def _of_glass(
    parameters: StabilityParameters, glass_energy: GlassEnergy, *, given: bool
) -> StabilityParameters:
    """Return the parameters with the composition of the glass."""
    if given and not composition(parameters.composition).fractional_composition.almost_equals(
        composition(glass_energy.formula).fractional_composition, rtol=0, atol=1e-3
    ):
        raise ParameterError(
            f"composition={parameters.composition} is not that of glass {glass_energy.uuid[:8]}, "
            f"{glass_energy.formula}; leave composition out"
        )
    return parameters.model_copy(update={"composition": glass_energy.formula})


def engine_key(engine: EngineInfo) -> str:
    """Return the text of an engine in the fingerprint of a result."""
    return json.dumps(engine.identity, separators=(",", ":"), ensure_ascii=False)
