"""The lithiation campaign as VASP directories, for whoever runs VASP by other means."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pymatgen.core.periodic_table import Element

from liponflow import __version__
from liponflow.inputs.lithiation import (
    TOPIC,
    LithiationParameters,
    check_hubbard,
    lithium_metal_set,
    relax_set,
    static_set,
)
from liponflow.inputs.presets import Cited, load_data, load_parameters
from liponflow.inputs.vasp.compare import Difference, read_incar, read_poscar
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.generator import CitedInputGenerator, has_potcar_library, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.structures.lithiation.candidates import check_x, with_magmoms
from liponflow.structures.lithiation.host import host
from liponflow.structures.lithium import bcc_lithium
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
from liponflow.workflows.lithiation.flow import Candidate, built_in, candidates_at

RELAX, STATIC, METAL = "relax", "static", "lithium-metal"


def write(
    out: Path,
    *,
    preset: str,
    overrides: Mapping[str, Any] | None = None,
    structure_file: Path | None = None,
) -> WrittenInputs:
    """Write the directory of every VASP calculation that the campaign can come to.

    Parameters
    ----------
    out
        Directory to write to; it must be empty or not exist. It is complete or not written.
    preset
        ``quick`` or ``paper``.
    overrides
        Parameters that replace the preset's.
    structure_file
        Pristine structure, x = 1; the built-in LiNi0.5Mn1.5O4 if None.

    Returns
    -------
    WrittenInputs

    Raises
    ------
    FileExistsError
        If `out` holds anything.
    ValueError
        If a parameter or the structure cannot be used, or the POTCAR library lacks a file.

    Notes
    -----
    Structures and input sets are those of the ``vasp`` engine. It alone computes the static
    calculation only of the lowest candidate, and starts it from the relaxed moments; the
    ``static`` directories start from the same moments as the relaxation.
    """
    check_vacant(out)
    parameters = load_parameters(LithiationParameters, TOPIC, preset, overrides)
    structure = read_structure(structure_file) if structure_file else built_in(parameters)
    check_hubbard(structure, parameters)
    lithiation_host = host(structure, parameters.supercell)
    candidates = [
        candidate
        for x in [check_x(lithiation_host, x) for x in parameters.x]
        for candidate in candidates_at(lithiation_host, x, parameters)[0]
    ]
    record = campaign_record(
        TOPIC,
        parameters,
        preset,
        overrides,
        material=lithiation_host.pristine.composition.reduced_formula,
        structure=str(structure_file or f"built-in, {parameters.ordering}"),
    )
    with new_directory(out) as root:
        metal = bcc_lithium(load_data(TOPIC)["lithium_metal"]["a"]["value"])
        record[METAL] = write_inputs(metal, lithium_metal_set(parameters), root / METAL / RELAX)
        sets = {RELAX: relax_set(parameters), STATIC: static_set(parameters)}
        for candidate in candidates:
            # What the last one says stands for all: x ascends, so that it has every element.
            record |= _write_candidate(candidate, sets, root / candidate_path(candidate))
        write_sidecar(root, record)
        write_readme(root, _readme(candidates, record))
    return WrittenInputs(out, len(candidates), "candidate", has_potcar_library())


def compare(
    directory: Path, *, preset: str, overrides: Mapping[str, Any] | None = None
) -> list[Difference]:
    """Compare a user's VASP directory with the one that the campaign would write.

    Parameters
    ----------
    directory
        VASP directory of a relaxation or static calculation (by its NSW), of the oxide or of
        Li metal.
    preset, overrides
        As for :func:`write`.

    Returns
    -------
    list of Difference
        Empty if they agree.

    Raises
    ------
    ParameterError
        If the directory is none of VASP's, or has a transition metal without U or moment.
    """
    parameters = load_parameters(LithiationParameters, TOPIC, preset, overrides or {})
    structure = read_poscar(directory).structure
    if structure.composition.elements == [Element("Li")]:
        return compare_directory(directory, lithium_metal_set(parameters), {})
    check_hubbard(structure, parameters)
    with_magmoms(structure, parameters.magmoms)
    static = is_static(read_incar(directory))
    generator = (static_set if static else relax_set)(parameters)
    return compare_directory(directory, generator, parameters.magmoms)


def candidate_path(candidate: Candidate) -> Path:
    """Directory of a candidate below that of the campaign.

    The parts are Li content, sites of the Li, rank by Ewald energy and start cell.
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
    poscar = path / STATIC / "POSCAR"
    poscar.unlink()
    # Dangling until the relaxation has run: VASP cannot take the unrelaxed structure.
    poscar.symlink_to(Path("..", RELAX, "CONTCAR"))
    return written


def _readme(candidates: Sequence[Candidate], record: Mapping[str, Any]) -> str:
    functional, *_ = record[METAL]["POTCAR"]["value"]
    rows = [
        f"| `{candidate_path(candidate)}` | {len(candidate.structure)} "
        f"| {candidate.record.multiplicity} |"
        for candidate in candidates
    ]
    return _README.format(
        material=record["material"],
        preset=record["preset"],
        version=__version__,
        n=len(candidates),
        force_limit=record["parameters"]["force_limit"]["value"],
        potcar=potcar_note(functional),
        rows="\n".join(rows),
    )


_README = """\
# Lithiation of {material} by VASP

Inputs of the preset `{preset}`, written by liponflow {version}. `provenance.yaml` says where each
value comes from.
{potcar}
## What to run, in this order

1. `lithium-metal/relax`: bcc Li, the reference of the voltages.
2. `x=*/*/relax`: {n} relaxations of cell and ions, independent of each other. One counts if VASP
   reached the required accuracy (no force above {force_limit:g} eV/Å); if it ran out of steps,
   copy CONTCAR to POSCAR and run it again.
3. For each x, `static` beside the relaxation of lowest energy. Its POSCAR is a link to the
   CONTCAR of that relaxation and leads nowhere until that has run. MAGMOM holds the same start as
   in the relaxation; the ferrimagnetic order (Ni against Mn) should be found again in OUTCAR.

Do not change the order of the atoms: MAGMOM follows that of POSCAR.

`liponflow run lithiation --engine vasp` does all this by itself, and starts each static
calculation from the relaxed moments.

## Candidates

The directories say: Li content x, which sites hold the Li, rank by Ewald energy (0 the lowest)
and the cell from which the relaxation starts.

| directory | atoms | symmetry-equivalent arrangements |
| --- | --- | --- |
{rows}
"""
