"""Write the supercells of a phonon calculation as VASP directories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure

from liponflow import __version__
from liponflow.crystals.supercell import label_of
from liponflow.engines.engine import Engine
from liponflow.formulas import reduced_formula
from liponflow.inputs.difference import Difference
from liponflow.inputs.phonons import PhononParameters, displacement
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.generator import input_set, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.inputs.vasp.stability import initial_moments
from liponflow.structures.phonons import cell_to_repeat, displacements, replaced_cell
from liponflow.workflows.cells import tell_replaced
from liponflow.workflows.input_directories import Contents, InputDirectories
from liponflow.workflows.phonons.flow import phonon_engine
from liponflow.workflows.request import InputsRequest

REST = "at-rest"

_ANY = "quick"
"""Preset: VASP sets depend on the parameters alone, whatever they started from."""


def write(request: InputsRequest[PhononParameters], root: Path) -> Contents:
    """Write the supercells of a relaxed crystal: at rest, and with one atom displaced.

    Raises
    ------
    ParameterError
        If no structure is given.
    """
    parameters = request.parameters
    if request.structure is None:
        raise ParameterError(
            "atoms are displaced from a relaxed structure: give the relaxed crystal "
            "(CONTCAR) by --structure; `liponflow inputs stability` writes relaxations"
        )
    cell = cell_to_repeat(request.structure, parameters.supercell)
    remark = replaced_cell(request.structure, cell)
    if remark:
        tell_replaced(remark)
    found = displacements(
        cell,
        min_length=parameters.min_length,
        distance=displacement(parameters, dft=True),
        supercell=parameters.supercell,
    )
    generator = input_set(_engine(cell, parameters, request.engine_arguments).static())
    static = write_inputs(found.supercell, generator, root / REST)
    for number, structure in enumerate(found.structures, start=1):
        write_inputs(structure, generator, root / f"displaced-{number:03d}")
    material = reduced_formula(cell.composition)
    functional, *_ = static["POTCAR"]["value"]
    return Contents(
        about={
            "material": material,
            "structure": request.source,
            **({"cell": remark} if remark else {}),
        },
        sets={
            "static": static,
            "repeats": np.array(found.repeats).tolist(),
            "displacements": found.dataset,
        },
        readme=_README.format(
            material=material,
            version=__version__,
            n=len(found.structures),
            atoms=len(found.supercell),
            repeats=label_of(found.repeats),
            cell="primitive cell" if parameters.supercell is None else "given cell",
            distance=displacement(parameters, dft=True),
            potcar=potcar_note(functional),
        ),
        count=len(found.structures) + 1,
        noun="supercell",
        notes=missing_potcars(),
    )


def compare(
    directory: Path, parameters: PhononParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory of a supercell or of the relaxation before it, by its NSW.

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    engine = _engine(read_poscar(directory).structure, parameters, arguments)
    maker = engine.static() if is_static(read_incar(directory)) else engine.relax()
    return compare_directory(directory, input_set(maker), initial_moments(directory))


INPUTS = InputDirectories(write, compare, engine="vasp")


def _engine(
    structure: Structure, parameters: PhononParameters, arguments: Mapping[str, Any]
) -> Engine:
    return phonon_engine("vasp", structure, parameters, arguments, _ANY)


_README = """\
# Phonons of {material} by VASP

Written by liponflow {version}. `provenance.yaml` says where each value comes from, and which atom
moved where.
{potcar}
## What to run

`{rest}` and `displaced-001` to `displaced-{n:03d}`: supercells of {atoms} atoms ({repeats} of the
{cell}), in which one atom is displaced by {distance:g} Å. They are independent of each
other. Do not change the order of the atoms. The forces of `{rest}` are subtracted from the others.
Run here, where `vasp_std` stands for your own command:

    $ for run in {rest} displaced-*; do (cd "$run" && vasp_std); done

phonopy makes the force constants of the `vasprun.xml` files; `liponflow run phonons --engine vasp`
does all this by itself.
"""
_README = _README.replace("{rest}", REST)
