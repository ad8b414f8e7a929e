"""Write the VASP directories of the glass campaign, to be run by other means."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from atomate2.vasp.files import write_vasp_input_set
from atomate2.vasp.jobs.md import MDMaker
from jobflow import Flow
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import VaspInput

from liponflow import __version__
from liponflow.engines.engine import Engine
from liponflow.freeformat.incar import Value
from liponflow.freeformat.kpoints import DEFAULT_SPACING
from liponflow.inputs.difference import Difference
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.presets import Cited
from liponflow.inputs.protocol import Stage, describe_stage, takes_mean_cell
from liponflow.inputs.vasp.applied import OPTIONS, dynamics_sources
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import (
    functional,
    incar_differences,
    mesh_difference,
    read_incar,
    read_poscar,
)
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.generator import input_set, write_inputs
from liponflow.inputs.vasp.glass import md_sources
from liponflow.inputs.vasp.md import SegmentSetGenerator
from liponflow.inputs.vasp.options import VaspOptions
from liponflow.inputs.vasp.potcar import has_potcar_library, missing_potcars, potcar_note
from liponflow.runners.documents import all_jobs
from liponflow.workflows.glass.flow import GlassMaker
from liponflow.workflows.glass.volume import first_volumes
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.request import InputsRequest

VOLUME, DYNAMICS, RELAX = "volume", "dynamics", "relax"

FREE = frozenset({"NSW", "RANDOM_SEED", "SYSTEM", "TEBEG", "TEEND"})
"""INCAR keys that differ between the segments of one stage of dynamics."""


class Segment(NamedTuple):
    """One run of VASP in a stage."""

    name: str
    stage: Stage
    maker: MDMaker
    structure: Structure
    """That of the first segment, whose POSCAR is known."""


def write(request: InputsRequest[GlassParameters], root: Path) -> Contents:
    """Write the dynamics, in segments, and the relaxation of every model.

    Input sets are those that the jobs of the ``vasp`` engine write. Every segment but the first
    has a ``POSCAR.from`` in place of its POSCAR. The properties of a glass depend on the relaxed
    models and are not written.
    """
    parameters = request.parameters
    maker = GlassMaker(parameters, "vasp", request.preset, dict(request.engine_arguments))
    starts = maker.starts(request.structure, request.source)
    engine = maker.engine(parameters.force_limit)
    formula = starts[0].structure.composition.formula.replace(" ", "")
    functional = input_set(engine.relax()).config_dict["POTCAR_FUNCTIONAL"]
    sets: dict[str, Any] = {}
    for start in starts:
        folder = root / f"seed-{start.origin.seed}"
        sets |= _write_model(engine, parameters, start.structure, start.origin.seed, folder)
    return Contents(
        about={
            "material": formula,
            "structure": request.source or starts[0].origin.start,
            "models": {start.origin.seed: list(start.origin.notes) for start in starts},
        },
        sets=sets,
        readme=_readme(parameters, formula, request.preset, potcar_note(functional)),
        count=len(starts),
        noun="model",
        notes=missing_potcars(),
    )


def compare(
    directory: Path, parameters: GlassParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory of dynamics (IBRION = 0) or of a relaxation.

    Dynamics is compared with the stage that is most like it; the length of the segment, its
    temperatures and its seed are free.

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    theirs, structure = read_incar(directory), read_poscar(directory).structure
    maker = GlassMaker(parameters, "vasp", engine_arguments=dict(arguments))
    engine = maker.engine(parameters.force_limit)
    if theirs.get("IBRION") != 0:
        wanted = input_set(engine.relax(cell=parameters.relax_cell))
        return compare_directory(directory, wanted, {})
    stages = [*parameters.protocol, parameters.volume_stage]
    candidates = [
        _differences(engine, directory, theirs, segment, structure)
        for stage in stages
        for segment in segments(engine, parameters, [stage], structure, parameters.seed)[:1]
    ]
    return min(candidates, key=lambda found: sum(item.role.matters for item in found))


INPUTS = InputDirectories(write, compare, engine="vasp")


def segments(
    engine: Engine,
    parameters: GlassParameters,
    stages: Sequence[Stage],
    structure: Structure,
    seed: int,
) -> list[Segment]:
    """List the VASP runs that the engine makes of stages, in order."""
    flow = engine.md(stages, seed=seed, chunk_steps=parameters.segment_steps).make(structure)
    return segments_of(cast("Flow", flow), stages)


def segments_of(flow: Flow, stages: Sequence[Stage]) -> list[Segment]:
    """List the VASP runs of a flow of dynamics, in order."""
    by_name = {stage.name: stage for stage in stages}
    jobs = [job for job in all_jobs(flow) if isinstance(job.maker, MDMaker)]
    start = jobs[0].function_args[0]
    return [
        Segment(
            f"{number:02d}-{job.name.replace(' ', '-')}",
            by_name[job.name.rpartition(" ")[0]],  # the rest is the segment's number
            cast("MDMaker", job.maker),
            start,
        )
        for number, job in enumerate(jobs, start=1)
    ]


def _write_model(
    engine: Engine, parameters: GlassParameters, structure: Structure, seed: int, folder: Path
) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if parameters.volume == "pressure-volume":
        for flow in first_volumes(engine, parameters, structure, seed):
            runs = segments_of(flow, [parameters.volume_stage])
            volume = runs[0].structure.volume
            record |= _write_segments(engine, runs, folder / VOLUME / f"{volume:.0f}")
    last: str | None = None
    if parameters.protocol:
        runs = segments(engine, parameters, parameters.protocol, structure, seed)
        record |= _write_segments(engine, runs, folder / DYNAMICS)
        last = f"../{DYNAMICS}/{runs[-1].name}"
    if parameters.relax:
        wanted = input_set(engine.relax(cell=parameters.relax_cell))
        record[RELAX] = write_inputs(structure, wanted, folder / RELAX)
        if last is not None:
            write_earlier(folder / RELAX, [last], Taken.STRUCTURE)
    return record


def _write_segments(
    engine: Engine, runs: Sequence[Segment], folder: Path
) -> dict[str, dict[str, Cited]]:
    """Write consecutive segments, and return the input sets of each stage."""
    written: dict[str, dict[str, Cited]] = {}
    for number, run in enumerate(runs):
        path = folder / run.name
        generator = cast("SegmentSetGenerator", run.maker.input_set_generator)
        write_vasp_input_set(
            run.structure,
            generator,
            path,
            potcar_spec=not has_potcar_library(),
            clean_prev=False,
        )
        if number > 0:
            write_earlier(path, *_earlier(runs[:number], run.stage))
        incar = read_incar(path)
        sources = _sources(engine, run)
        written[f"dynamics, stage {run.stage.name}"] = {
            key: Cited(value=incar[key], source=sources.get(key, _ATOMATE2)) for key in incar
        } | {
            "POTCAR": Cited(
                value=[generator.user_potcar_functional, *generator.potcar_symbols],
                source=sources.get("POTCAR", _ATOMATE2),
            )
        }
    return written


_ATOMATE2 = "atomate2's set for molecular dynamics"

_OF_THE_STAGE = (
    "TEBEG",
    "TEEND",
    "NSW",
    "POTIM",
    "MDALGO",
    "SMASS",
    "ISIF",
    "LANGEVIN_GAMMA",
    "LANGEVIN_GAMMA_L",
    "CSVR_PERIOD",
    "PSTRESS",
    "RANDOM_SEED",
    "ANDERSEN_PROB",
)


def _sources(engine: Engine, run: Segment) -> dict[str, str]:
    of_the_stage = dict.fromkeys(_OF_THE_STAGE, f"stage {run.stage.name!r} of the protocol")
    generator = cast("SegmentSetGenerator", run.maker.input_set_generator)
    options = VaspOptions.of(engine.options.arguments)
    own = {**md_sources(), **generator.changes(run.structure), **dynamics_sources(options)}
    potcar = {"POTCAR": OPTIONS} if options.potcar or options.potcar_release else {}
    return of_the_stage | potcar | {key: entry["source"] for key, entry in own.items()}


def _differences(
    engine: Engine,
    directory: Path,
    theirs: Mapping[str, Value],
    run: Segment,
    structure: Structure,
) -> list[Difference]:
    ours: VaspInput = run.maker.input_set_generator.get_input_set(
        structure.get_sorted_structure(), potcar_spec=True
    )
    sources = _sources(engine, run)
    found = incar_differences(theirs, ours, sources, _ATOMATE2, functional(directory))
    # atomate2's generator writes no KPOINTS where it has KSPACING.
    mesh = ours.kpoints or float(ours.incar.get("KSPACING", DEFAULT_SPACING))
    source = sources.get("KPOINTS", _ATOMATE2)
    found += mesh_difference(directory, theirs, mesh, structure, source)
    return [item for item in found if item.key not in FREE]


def _earlier(before: Sequence[Segment], stage: Stage) -> tuple[list[str], Taken]:
    """Return what a run continues, and what it takes from that."""
    last = before[-1].stage
    if last is stage:
        return [f"../{before[-1].name}"], Taken.EVERYTHING
    if takes_mean_cell(last, stage):
        return [f"../{run.name}" for run in before if run.stage is last], Taken.MEAN_CELL
    return [f"../{before[-1].name}"], Taken.MOTION


def _in_order(directories: str) -> str:
    """Return the command that runs directories of every model, each with its POSCAR."""
    return (
        f'       $ for run in seed-*/{directories}; do liponflow inputs --poscar "$run" && '
        '(cd "$run" && vasp_std); done\n'
    )


def _readme(parameters: GlassParameters, formula: str, preset: str, potcar: str) -> str:
    steps = []
    if parameters.volume == "pressure-volume":
        stage = parameters.volume_stage
        steps.append(
            f"Dynamics at {parameters.volume_points} volumes (Å³, the name of the directory), "
            f"{describe_stage(stage)}:\n\n{_in_order(VOLUME + '/*/*')}\n"
            "   Average the pressure over the second half of each, fit it against the volume, and "
            f"scale the POSCAR of the first segment of `{DYNAMICS}` to the volume without pressure"
        )
    if parameters.protocol:
        listed = "; ".join(describe_stage(stage) for stage in parameters.protocol)
        steps.append(
            f"Dynamics in the order of the numbers: {listed}.\n\n{_in_order(DYNAMICS + '/*')}\n"
            "   The first command of each makes its POSCAR, as `POSCAR.from` says. A segment of a "
            "stage goes on with the CONTCAR before it. The first one of a further stage takes "
            "positions and velocities, without the state of thermostat and barostat, with which "
            "VASP stops; after a stage at constant pressure, in the lattice averaged over its "
            "second half"
        )
    if parameters.relax:
        steps.append(
            "The last structure, relaxed until no force is above "
            f"{parameters.force_limit:g} eV/Å:\n\n{_in_order(RELAX)}"
        )
    numbered = "\n".join(f"{index + 1}. {step}" for index, step in enumerate(steps))
    return _README.format(
        formula=formula,
        preset=preset,
        version=__version__,
        models="one model" if parameters.n_models == 1 else f"{parameters.n_models} models",
        potcar=potcar,
        steps=numbered,
    )


_README = """\
# {formula} glass by VASP

Inputs of {models} of the preset `{preset}`, written by liponflow {version}.
`provenance.yaml` says where each value comes from, and what each model was built of.
{potcar}
## What to run, in this order

Run the commands here; `vasp_std` stands for your own.

{steps}

`liponflow run glass --engine vasp` does all this by itself, the fit of the volume and the
measuring included. Properties (elastic moduli, glass transition) start from the relaxed models
and have no directories here. `liponflow analyze glass` measures any vasprun.xml or XDATCAR.
"""
