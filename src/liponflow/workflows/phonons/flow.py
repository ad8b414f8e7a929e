"""The phonon campaign: relax a crystal, displace its atoms, and solve its vibrations.

atomate2's own phonon flow pins phonopy below 4; this one is thin, and the same for any engine.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jobflow import Flow, Job
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.planned import DISPLACEMENT, announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.formulas import reduced_formula
from liponflow.inputs.compounds import is_metal
from liponflow.inputs.gpaw.settings import gpaw_inputs
from liponflow.inputs.phonons import TOPIC, PhononParameters, displacement
from liponflow.inputs.vasp import stability as settings
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.structures.magnetic_orders import open_shells
from liponflow.structures.phases import phase
from liponflow.structures.phonons import (
    cell_to_repeat,
    displacements,
    primitive_start,
    replaced_cell,
)
from liponflow.workflows.cells import tell_replaced
from liponflow.workflows.further_engines import further_names, wire_further
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.phonons.jobs import EngineVibrations, conclude_phonons, displace
from liponflow.workflows.request import RunRequest

METAL = "phonons_metal"
"""GPAW settings of crystals of metals alone."""


def flow(request: RunRequest[PhononParameters]) -> Flow:
    """Make the flow of a request, with the primitive cell unless a supercell is asked for."""
    parameters = request.parameters
    remarks: list[str] = []
    if request.structure is None:
        entry = phase(parameters.phase)
        name, source, structure = entry.name, f"{entry.name}: {entry.source}", entry.primitive()
    else:
        structure, remark = request.structure, ""
        if parameters.supercell is None:
            structure = primitive_start(structure)
            remark = replaced_cell(request.structure, structure)
        name, source = reduced_formula(structure.composition), str(request.source)
        if remark:
            tell_replaced(remark)
            source = f"{source}: {remark}"
            remarks.append(remark)
    user = CampaignMaker.of(request)
    user.check_arguments(parameters.models)

    def engine(name: str) -> Engine:
        arguments = user.arguments_of(name)
        return phonon_engine(name, structure, parameters, arguments, request.preset)

    code = engine(request.engine)
    shells = sorted(open_shells(structure))
    if shells and code.needs_initial_moments and "magmom" not in structure.site_properties:
        remarks.append(
            f"the moments of {', '.join(shells)} start parallel; give a structure with the site "
            "property magmom (JSON of pymatgen) for another magnetic order"
        )
    jobs, computed = _vibrations(code, structure, name, parameters)

    def further(other: Engine) -> tuple[list[Flow | Job], EngineVibrations]:
        return _vibrations(other, structure, name, parameters, label=f" {other.name}")

    others = wire_further(further_names(parameters.models, request.engine), engine, further)
    document = _with_displacement(parameters, code).model_dump(mode="json")
    result = named(
        conclude_phonons(
            computed["record"],
            computed["relaxation"],
            force_limit=parameters.force_limit,
            made={
                "preset": request.preset,
                "parameters": document,
                "input_fingerprint": phonon_fingerprint(code, structure, parameters),
                "source_structure": source,
                "parent_uuids": [job.uuid for job in jobs],
            },
            engine=code.describe(),
            further=others.comparison,
            **({"remarks": remarks} if remarks else {}),
        ),
        "result",
    )
    tolerate_failures(result)
    return Flow([*jobs, *others.jobs, result], output=result.output, name=TOPIC)


def _vibrations(
    engine: Engine,
    structure: Structure,
    name: str,
    parameters: PhononParameters,
    *,
    label: str = "",
) -> tuple[list[Flow | Job], EngineVibrations]:
    """Wire the calculations of one engine, refused if it cannot do them."""
    engine.require("relax", "static")
    engine.check(structure)
    relaxation, displaced = vibration_jobs(engine, structure, name, parameters, label=label)
    record: Any = displaced.output
    computed = EngineVibrations(
        record=record, relaxation=relaxation.output, engine=engine.describe()
    )
    return [relaxation, displaced], computed


def phonon_engine(
    name: str,
    structure: Structure,
    parameters: PhononParameters,
    arguments: Mapping[str, Any],
    preset: str,
) -> Engine:
    """Return the engine of the phonons of a crystal, with DFT settings of a metal or a compound.

    Those of VASP are the sets of the stability campaign.
    """
    sets = VaspSets(
        relax=settings.phonon_relax_set(structure, parameters.force_limit, parameters.max_steps),
        static=settings.phonon_static_set(structure),
    )
    inputs = {FAMILY: sets, **gpaw_inputs(METAL if is_metal(structure) else TOPIC, preset)}
    options = EngineOptions(parameters.force_limit, parameters.max_steps, inputs, arguments)
    return get_engine(name, options)


def vibration_jobs(
    engine: Engine,
    structure: Structure,
    name: str,
    parameters: PhononParameters,
    *,
    label: str = "",
) -> tuple[Flow | Job, Job]:
    """Relax a crystal and displace its atoms.

    Parameters
    ----------
    engine
        See :func:`phonon_engine`.
    structure
        The crystal.
    name
        Its name.
    parameters
        Supercell, displacement and mesh.
    label
        Addition to the names of both jobs, such as the engine.

    Returns
    -------
    Flow or Job, Job
        The relaxation, and the job whose output is the PhononRecord.
    """
    parameters = _with_displacement(parameters, engine)
    relaxation: Flow | Job = named(
        engine.relax().make(structure), f"relax {name} for phonons{label}"
    )
    displaced = named(
        displace(
            relaxation.output,
            engine.static(),
            name=name,
            phase_fingerprint=phonon_fingerprint(engine, structure, parameters),
            engine=engine.describe(),
            parameters=parameters,
        ),
        f"displace {name}{label}",
    )
    expected = displacements(
        cell_to_repeat(structure, parameters.supercell),
        min_length=parameters.min_length,
        distance=displacement(parameters, dft=not engine.describe().surrogate),
        supercell=parameters.supercell,
    )
    engine.check_memory(expected.supercell)
    static = planned_by(engine.static(), expected.supercell)
    count = len(expected.structures) + 1
    announce(displaced, [replace(one, kind=DISPLACEMENT) for one in static] * count)
    return relaxation, displaced


def phonon_fingerprint(engine: Engine, structure: Structure, parameters: PhononParameters) -> str:
    """Compute the SHA-256 of the start, the engine and the settings of a phonon calculation."""
    # What was computed before there was a choice of supercell has the same fingerprint without it.
    unused = {
        "phase",
        "models",
        "disagreement",
        "plausible",
        *({"supercell"} if parameters.supercell is None else ()),
    }
    known = _with_displacement(parameters, engine).model_dump(exclude=unused)
    return fingerprint(structure, engine.describe(), known)


def _with_displacement(parameters: PhononParameters, engine: Engine) -> PhononParameters:
    distance = displacement(parameters, dft=not engine.describe().surrogate)
    return parameters.model_copy(update={"distance": distance})
