"""Write the reference crystals of the stability campaign as VASP directories."""

from collections.abc import Mapping, Sequence
from math import copysign
from pathlib import Path
from typing import Any

from liponflow import __version__
from liponflow.engines.engine import Engine
from liponflow.inputs.difference import Difference
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.stability import TOPIC, StabilityParameters, magnetic_moments
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.inputs.vasp.generator import input_set, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.inputs.vasp.stability import initial_moments
from liponflow.structures.magnetic_orders import open_shells
from liponflow.structures.phases import phase
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.request import InputsRequest
from liponflow.workflows.stability.flow import crystals, stability_engine
from liponflow.workflows.stability.phases import Start, starts_of

RELAX, STATIC = "relax", "static"

_ANY = "quick"
"""Preset: VASP sets depend on the parameters alone, whatever they started from."""


def write(request: InputsRequest[StabilityParameters], root: Path) -> Contents:
    """Write a relaxation and a static calculation of every reference crystal."""
    parameters = request.parameters
    chosen, engine = crystals(parameters), _engine(parameters, request.engine_arguments)
    starts = [start for entry in chosen for start in starts_of(entry, parameters.magnetic_orders)]
    sets: dict[str, dict[str, Any]] = {RELAX: {}, STATIC: {}}
    for start in starts:
        for task, written in _write_start(start, engine, root / directory_of(start)).items():
            sets[task] |= written
    functional, *_ = sets[RELAX]["POTCAR"]["value"]
    for written in sets.values():
        # Meshes differ from crystal to crystal, their source does not.
        written["KPOINTS"] = load_data(TOPIC)["vasp"]["kpoints"]
    return Contents(
        about={"material": parameters.composition},
        sets=sets
        | {
            "crystals": {entry.name: entry.source for entry in chosen},
            "magnetic orders": load_data(TOPIC)["magnetic_moments"],
        },
        readme=_README.format(
            system="-".join(parameters.elements),
            version=__version__,
            n=len(starts),
            force_limit=parameters.force_limit,
            corrections=_CHANGED if request.engine_arguments else _UNCHANGED,
            potcar=potcar_note(functional),
            rows="\n".join(_row(start) for start in starts),
        ),
        count=len(starts),
        noun="reference relaxation",
        notes=missing_potcars(),
    )


def compare(
    directory: Path, parameters: StabilityParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory of a relaxation or static calculation, by its NSW.

    Energies of a directory that differs in U, functional, POTCAR or cutoff cannot be corrected.
    Any magnetic order with our moments is no difference.

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    engine = _engine(parameters, arguments)
    maker = engine.static() if is_static(read_incar(directory)) else engine.relax()
    return compare_directory(directory, input_set(maker), _moments_of(directory))


INPUTS = InputDirectories(write, compare, engine="vasp")


def _engine(parameters: StabilityParameters, arguments: Mapping[str, Any]) -> Engine:
    return stability_engine("vasp", parameters, arguments, _ANY)


def _moments_of(directory: Path) -> Mapping[str, float] | Sequence[float]:
    """Return the initial moments that we give to the crystal of a directory, with its signs."""
    structure = read_poscar(directory).structure
    shells = open_shells(structure)
    if not shells:
        return initial_moments(directory)
    known = magnetic_moments()
    symbols = [site.specie.symbol for site in structure]
    sizes = [known[symbol] if symbol in shells else 0.0 for symbol in symbols]
    given = read_incar(directory).get("MAGMOM")
    if not isinstance(given, list) or len(given) != len(sizes):
        return sizes
    return [copysign(size, float(theirs)) for size, theirs in zip(sizes, given, strict=True)]


def directory_of(start: Start) -> Path:
    """Return the directory of a start, below that of its crystal where it is a magnetic order."""
    return Path(start.crystal, *([start.order] if start.order else []))


def _write_start(start: Start, engine: Engine, path: Path) -> dict[str, dict[str, Cited]]:
    structure = start.structure
    written = {
        RELAX: write_inputs(structure, input_set(engine.relax()), path / RELAX),
        STATIC: write_inputs(structure, input_set(engine.static()), path / STATIC),
    }
    write_earlier(path / STATIC, [f"../{RELAX}"], Taken.STRUCTURE)
    return written


def _row(start: Start) -> str:
    entry = phase(start.crystal)
    return (
        f"| `{directory_of(start)}` | {entry.reduced_formula} | {entry.spacegroup} | "
        f"{len(start.structure)} | {entry.coordinate_status} |"
    )


_UNCHANGED = "so that its corrections of 2020 apply"
_CHANGED = """\
apart from your options (`engine_arguments` in
`provenance.yaml`). Its corrections of 2020 are for PBE and PBE+U only"""

_README = """\
# Reference crystals of {system} by VASP

Written by liponflow {version}. `provenance.yaml` says where each value and each crystal comes
from. The settings are those of the Materials Project, {corrections}.
{potcar}
## What to run, in this order

Run the commands here; `vasp_std` stands for your own.

1. {n} relaxations of cell and ions, independent of each other. One counts if VASP reached the
   required accuracy (no force above {force_limit:g} eV/Å); if it ran out of steps, copy CONTCAR to
   POSCAR and run it again.

       $ for run in $(find . -name relax | sort); do (cd "$run" && vasp_std); done

2. A static calculation next to each. Its `POSCAR.from` names the relaxation, and the first
   command makes POSCAR of it.

       $ liponflow inputs --poscar .
       $ for run in $(find . -name static | sort); do (cd "$run" && vasp_std); done

3. Into the results store:

       $ liponflow ingest .

`liponflow run stability --set source=store` makes a phase diagram of them. O2 and N2 are not
here: gases enter by reference. `liponflow run stability --engine vasp` does all this by itself.

## Crystals

The last column tells how far the start is to be trusted: relaxed by DFT, from an experiment, by
a prototype, not compared with the print (unverified), or derived. Of crystals with open d shells
there is a directory for every magnetic order, the most likely ones by superexchange (parameter
magnetic_orders); the lowest counts.

| directory | formula | space group | atoms | coordinates |
| --- | --- | --- | --- | --- |
{rows}
"""
