"""The interface campaign: build the stack, relax it, move it, and measure what formed."""

from importlib.util import find_spec
from typing import Any

from jobflow import Flow, Job
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
from liponflow.workflows.interface.jobs import conclude, insert, relaxed_structure
from liponflow.workflows.interface.model import built_model, describe_model, layer_documents
from liponflow.workflows.jobs import named
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
    user.check_arguments([])
    structure, layers, source = start_of(request)
    arguments = user.arguments_of(request.engine)
    engine = interface_engine(request.engine, parameters, arguments, structure)
    engine.require("md", *(["relax"] if parameters.relax else []))
    engine.check(structure)
    engine.check_memory(structure)
    jobs: list[Flow | Job] = []
    current: Any = structure
    if parameters.relax:
        relaxation: Flow | Job = named(
            engine.relax(cell=False, max_step=LONGEST_STEP).make(structure), "relax interface"
        )
        start = named(
            relaxed_structure(
                relaxation.output, engine=engine.describe(), force_limit=engine.force_limit
            ),
            "relaxed interface",
        )
        jobs += [relaxation, start]
        current = start.output
    insertion: Any = []
    if parameters.insertion_points:
        engine.require("static")
        inserted = named(
            insert(
                current,
                engine.static(),
                engine.describe(),
                points=parameters.insertion_points,
                zone=parameters.zone,
            ),
            "insert Li",
        )
        announce(inserted, [*planned_by(engine.static(), structure)] * parameters.insertion_points)
        jobs.append(inserted)
        insertion = inserted.output
    dynamics: Flow | Job = engine.md(
        parameters.protocol,
        seed=parameters.seed,
        frame_interval=parameters.frame_interval,
        chunk_steps=parameters.segment_steps,
        name="dynamics",
    ).make(current)
    document = parameters.model_dump(mode="json")
    result = named(
        conclude(
            dynamics.output,
            layers=layers,
            record={
                "preset": request.preset,
                "parameters": document,
                "input_fingerprint": fingerprint(structure, engine.describe(), document),
                "source_structure": source,
                "parent_uuids": [dynamics.output.uuid],
            },
            zone=parameters.zone,
            phases=parameters.phases,
            last_stage=parameters.protocol[-1].name,
            insertion=insertion,
        ),
        "result",
    )
    return Flow([*jobs, dynamics, result], output=result.output, name=TOPIC)
