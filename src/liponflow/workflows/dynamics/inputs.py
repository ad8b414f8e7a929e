"""VASP directories of dynamics in segments, each of which continues from the one before it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from atomate2.vasp.files import write_vasp_input_set
from atomate2.vasp.jobs.md import MDMaker
from jobflow import Flow
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import VaspInput

from liponflow.engines.engine import Engine
from liponflow.freeformat.incar import Value
from liponflow.freeformat.kpoints import DEFAULT_SPACING
from liponflow.inputs.difference import Difference
from liponflow.inputs.presets import Cited, values
from liponflow.inputs.protocol import Stage, takes_mean_cell
from liponflow.inputs.vasp.applied import OPTIONS, with_options
from liponflow.inputs.vasp.compare import (
    functional,
    incar_differences,
    mesh_difference,
    read_incar,
    read_poscar,
    sorted_like_ours,
)
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.md import SegmentSetGenerator
from liponflow.inputs.vasp.options import VaspOptions
from liponflow.inputs.vasp.potcar import has_potcar_library
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.runners.documents import all_jobs

FREE = frozenset({"NSW", "RANDOM_SEED", "SYSTEM", "TEBEG", "TEEND"})
"""INCAR keys that differ between the segments of one stage of dynamics."""


class Segment(NamedTuple):
    """One run of VASP in a stage."""

    name: str
    stage: Stage
    maker: MDMaker
    structure: Structure
    """That of the first segment, whose POSCAR is known."""


def segments(
    engine: Engine,
    stages: Sequence[Stage],
    structure: Structure,
    *,
    seed: int,
    chunk_steps: int | None = None,
) -> list[Segment]:
    """List the VASP runs that the engine makes of stages, in order."""
    flow = engine.md(stages, seed=seed, chunk_steps=chunk_steps).make(structure)
    return segments_of(cast("Flow", flow), stages)


def segments_of(flow: Flow, stages: Sequence[Stage]) -> list[Segment]:
    """List the VASP runs of a flow of dynamics, in order."""
    by_name = {stage.name: stage for stage in stages}
    jobs = [job for job in all_jobs(flow) if isinstance(job.maker, MDMaker)]
    start = jobs[0].function_args[0]
    digits = max(2, len(str(len(jobs))))
    return [
        Segment(
            f"{number:0{digits}d}-{job.name.replace(' ', '-')}",
            by_name[job.name.rpartition(" ")[0]],  # the rest is the segment's number
            cast("MDMaker", job.maker),
            start,
        )
        for number, job in enumerate(jobs, start=1)
    ]


def write_segments(
    engine: Engine, runs: Sequence[Segment], folder: Path
) -> dict[str, dict[str, Cited]]:
    """Write consecutive segments, and return the input sets of each stage.

    Every segment but the first has a ``POSCAR.from`` in place of its POSCAR.
    """
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
        incar = read_incar(path) | _by_element(engine)
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


def _own_incar(engine: Engine) -> Mapping[str, Cited]:
    """Return the INCAR values of dynamics of the topic and of the user."""
    options = VaspOptions.of(engine.options.arguments)
    sets: VaspSets = with_options(engine.options.inputs[FAMILY], options)
    return sets.md_incar


def _by_element(engine: Engine) -> dict[str, Any]:
    """Return moments and U by element, where an INCAR has them by site or species."""
    own = values(_own_incar(engine))
    return {key: value for key, value in own.items() if isinstance(value, Mapping)}


def _sources(engine: Engine, run: Segment) -> dict[str, str]:
    of_the_stage = dict.fromkeys(_OF_THE_STAGE, f"stage {run.stage.name!r} of the protocol")
    generator = cast("SegmentSetGenerator", run.maker.input_set_generator)
    options = VaspOptions.of(engine.options.arguments)
    own = {**_own_incar(engine), **generator.changes(run.structure)}
    potcar = {"POTCAR": OPTIONS} if options.potcar or options.potcar_release else {}
    return of_the_stage | potcar | {key: entry["source"] for key, entry in own.items()}


def compare_dynamics(engine: Engine, directory: Path, stages: Sequence[Stage]) -> list[Difference]:
    """Compare a VASP directory of dynamics with the stage that is most like it.

    The length of the segment, its temperatures and its seed are free.

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    poscar = read_poscar(directory)
    theirs, structure = sorted_like_ours(read_incar(directory), poscar), poscar.structure
    candidates = [
        _differences(engine, directory, theirs, segments(engine, [stage], structure, seed=0)[0],
                     structure)
        for stage in stages
    ]  # fmt: skip
    return min(candidates, key=lambda found: sum(item.role.matters for item in found))


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
