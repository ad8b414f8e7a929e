"""The transport campaign: dynamics at several temperatures, and what the ions do in them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from jobflow import Flow, Job, JobStore
from jobflow.core.reference import OutputReference
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint
from liponflow.analysis.transport.regions import parse_regions
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.transport import TOPIC, TransportParameters
from liponflow.inputs.vasp.glass import md_incar, static_set
from liponflow.inputs.vasp.open_shells import open_shells, refuse, with_hubbard_u, without_values
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.workflows.further_engines import further_names, wire_further
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.request import Request, RunRequest
from liponflow.workflows.stored_glass import named_glass
from liponflow.workflows.transport.jobs import conclude_transport

NARROWEST = 7.0
"""Least distance of opposite faces of the cell, Å (our choice): shells of anions reach to 3.4 Å,
and no anion should be in a shell twice."""
_FORCE_LIMIT, _STEPS = 0.05, 2
"""Of relaxations, which this campaign does not have."""


class Start(NamedTuple):
    """What is heated."""

    structure: Structure
    source: str


def flow(request: RunRequest[TransportParameters]) -> Flow:
    """Make the flow of a request.

    Raises
    ------
    ParameterError
        If there is no such ion or model, the cell is too narrow, or a region cannot be read.
    StoredGlassError
        If there is no such glass.
    """
    return heated(request, start_of(request, request.store))


def heated(
    request: RunRequest[TransportParameters],
    start: Start,
    structure: Structure | OutputReference | None = None,
) -> Flow:
    """Wire the dynamics of a structure and what is measured in them.

    Parameters
    ----------
    request
        Request of the campaign.
    start
        What is heated.
    structure
        Reference to it where another job makes it, with the elements and the size of `start`.
    """
    parameters = request.parameters
    user = CampaignMaker.of(request)
    user.check_arguments(parameters.models)
    material = start.structure if structure is None else structure

    def named_engine(name: str) -> Engine:
        return transport_engine(name, user.arguments_of(name), start.structure)

    def dynamics(engine: Engine, label: str = "") -> list[Flow | Job]:
        engine.require("md")
        engine.check(start.structure)
        return [
            engine.md(
                parameters.stages(temperature),
                seed=parameters.seed + number,
                frame_interval=parameters.frame_interval,
                chunk_steps=parameters.segment_steps,
                name=f"dynamics {temperature:g} K{label}",
            ).make(material)
            for number, temperature in enumerate(parameters.temperatures)
        ]

    def further(other: Engine) -> tuple[list[Flow | Job], list[Any]]:
        found = dynamics(other, f" {other.name}")
        return found, [run.output for run in found]

    engine = named_engine(request.engine)
    runs = dynamics(engine)
    others = wire_further(further_names(parameters.models, request.engine), named_engine, further)
    document = parameters.model_dump(mode="json")
    result = named(
        conclude_transport(
            [run.output for run in runs],
            parameters=parameters,
            made={
                "preset": request.preset,
                "parameters": document,
                "input_fingerprint": fingerprint(start.structure, engine.describe(), document),
                "source_structure": start.source,
                "parent_uuids": [run.uuid for run in runs],
            },
            further=others.comparison,
        ),
        "result",
    )
    tolerate_failures(result)
    return Flow([*runs, *others.jobs, result], output=result.output, name=TOPIC)


def start_of(request: Request[TransportParameters], store: JobStore | None) -> Start:
    """Return the structure that is heated: the user's, or a model of a glass.

    Raises
    ------
    ParameterError
        If it cannot be used; see :func:`flow`.
    """
    parameters = request.parameters
    if request.structure is not None:
        unused = [name for name in ("glass", "model") if name in request.overrides]
        if unused:
            raise ParameterError(
                f"{', '.join(unused)}: not applicable with --structure, which is heated; omit one "
                "of the two"
            )
        start = Start(request.structure.get_sorted_structure(), str(request.source))
    else:
        start = _of_glass(parameters, store)
    elements = sorted(element.symbol for element in start.structure.elements)
    if parameters.species not in elements:
        present = ", ".join(elements)
        raise ParameterError(f"species={parameters.species}: {start.source} has only {present}")
    lattice = start.structure.lattice
    width = min(lattice.d_hkl(plane) for plane in ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    if width < NARROWEST:
        raise ParameterError(
            f"{start.source}: opposite faces of the cell are {width:.2f} Å apart, and "
            f"{NARROWEST:g} Å are the least, or ions move together with their own images: give "
            "a supercell"
        )
    try:
        parse_regions(parameters.regions)
    except ValueError as error:
        raise ParameterError(str(error)) from error
    return start


def _of_glass(parameters: TransportParameters, store: JobStore | None) -> Start:
    found = named_glass(parameters.glass, store)
    if parameters.model >= len(found.models):
        raise ParameterError(
            f"model={parameters.model}: the {found.name} has {len(found.models)}, counted from 0"
        )
    number = f", model {parameters.model}" if len(found.models) > 1 else ""
    structure = found.models[parameters.model].get_sorted_structure()
    return Start(structure, f"{found.name}{number}: {found.source}")


def transport_engine(name: str, arguments: Mapping[str, Any], structure: Structure) -> Engine:
    """Return the engine, with the VASP set of dynamics of the glass campaign.

    A structure with the metals of the cathode has their spins, starting moments and U too.
    """
    metals = open_shells(structure)
    sets = VaspSets(
        relax=static_set(),
        static=static_set(),
        md_incar={**md_incar(), **metals},
        functional="PBE+U" if metals else "PBE",
        check=check_metals,
    )
    return get_engine(name, EngineOptions(_FORCE_LIMIT, _STEPS, {FAMILY: sets}, arguments))


def check_metals(structure: Structure) -> None:
    """Refuse a metal that needs a starting moment and U where none are known.

    Others, such as Ti and Zr in electrolytes, have no d electrons.

    Raises
    ------
    ValueError
        If there is one.
    """
    refuse([metal for metal in without_values(structure) if with_hubbard_u(metal)], "transport")
