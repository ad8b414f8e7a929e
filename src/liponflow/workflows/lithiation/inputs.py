"""Write the VASP directories of the lithiation campaign, to be run by other means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liponflow import __version__
from liponflow.inputs.difference import Difference
from liponflow.inputs.lithiation import LithiationParameters, check_hubbard
from liponflow.inputs.presets import Cited
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.generator import CitedInputGenerator, input_set, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.workflows.cells import tell_replaced
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.lithiation.flow import (
    Candidate,
    LithiationMaker,
    alkali_metal,
    candidates_at,
    host_and_contents,
)
from liponflow.workflows.request import InputsRequest

VASP, RELAX, STATIC = "vasp", "relax", "static"
METAL_NAMES = {
    "Li": "lithium",
    "Na": "sodium",
    "K": "potassium",
    "Rb": "rubidium",
    "Cs": "caesium",
}


def write(request: InputsRequest[LithiationParameters], root: Path) -> Contents:
    """Write every VASP calculation that the campaign may need.

    Structures and input sets are those of the ``vasp`` engine. The engine computes the static
    calculation of the lowest candidate alone, and starts it from the relaxed moments; the
    ``static`` directories start from the same moments as the relaxation.
    """
    parameters = request.parameters
    lithiation_host, contents = host_and_contents(request.structure, parameters)
    check_hubbard(lithiation_host.pristine, parameters)
    if lithiation_host.remark:
        tell_replaced(lithiation_host.remark)
    candidates = [
        candidate
        for x in contents.x
        for candidate in candidates_at(lithiation_host, x, parameters)[0]
    ]
    intercalant = lithiation_host.unit.intercalant
    metal, metal_directory = alkali_metal(intercalant), metal_path(intercalant)
    maker = LithiationMaker(parameters, VASP, request.preset, dict(request.engine_arguments))
    metal_set = input_set(maker.metal_engine(VASP).relax())
    written = {metal_directory: write_inputs(metal, metal_set, root / metal_directory / RELAX)}
    engine = maker.engine(VASP)
    sets = {RELAX: input_set(engine.relax()), STATIC: input_set(engine.static())}
    for candidate in candidates:
        # The record of the last one stands for all: x ascends, so that it has every element.
        written |= _write_candidate(candidate, sets, root / candidate_path(candidate))
    material = lithiation_host.unit.formula
    functional, *_ = written[metal_directory]["POTCAR"]["value"]
    return Contents(
        about={
            "material": material,
            "structure": request.source or f"built-in, {parameters.ordering}",
            **({"cell": lithiation_host.remark} if lithiation_host.remark else {}),
        },
        sets=written,
        readme=_README.format(
            material=material,
            preset=request.preset,
            version=__version__,
            n=len(candidates),
            metal=intercalant,
            metal_directory=metal_directory,
            variable=lithiation_host.unit.variable,
            force_limit=parameters.force_limit,
            potcar=potcar_note(functional),
            rows="\n".join(map(_row, candidates)),
        ),
        count=len(candidates),
        noun="candidate",
        notes=[*contents.remarks, *missing_potcars()],
    )


def compare(
    directory: Path, parameters: LithiationParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory of the oxide or of the metal; its NSW tells which calculation.

    Raises
    ------
    ParameterError
        If it is not a VASP directory, or has a transition metal without U or moment.
    """
    structure = read_poscar(directory).structure
    maker = LithiationMaker(parameters, VASP, engine_arguments=dict(arguments))
    if len(structure.composition.elements) == 1:
        return compare_directory(directory, input_set(maker.metal_engine(VASP).relax()), {})
    check_hubbard(structure, parameters)
    with_magmoms(structure, parameters.magmoms)
    engine = maker.engine(VASP)
    job_maker = engine.static() if is_static(read_incar(directory)) else engine.relax()
    return compare_directory(directory, input_set(job_maker), parameters.magmoms)


INPUTS = InputDirectories(write, compare, engine=VASP)


def metal_path(intercalant: str) -> str:
    """Return the directory of the metal of an intercalant, relative to that of the campaign."""
    return f"{METAL_NAMES[intercalant]}-metal"


def candidate_path(candidate: Candidate) -> Path:
    """Return the directory of a candidate, relative to that of the campaign.

    The parts are content, sites of the intercalant, rank by Ewald energy and start cell.
    """
    record = candidate.record
    return Path(f"x={record.x:.3f}", f"{record.family}-{record.ewald_rank}-{record.start_cell}")


def _write_candidate(
    candidate: Candidate, sets: Mapping[str, CitedInputGenerator], path: Path
) -> dict[str, dict[str, Cited]]:
    written = {
        name: write_inputs(candidate.structure, generator, path / name)
        for name, generator in sets.items()
    }
    write_earlier(path / STATIC, [f"../{RELAX}"], Taken.STRUCTURE)
    return written


def _row(candidate: Candidate) -> str:
    path, size = candidate_path(candidate), len(candidate.structure)
    return f"| `{path}` | {size} | {candidate.record.multiplicity} |"


_README = """\
# Lithiation of {material} by VASP

Inputs of the preset `{preset}`, written by liponflow {version}. `provenance.yaml` says where each
value comes from.
{potcar}
## What to run, in this order

Run the commands here; `vasp_std` stands for your own.

1. bcc {metal}, the reference of the voltages:

       $ (cd {metal_directory}/relax && vasp_std)

2. {n} relaxations of cell and ions, independent of each other:

       $ for run in x=*/*/relax; do (cd "$run" && vasp_std); done

   One counts if VASP reached the required accuracy (no force above {force_limit:g} eV/Å); if it
   ran out of steps, copy CONTCAR to POSCAR and run it again.
3. A static calculation next to the relaxation of lowest energy of each x; the others are not
   needed. Its `POSCAR.from` names the relaxation, and the first command makes POSCAR of it:

       $ liponflow inputs --poscar .
       $ for run in x=*/*/static; do (cd "$run" && vasp_std); done

   MAGMOM holds the same start as in the relaxation; the ferrimagnetic order (Ni against Mn) should
   be found again in OUTCAR.
4. Into the results store:

       $ liponflow ingest .

Do not change the order of the atoms: MAGMOM follows that of POSCAR.

`liponflow run lithiation --engine vasp` does all this by itself, and starts each static
calculation from the relaxed moments.

## Candidates

The names of the directories give: content x in {variable}, which sites hold
{metal}, rank by Ewald energy (0 the lowest) and the cell from which the relaxation starts.

| directory | atoms | symmetry-equivalent arrangements |
| --- | --- | --- |
{rows}
"""
