"""The EELS campaign: spectra of absorbing sites, a job each, and their averages."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.eels.broadening import Broadening
from liponflow.analysis.eels.result import EELSMaterial
from liponflow.analysis.provenance import fingerprint
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.planned import announce, announced
from liponflow.engines.registry import get_engine
from liponflow.inputs.eels import TOPIC, EELSParameters
from liponflow.inputs.feff.edges import Edge, parse_edge
from liponflow.structures.eels.sites import choose_sites
from liponflow.workflows.eels.jobs import EdgePlan, ScanPlan, conclude_eels, scan_scf
from liponflow.workflows.eels.materials import edges_of, has, materials_of
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.request import RunRequest


def flow(request: RunRequest[EELSParameters]) -> Flow:
    """Make the flow of a request.

    Raises
    ------
    EngineError
        If the engine computes no spectra.
    MaterialError, ClusterError
        If a material, an edge or a cluster cannot be computed.
    """
    parameters = request.parameters
    engine = _engine(request)
    materials = materials_of(request, request.store)
    for item in materials:
        for model in item.models:
            engine.check(model)
    plans = list(edge_plans(parameters, materials, edges_of(request, materials)))
    maker = engine.spectrum(parameters.cards)
    jobs: list[Flow | Job] = []
    outputs: list[Any] = []
    known: dict[tuple[int, int, int, Edge], Job] = {}
    for plan in plans:
        material = materials[plan.material]
        sites = []
        for site in plan.choice.computed:
            runs = []
            for edge in parse_edge(plan.edge).runs:
                # L3 may be asked for beside L23, which contains it.
                place = (plan.material, plan.model, site, edge)
                if place not in known:
                    known[place] = _spectrum(maker, material, plan.model, site, edge)
                    jobs.append(known[place])
                runs.append(known[place].output)
            sites.append(runs)
        outputs.append(sites)
    scans = [
        _scan(engine, parameters, materials[plan.material].models[plan.model], scan, jobs)
        for plan, scan in _scan_plans(parameters, materials, plans)
    ]
    document = parameters.model_dump(mode="json")
    result = named(
        conclude_eels(
            materials,
            plans,
            outputs,
            [scan.output for scan in scans],
            broadening=Broadening(
                instrument=parameters.instrument_width,
                core_hole=parameters.core_hole_width,
                final_state=parameters.final_state,
            ),
            engine=engine.describe(),
            made={
                "preset": request.preset,
                "parameters": document,
                "input_fingerprint": _fingerprint(engine, materials, document),
                "source_structure": "; ".join(f"{one.name}: {one.source}" for one in materials),
                "parent_uuids": [job.uuid for job in jobs],
            },
        ),
        "result",
    )
    tolerate_failures(result)
    return Flow([*jobs, result], output=result.output, name=TOPIC)


def _engine(request: RunRequest[EELSParameters]) -> Engine:
    user = CampaignMaker.of(request)
    user.check_arguments([])
    # There is no relaxation, so its limits are never used.
    options = EngineOptions(1.0, 2, arguments=user.arguments_of(request.engine))
    engine = get_engine(request.engine, options)
    engine.require("spectrum")
    return engine


def edge_plans(
    parameters: EELSParameters, materials: Sequence[EELSMaterial], edges: Sequence[Edge]
) -> Iterator[EdgePlan]:
    """Yield the edges of every model that has their elements, edge by edge."""
    for edge in edges:
        for number, material in enumerate(materials):
            if not has(material, edge.element):
                continue
            for model, structure in enumerate(material.models):
                choice = choose_sites(
                    structure,
                    edge.element,
                    most=parameters.representatives,
                    second_members=parameters.second_members,
                )
                yield EdgePlan(material=number, model=model, edge=str(edge), choice=choice)


def _spectrum(maker: Maker, material: EELSMaterial, model: int, site: int, edge: Edge) -> Job:
    made: Any = maker.make(material.models[model], site, str(edge))
    of_model = f" model {model}" if len(material.models) > 1 else ""
    job: Job = named(made, f"{material.name}{of_model} {edge} site {site}")
    return job


def _scan_plans(
    parameters: EELSParameters,
    materials: Sequence[EELSMaterial],
    plans: Sequence[EdgePlan],
) -> Iterator[tuple[EdgePlan, ScanPlan]]:
    """Yield a scan per edge and material, on the site of its first model with most weight."""
    if not parameters.scan_scf and not parameters.scan_fms:
        return
    for plan in plans:
        if plan.model:
            continue
        weights = plan.choice.weights
        yield (
            plan,
            ScanPlan(
                material=materials[plan.material].name,
                edge=str(parse_edge(plan.edge).runs[-1]),
                site=plan.choice.computed[weights.index(max(weights))],
                scf_radii=tuple(parameters.scan_scf) or (parameters.scf_radius,),
                fms_radii=tuple(parameters.scan_fms),
                fms_radius=parameters.fms_radius,
                limit=parameters.scan_limit,
            ),
        )


def _scan(
    engine: Engine,
    parameters: EELSParameters,
    structure: Structure,
    plan: ScanPlan,
    jobs: list[Flow | Job],
) -> Job:
    """Wire a scan: its runs of the potentials now, those of multiple scattering when it knows."""
    cards = parameters.cards
    runs: list[Job] = []
    if parameters.scan_scf:
        for radius in plan.scf_radii:
            maker = engine.spectrum(cards.model_copy(update={"scf_radius": radius}))
            run: Any = maker.make(structure, plan.site, plan.edge)
            runs.append(named(run, f"scan SCF {radius:g} Å {plan.name}"))
    makers = [
        [
            engine.spectrum(cards.model_copy(update={"scf_radius": scf, "fms_radius": fms}))
            for fms in plan.fms_radii
        ]
        for scf in plan.scf_radii
    ]
    made = named(
        scan_scf([run.output for run in runs], structure, makers, plan), f"scan {plan.name}"
    )
    # The largest radius of the potentials is announced, as nobody knows which will be taken.
    later: list[Any] = [maker.make(structure, plan.site, plan.edge) for maker in makers[-1]]
    announce(made, [item for one in later for item in announced(one) or []])
    jobs += [*runs, made]
    return made


def _fingerprint(
    engine: Engine, materials: Sequence[EELSMaterial], parameters: dict[str, Any]
) -> str:
    """Compute the SHA-256 of all structures, the engine and the parameters."""
    prints = [
        fingerprint(model, engine.describe(), parameters)
        for item in materials
        for model in item.models
    ]
    return hashlib.sha256("\n".join(prints).encode()).hexdigest()
