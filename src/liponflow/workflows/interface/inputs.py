"""Write the VASP directories of the interface campaign, to be run by other means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liponflow import __version__
from liponflow.inputs.difference import Difference
from liponflow.inputs.interface import InterfaceParameters
from liponflow.inputs.protocol import describe_stage
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.generator import input_set, write_inputs
from liponflow.inputs.vasp.open_shells import open_shells
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.workflows.dynamics.inputs import compare_dynamics, segments, write_segments
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.interface.flow import interface_engine, start_of
from liponflow.workflows.request import InputsRequest

RELAX, DYNAMICS = "relax", "dynamics"


def write(request: InputsRequest[InterfaceParameters], root: Path) -> Contents:
    """Write the relaxation of the stack, and its dynamics in segments."""
    parameters = request.parameters
    structure, layers, source = start_of(request)
    engine = interface_engine("vasp", parameters, dict(request.engine_arguments), structure)
    engine.check(structure)
    sets: dict[str, Any] = {}
    wanted = input_set(engine.relax(cell=False))
    if parameters.relax:
        sets[RELAX] = write_inputs(structure, wanted, root / RELAX)
    runs = segments(
        engine,
        parameters.protocol,
        structure,
        seed=parameters.seed,
        chunk_steps=parameters.segment_steps,
    )
    sets |= write_segments(engine, runs, root / DYNAMICS)
    if parameters.relax:
        write_earlier(root / DYNAMICS / runs[0].name, [f"../../{RELAX}"], Taken.STRUCTURE)
    return Contents(
        about={"material": structure.composition.formula, "structure": source, "layers": layers},
        sets=sets,
        readme=_readme(parameters, source, request.preset, wanted.config_dict),
        count=len(runs) + parameters.relax,
        noun="run",
        notes=missing_potcars(),
    )


def compare(
    directory: Path, parameters: InterfaceParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory of dynamics (IBRION = 0) or of the relaxation.

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    structure = read_poscar(directory).structure
    engine = interface_engine("vasp", parameters, arguments, structure)
    if read_incar(directory).get("IBRION") != 0:
        metals = open_shells(structure)
        moments: Mapping[str, float] = metals["MAGMOM"]["value"] if metals else {}
        return compare_directory(directory, input_set(engine.relax(cell=False)), moments)
    return compare_dynamics(engine, directory, parameters.protocol)


INPUTS = InputDirectories(write, compare, engine="vasp")


def _readme(
    parameters: InterfaceParameters, source: str, preset: str, config: Mapping[str, Any]
) -> str:
    places = [*([RELAX] if parameters.relax else []), f"{DYNAMICS}/*"]
    return _README.format(
        preset=preset,
        version=__version__,
        source=source,
        potcar=potcar_note(config["POTCAR_FUNCTIONAL"]),
        stages="; ".join(describe_stage(stage) for stage in parameters.protocol),
        places=" ".join(places),
    )


_README = """\
# An interface by VASP

Inputs of the preset `{preset}`, written by liponflow {version}.
The model: {source}.
`provenance.yaml` says where each value comes from, and what the layers are made of.
{potcar}
## What to run

In this order; `vasp_std` stands for your own command:

    $ for run in {places}; do liponflow inputs --poscar "$run" && (cd "$run" && vasp_std); done

The dynamics: {stages}. The first command of each makes its POSCAR, as `POSCAR.from` says.
`liponflow run interface --engine vasp` does all this by itself, and `liponflow analyze interface`
measures the vasprun.xml files.
"""
