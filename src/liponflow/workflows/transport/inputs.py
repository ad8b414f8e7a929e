"""Write the dynamics of the transport campaign as VASP directories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liponflow import __version__
from liponflow.inputs.difference import Difference
from liponflow.inputs.protocol import describe_stage
from liponflow.inputs.transport import PRODUCTION, TransportParameters
from liponflow.inputs.vasp.compare import read_poscar
from liponflow.inputs.vasp.generator import input_set
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.workflows.dynamics.inputs import compare_dynamics, segments, write_segments
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.request import InputsRequest
from liponflow.workflows.transport.flow import start_of, transport_engine


def write(request: InputsRequest[TransportParameters], root: Path) -> Contents:
    """Write the dynamics at every temperature, in segments.

    Input sets are those that the jobs of the ``vasp`` engine write. Every segment but the first
    has a ``POSCAR.from`` in place of its POSCAR.
    """
    parameters, start = request.parameters, start_of(request, None)
    engine = transport_engine("vasp", request.engine_arguments, start.structure)
    engine.check(start.structure)
    sets: dict[str, Any] = {}
    for number, temperature in enumerate(parameters.temperatures):
        runs = segments(
            engine,
            parameters.stages(temperature),
            start.structure,
            seed=parameters.seed + number,
            chunk_steps=parameters.segment_steps,
        )
        written = write_segments(engine, runs, root / f"{temperature:g}K")
        sets |= {f"{temperature:g} K, {name}": entry for name, entry in written.items()}
    functional = input_set(engine.static()).config_dict["POTCAR_FUNCTIONAL"]
    formula = start.structure.composition.formula.replace(" ", "")
    return Contents(
        about={"material": formula, "structure": start.source},
        sets=sets,
        readme=_README.format(
            formula=formula,
            preset=request.preset,
            version=__version__,
            potcar=potcar_note(functional),
            stages="\n".join(
                f"- {describe_stage(stage)}"
                for stage in parameters.stages(parameters.temperatures[0])
            ),
            step=f"{parameters.time_step:g}",
            files=" ".join(f"{one:g}K/*-{PRODUCTION}-*" for one in parameters.temperatures),
            species=parameters.species,
        ),
        count=len(parameters.temperatures),
        noun="temperature",
        notes=missing_potcars(),
    )


def compare(
    directory: Path, parameters: TransportParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory of dynamics; its length, temperatures and seed are free.

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    engine = transport_engine("vasp", arguments, read_poscar(directory).structure)
    return compare_dynamics(engine, directory, parameters.stages(parameters.temperatures[0]))


INPUTS = InputDirectories(write, compare, engine="vasp")


_README = """\
# Transport in {formula} by VASP

Inputs of the preset `{preset}`, written by liponflow {version}. `provenance.yaml` says where each
value comes from.
{potcar}
## What to run

Dynamics at each temperature, here at the lowest:

{stages}

Temperatures are independent of each other; segments of one follow in the order of their numbers.
Run here, where `vasp_std` stands for your own command:

    $ for run in *K/*; do liponflow inputs --poscar "$run" && (cd "$run" && vasp_std); done

The first command of each makes its POSCAR, as `POSCAR.from` says: a segment continues with the
CONTCAR before it.

Then measure the production. Segments of one temperature are one run, so that each file needs its
temperature, which the name of its directory has:

    $ runs="{files}"
    $ liponflow analyze transport $(printf '%s/vasprun.xml\\n' $runs) --species {species} \\
        --time-step {step} --temperature $(printf '%s\\n' $runs | sed 's/K.*//')

`liponflow run transport --engine vasp` does all this by itself.
"""
