"""The interface campaign: build the stack, relax it, move it, and measure what formed."""

from importlib.util import find_spec
from typing import Any

from jobflow import Flow, Job
from jobflow.core.reference import OutputReference
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint
from liponflow.crystals.plausible import check_plausible
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.planned import announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.inputs.interface import TOPIC, InterfaceParameters
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.interface import interface_sets
from liponflow.inputs.vasp.sets import FAMILY
from liponflow.workflows.further_engines import further_names, wire_further
from liponflow.workflows.interface.jobs import conclude, insert, relaxed_structure
from liponflow.workflows.interface.model import built_model, describe_model, layer_documents
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.request import Request, RunRequest

BUILDING = (
    "first",
    "first_miller",
    "first_thickness",
    "second",
    "second_miller",
    "second_thickness",
    "composition",
    "density",
    "neutral",
    "packing_time",
    "buffer",
    "buffer_thickness",
    "buffer_density",
    "gap",
    "boundary",
    "vacuum",
    "strain_limit",
    "strain_share",
    "min_length",
    "max_area",
)
"""Parameters of building a model; they do not apply to a user's own."""

LONGEST_STEP = 0.1
"""Longest step of an atom in the relaxation (Å): packed starts are far from training data."""


def start_of(
    request: Request[InterfaceParameters],
) -> tuple[Structure, list[dict[str, Any]], str]:
    """Return the model of a request, its layers as documents, and where it comes from.

    Raises
    ------
    ValueError
        If the model cannot be built, or parameters of building are given with a structure.
    """
    if request.structure is not None:
        if unused := [name for name in BUILDING if name in request.overrides]:
            raise ParameterError(
                f"{', '.join(unused)}: not applicable with --structure, which is used unchanged; "
                "omit one of the two"
            )
        return request.structure.get_sorted_structure(), [], str(request.source)
    model = built_model(request.parameters)
    if request.parameters.boundary == "periodic":
        check_plausible(model.structure, request.parameters.plausible, what="the stack")
    layers = [layer.model_dump(mode="json") for layer in layer_documents(model)]
    return model.structure, layers, f"built: {describe_model(model)}"


def interface_engine(
    name: str, parameters: InterfaceParameters, arguments: Any, structure: Structure
) -> Engine:
    """Return the engine of an interface, with the VASP sets of its elements."""
    sets = interface_sets(parameters.force_limit, parameters.max_steps, structure)
    options = EngineOptions(
        parameters.force_limit, parameters.max_steps, {FAMILY: sets}, arguments
    )
    return get_engine(name, options)


def flow(request: RunRequest[InterfaceParameters]) -> Flow:
    """Make the flow of a request.

    Raises
    ------
    ValueError
        If the model, the engine or an element cannot be used, before anything is computed.
    """
    parameters = request.parameters
    if parameters.phases and find_spec("dscribe") is None:
        raise ParameterError(
            "phases=true needs dscribe: pip install 'liponflow[interface]', or set phases=false"
        )
    user = CampaignMaker.of(request)
    user.check_arguments(parameters.models)
    structure, layers, source = start_of(request)

    def named_engine(name: str) -> Engine:
        return interface_engine(name, parameters, user.arguments_of(name), structure)

    def further(other: Engine) -> tuple[list[Flow | Job], Any]:
        found, output, _ = dynamics_of(other, structure, parameters, f" {other.name}")
        return found, output

    engine = named_engine(request.engine)
    jobs, dynamics, relaxed = dynamics_of(engine, structure, parameters)
    insertion: Any = []
    if parameters.insertion_points:
        inserted = inserted_lithium(engine, structure, relaxed, parameters)
        jobs.append(inserted)
        insertion = inserted.output
    others = wire_further(further_names(parameters.models, request.engine), named_engine, further)
    document = parameters.model_dump(mode="json")
    result = named(
        conclude(
            dynamics,
            layers=layers,
            record={
                "preset": request.preset,
                "parameters": document,
                "input_fingerprint": fingerprint(structure, engine.describe(), document),
                "source_structure": source,
                "parent_uuids": [dynamics.uuid],
            },
            zone=parameters.zone,
            phases=parameters.phases,
            last_stage=parameters.protocol[-1].name,
            insertion=insertion,
            further=others.comparison,
        ),
        "result",
    )
    tolerate_failures(result)
    return Flow([*jobs, *others.jobs, result], output=result.output, name=TOPIC)


def dynamics_of(
    engine: Engine, structure: Structure, parameters: InterfaceParameters, label: str = ""
) -> tuple[list[Flow | Job], OutputReference, Any]:
    """Wire the relaxation and the dynamics of a model with one engine.

    Parameters
    ----------
    engine
        The engine.
    structure
        The model.
    parameters
        Of the campaign.
    label
        Addition to the names of the jobs, such as the engine.

    Returns
    -------
    list, OutputReference, Structure or OutputReference
        The jobs, the output of the dynamics, and where they start.

    Raises
    ------
    ValueError
        If the engine cannot compute the model.
    """
    engine.require("md", *(["relax"] if parameters.relax else []))
    engine.check(structure)
    engine.check_memory(structure)
    jobs: list[Flow | Job] = []
    current: Any = structure
    if parameters.relax:
        relaxation: Flow | Job = named(
            engine.relax(cell=False, max_step=LONGEST_STEP).make(structure),
            f"relax interface{label}",
        )
        start = named(
            relaxed_structure(
                relaxation.output, engine=engine.describe(), force_limit=engine.force_limit
            ),
            f"relaxed interface{label}",
        )
        jobs += [relaxation, start]
        current = start.output
    dynamics: Flow | Job = engine.md(
        parameters.protocol,
        seed=parameters.seed,
        frame_interval=parameters.frame_interval,
        chunk_steps=parameters.segment_steps,
        name=f"dynamics{label}",
    ).make(current)
    return [*jobs, dynamics], dynamics.output, current


def inserted_lithium(
    engine: Engine, structure: Structure, relaxed: Any, parameters: InterfaceParameters
) -> Job:
    """Wire the energies of one Li on its way into the electrolyte."""
    engine.require("static")
    points = parameters.insertion_points
    inserted = named(
        insert(relaxed, engine.static(), engine.describe(), points=points, zone=parameters.zone),
        "insert Li",
    )
    announce(inserted, [*planned_by(engine.static(), structure)] * points)
    return inserted
