"""Write the VASP directories of the glass campaign, to be run by other means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymatgen.core.structure import Structure

from liponflow import __version__
from liponflow.engines.engine import Engine
from liponflow.inputs.difference import Difference
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.protocol import describe_stage
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import read_incar
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.generator import input_set, write_inputs
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.workflows.dynamics.inputs import (
    compare_dynamics,
    segments,
    segments_of,
    write_segments,
)
from liponflow.workflows.glass.flow import GlassMaker
from liponflow.workflows.glass.volume import first_volumes
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.request import InputsRequest

VOLUME, DYNAMICS, RELAX = "volume", "dynamics", "relax"


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

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    maker = GlassMaker(parameters, "vasp", engine_arguments=dict(arguments))
    engine = maker.engine(parameters.force_limit)
    if read_incar(directory).get("IBRION") != 0:
        wanted = input_set(engine.relax(cell=parameters.relax_cell))
        return compare_directory(directory, wanted, {})
    return compare_dynamics(engine, directory, [*parameters.protocol, parameters.volume_stage])


INPUTS = InputDirectories(write, compare, engine="vasp")


def _write_model(
    engine: Engine, parameters: GlassParameters, structure: Structure, seed: int, folder: Path
) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if parameters.volume == "pressure-volume":
        for flow in first_volumes(engine, parameters, structure, seed):
            runs = segments_of(flow, [parameters.volume_stage])
            volume = runs[0].structure.volume
            record |= write_segments(engine, runs, folder / VOLUME / f"{volume:.0f}")
    last: str | None = None
    if parameters.protocol:
        runs = segments(
            engine, parameters.protocol, structure, seed=seed, chunk_steps=parameters.segment_steps
        )
        record |= write_segments(engine, runs, folder / DYNAMICS)
        last = f"../{DYNAMICS}/{runs[-1].name}"
    if parameters.relax:
        wanted = input_set(engine.relax(cell=parameters.relax_cell))
        record[RELAX] = write_inputs(structure, wanted, folder / RELAX)
        if last is not None:
            write_earlier(folder / RELAX, [last], Taken.STRUCTURE)
    return record


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
            "stage continues with the CONTCAR before it. The first one of a further stage takes "
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
