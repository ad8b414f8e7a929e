"""The supercells of a phonon calculation as VASP directories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liponflow import __version__
from liponflow.inputs.phonons import TOPIC, PhononParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.stability import initial_moments, phonon_relax_set, phonon_static_set
from liponflow.inputs.vasp.compare import Difference, read_incar
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.generator import has_potcar_library, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.structures.phonons import displacements, refined_primitive
from liponflow.structures.read import read_structure
from liponflow.workflows.input_directories import (
    WrittenInputs,
    campaign_record,
    check_vacant,
    new_directory,
    potcar_note,
    write_readme,
    write_sidecar,
)

REST = "at-rest"


def write(
    out: Path,
    *,
    preset: str,
    overrides: Mapping[str, Any] | None = None,
    structure_file: Path | None = None,
) -> WrittenInputs:
    """Write the supercells of a relaxed crystal: at rest, and with one atom displaced.

    Parameters
    ----------
    out
        Directory to write to; it must be empty or not exist. It is complete or not written.
    preset
        ``quick`` or ``paper``.
    overrides
        Parameters that replace the preset's.
    structure_file
        The relaxed crystal.

    Returns
    -------
    WrittenInputs

    Raises
    ------
    FileExistsError
        If `out` holds anything.
    ValueError
        If no structure is given, a parameter or the structure cannot be used, or the POTCAR
        library lacks a file.
    """
    check_vacant(out)
    parameters = load_parameters(PhononParameters, TOPIC, preset, overrides)
    if structure_file is None:
        raise ParameterError(
            "atoms are displaced from where they are at rest: give the relaxed crystal "
            "(CONTCAR) by --structure; `liponflow inputs stability` writes relaxations"
        )
    cell = refined_primitive(read_structure(structure_file))
    found = displacements(cell, min_length=parameters.min_length, distance=parameters.distance)
    record = campaign_record(
        TOPIC,
        parameters,
        preset,
        overrides,
        material=cell.composition.reduced_formula,
        structure=str(structure_file),
    )
    generator = phonon_static_set()
    with new_directory(out) as root:
        record["static"] = write_inputs(found.supercell, generator, root / REST)
        for number, structure in enumerate(found.structures, start=1):
            write_inputs(structure, generator, root / f"displaced-{number:03d}")
        record["repeats"] = list(found.repeats)
        record["displacements"] = found.dataset
        write_sidecar(root, record)
        functional, *_ = record["static"]["POTCAR"]["value"]
        write_readme(
            root,
            _README.format(
                material=record["material"],
                version=__version__,
                n=len(found.structures),
                atoms=len(found.supercell),
                repeats="x".join(map(str, found.repeats)),
                distance=parameters.distance,
                potcar=potcar_note(functional),
            ),
        )
    return WrittenInputs(out, len(found.structures) + 1, "supercell", has_potcar_library())


def compare(
    directory: Path, *, preset: str, overrides: Mapping[str, Any] | None = None
) -> list[Difference]:
    """Compare a user's VASP directory with the one that the campaign would write.

    Parameters
    ----------
    directory
        VASP directory of a supercell or of the relaxation before it (by its NSW).
    preset, overrides
        As for :func:`write`.

    Raises
    ------
    ParameterError
        If the directory is none of VASP's.
    """
    parameters = load_parameters(PhononParameters, TOPIC, preset, overrides or {})
    static = is_static(read_incar(directory))
    generator = (
        phonon_static_set()
        if static
        else phonon_relax_set(parameters.force_limit, parameters.max_steps)
    )
    return compare_directory(directory, generator, initial_moments(directory))


_README = """\
# Phonons of {material} by VASP

Written by liponflow {version}. `provenance.yaml` says where each value comes from, and which atom
moved where.
{potcar}
## What to run

`{rest}` and `displaced-001` to `displaced-{n:03d}`: supercells of {atoms} atoms ({repeats} of the
primitive cell), in which one atom is {distance:g} Å off its place. They are independent of each
other. Do not change the order of the atoms. The forces of `{rest}` are subtracted from the others.

phonopy makes the force constants of the `vasprun.xml` files; `liponflow run phonons --engine vasp`
does all this by itself.
"""
_README = _README.replace("{rest}", REST)
