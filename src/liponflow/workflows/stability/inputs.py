"""The reference crystals of the stability campaign as VASP directories."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from liponflow import __version__
from liponflow.inputs.presets import Cited, load_data, load_parameters
from liponflow.inputs.stability import (
    TOPIC,
    StabilityParameters,
    initial_moments,
    relax_set,
    static_set,
)
from liponflow.inputs.vasp.compare import Difference, read_incar
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.generator import has_potcar_library, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.structures.phases import Phase
from liponflow.workflows.input_directories import (
    WrittenInputs,
    campaign_record,
    check_vacant,
    new_directory,
    potcar_note,
    write_readme,
    write_sidecar,
)
from liponflow.workflows.stability.flow import crystals, with_composition

RELAX, STATIC = "relax", "static"


def write(
    out: Path,
    *,
    preset: str,
    overrides: Mapping[str, Any] | None = None,
    structure_file: Path | None = None,
) -> WrittenInputs:
    """Write a relaxation and a static calculation of every reference crystal.

    Parameters
    ----------
    out
        Directory to write to; it must be empty or not exist. It is complete or not written.
    preset
        ``quick`` or ``paper``.
    overrides
        Parameters that replace the preset's.
    structure_file
        A structure whose composition is that of the material.

    Returns
    -------
    WrittenInputs

    Raises
    ------
    FileExistsError
        If `out` holds anything.
    ValueError
        If a parameter cannot be used, or the POTCAR library lacks a file.
    """
    check_vacant(out)
    overrides = with_composition(overrides, structure_file)
    parameters = load_parameters(StabilityParameters, TOPIC, preset, overrides)
    chosen = crystals(parameters)
    record = campaign_record(TOPIC, parameters, preset, overrides, material=parameters.composition)
    with new_directory(out) as root:
        sets: dict[str, dict[str, Cited]] = {RELAX: {}, STATIC: {}}
        for entry in chosen:
            for task, written in _write_crystal(entry, parameters, root / entry.name).items():
                sets[task] |= written
        for written in sets.values():
            # Meshes differ from crystal to crystal, what they come from does not.
            written["KPOINTS"] = load_data(TOPIC)["vasp"]["kpoints"]
        record |= sets
        record["crystals"] = {entry.name: entry.source for entry in chosen}
        write_sidecar(root, record)
        write_readme(root, _readme(chosen, parameters, record))
    return WrittenInputs(out, len(chosen), "reference crystal", has_potcar_library())


def compare(
    directory: Path, *, preset: str, overrides: Mapping[str, Any] | None = None
) -> list[Difference]:
    """Compare a user's VASP directory with the one that the campaign would write.

    Parameters
    ----------
    directory
        VASP directory of a relaxation or static calculation (by its NSW).
    preset, overrides
        As for :func:`write`.

    Returns
    -------
    list of Difference
        Empty if they agree; energies of a directory that differs in U, functional, POTCAR or
        cutoff cannot be corrected.

    Raises
    ------
    ParameterError
        If the directory is none of VASP's.
    """
    parameters = load_parameters(StabilityParameters, TOPIC, preset, overrides or {})
    static = is_static(read_incar(directory))
    generator = static_set() if static else relax_set(parameters)
    return compare_directory(directory, generator, initial_moments(directory))


def _write_crystal(
    entry: Phase, parameters: StabilityParameters, path: Path
) -> dict[str, dict[str, Cited]]:
    structure = entry.primitive()
    written = {
        RELAX: write_inputs(structure, relax_set(parameters), path / RELAX),
        STATIC: write_inputs(structure, static_set(), path / STATIC),
    }
    poscar = path / STATIC / "POSCAR"
    poscar.unlink()
    # Dangling until the relaxation has run: VASP cannot take the unrelaxed structure.
    poscar.symlink_to(Path("..", RELAX, "CONTCAR"))
    return written


def _readme(
    chosen: Sequence[Phase], parameters: StabilityParameters, record: Mapping[str, Any]
) -> str:
    functional, *_ = record[RELAX]["POTCAR"]["value"]
    rows = [
        f"| `{entry.name}` | {entry.reduced_formula} | {entry.spacegroup} | "
        f"{len(entry.primitive())} | {entry.coordinate_status} |"
        for entry in chosen
    ]
    return _README.format(
        system="-".join(parameters.elements),
        version=__version__,
        n=len(chosen),
        force_limit=parameters.force_limit,
        potcar=potcar_note(functional),
        rows="\n".join(rows),
    )


_README = """\
# Reference crystals of {system} by VASP

Written by liponflow {version}. `provenance.yaml` says where each value and each crystal comes
from. The settings are those of the Materials Project, so that its corrections of 2020 fit.
{potcar}
## What to run, in this order

1. `*/relax`: {n} relaxations of cell and ions, independent of each other. One counts if VASP
   reached the required accuracy (no force above {force_limit:g} eV/Å); if it ran out of steps,
   copy CONTCAR to POSCAR and run it again.
2. `static` beside each. Its POSCAR is a link to the CONTCAR of the relaxation and leads nowhere
   until that has run.

Then `liponflow ingest` takes the directories into the results store, and
`liponflow run stability --set source=store` makes a phase diagram of them. O2 and N2 are not
here: gases enter by reference. `liponflow run stability --engine vasp` does all this by itself.

## Crystals

The last column tells how far the start is to be trusted: relaxed by DFT, from an experiment, by
a prototype, not compared with the print (unverified), or derived.

| directory | formula | space group | atoms | coordinates |
| --- | --- | --- | --- | --- |
{rows}
"""
