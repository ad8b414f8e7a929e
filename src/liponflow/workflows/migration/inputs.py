"""The migration campaign as VASP directories, for whoever runs VASP by other means."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure

from liponflow import __version__
from liponflow.inputs.migration import (
    TOPIC,
    MigrationParameters,
    band_set,
    end_point_set,
    host_set,
    static_set,
)
from liponflow.inputs.presets import Cited, ParameterError, load_parameters
from liponflow.inputs.vasp.compare import Difference, read_incar
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.generator import CitedInputGenerator, has_potcar_library, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.structures.migration.end_points import hop_starts, moved, relaxed_ends
from liponflow.structures.migration.hop_cell import HopCell
from liponflow.structures.migration.hops import Hop, distinct_hops
from liponflow.structures.migration.images import interpolate
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
from liponflow.workflows.migration.flow import built_in
from liponflow.workflows.migration.sites import cell_of, in_order_of, starting_points

HOST, RELAX, BAND = "host", "relax", "band"
RELAXED = "relaxed"
"""Setting of this command alone: the directory, written by it, where end points were relaxed."""

CELL_MOVES = 3
"""ISIF of a relaxation of cell and ions."""

SAME_LATTICE = 1e-3
"""Largest difference (Å) between the lattice of a relaxed end point and the supercell's."""


@dataclass(frozen=True)
class Band:
    """One hop of one foreign atom, and the images that its band starts from."""

    dopant: str
    hop: Hop
    images: list[Structure]

    @property
    def path(self) -> Path:
        """Directory below that of the campaign."""
        return Path(self.dopant, self.hop.label.replace(" ", "-"), BAND)


def write(
    out: Path,
    *,
    preset: str,
    overrides: Mapping[str, Any] | None = None,
    structure_file: Path | None = None,
) -> WrittenInputs:
    """Write the directory of every VASP calculation of the campaign.

    Parameters
    ----------
    out
        Directory to write to; it must be empty or not exist. It is complete or not written.
    preset
        ``quick`` or ``paper``.
    overrides
        Parameters that replace the preset's. The setting ``relaxed`` names a directory that this
        function wrote before, with the relaxed end points (CONTCAR): the bands then start from
        these, and from symmetry copies of them, instead of the perfect host with a foreign atom.
    structure_file
        Cell of the host, such as the CONTCAR of ``host/relax``; the conventional cell of bcc Li
        if None.

    Returns
    -------
    WrittenInputs

    Raises
    ------
    FileExistsError
        If `out` holds anything.
    ValueError, FileNotFoundError
        If a parameter, the structure or a relaxed end point cannot be used, or the POTCAR library
        lacks a file.

    Notes
    -----
    Folders 00 and the last of a band hold the inputs of a static calculation with the settings
    of the band: VASP writes nothing for the end points of a band, whose energies a barrier needs.
    """
    check_vacant(out)
    settings = dict(overrides or {})
    relaxed = settings.pop(RELAXED, None)
    parameters = load_parameters(MigrationParameters, TOPIC, preset, settings)
    host = read_structure(structure_file) if structure_file else built_in()
    cell = cell_of(host, parameters)
    bands = bands_of(cell, parameters, None if relaxed is None else Path(relaxed))
    record = campaign_record(
        TOPIC,
        parameters,
        preset,
        settings,
        material=host.composition.reduced_formula,
        structure=str(structure_file or "built-in, bcc Li"),
        end_points="not relaxed" if relaxed is None else f"relaxed in {relaxed}",
    )
    with new_directory(out) as root:
        record[HOST] = write_inputs(host, host_set(parameters), root / HOST / RELAX)
        for dopant in parameters.dopant:
            for label, start in starting_points(cell, dopant, parameters).items():
                record[RELAX] = write_inputs(
                    start, end_point_set(parameters), root / dopant / label / RELAX
                )
        for band in bands:
            record |= write_band(band.images, parameters, root / band.path)
        write_sidecar(root, record)
        write_readme(root, _readme(cell, parameters, bands, record, relaxed=relaxed is not None))
    return WrittenInputs(out, len(bands), "band", has_potcar_library())


def write_band(
    images: Sequence[Structure], parameters: MigrationParameters, directory: Path
) -> dict[str, dict[str, Cited]]:
    """Write the directory of a band: folders 00 to nn, and statics in the first and the last.

    Returns
    -------
    dict
        What was written, by the kind of calculation, as from ``write_inputs``.
    """
    written = {
        BAND: write_inputs(images[0], band_set(parameters), directory),
    }
    for number, image in enumerate(images):
        folder = directory / f"{number:02d}"
        if number in {0, len(images) - 1}:
            written["end point"] = write_inputs(image, static_set(parameters), folder)
        else:
            folder.mkdir()
            # VASP 6 with HDF5 looks for KPOINTS in the folders of the images, too.
            shutil.copy(directory / "KPOINTS", folder / "KPOINTS")
            image.get_sorted_structure().to(str(folder / "POSCAR"), fmt="poscar")
    return written


def bands_of(cell: HopCell, parameters: MigrationParameters, relaxed: Path | None) -> list[Band]:
    """Build the first images of every distinct hop.

    Parameters
    ----------
    cell
        Supercell.
    parameters
        Of the campaign.
    relaxed
        Directory with relaxed end points; None to start from the perfect host.

    Raises
    ------
    FileNotFoundError
        If an end point was not relaxed.
    ParameterError
        If it was relaxed in another cell.
    """
    bands = []
    hops = distinct_hops(cell.sites, parameters.max_distance)
    for dopant in parameters.dopant:
        if relaxed is None:
            ends = [hop_starts(cell, hop, dopant) for hop in hops]
            chosen = hops
        else:
            starts = starting_points(cell, dopant, parameters)
            states = {
                label: _read_relaxed(relaxed / dopant / label / RELAX, start)
                for label, start in starts.items()
            }
            stay = {
                label for label, state in states.items() if not moved(cell, starts[label], state)
            }
            chosen = [hop for hop in hops if set(hop.end_labels) <= stay]
            ends = [relaxed_ends(cell, hop, states) for hop in chosen]
        bands += [
            Band(dopant, hop, interpolate(pair.start, pair.end, parameters.images))
            for hop, pair in zip(chosen, ends, strict=True)
        ]
    return bands


def compare(
    directory: Path, *, preset: str, overrides: Mapping[str, Any] | None = None
) -> list[Difference]:
    """Compare a user's VASP directory with the one that the campaign would write.

    Parameters
    ----------
    directory
        VASP directory of a band (by its IMAGES), of an end point (NSW = 0 for the static one), or
        of the host (by its ISIF = 3).
    preset, overrides
        As for :func:`write`.

    Returns
    -------
    list of Difference
        Empty if they agree.

    Raises
    ------
    ParameterError
        If the directory is none of VASP's.
    """
    parameters = load_parameters(MigrationParameters, TOPIC, preset, overrides or {})
    incar = read_incar(directory)
    if "IMAGES" in incar:
        return _compare_band(directory, band_set(parameters))
    if is_static(incar):
        generator = static_set(parameters)
    elif incar.get("ISIF") == CELL_MOVES:
        generator = host_set(parameters)
    else:
        generator = end_point_set(parameters)
    return compare_directory(directory, generator, {})


def _compare_band(directory: Path, generator: CitedInputGenerator) -> list[Difference]:
    """Compare a band, whose atoms are in the folders of its images."""
    if (directory / "POSCAR").exists():
        return compare_directory(directory, generator, {})
    first = directory / "00" / "POSCAR"
    if not first.exists():
        raise ParameterError(
            f"{directory} has IMAGES in its INCAR, but no folder 00 with a POSCAR"
        )
    with TemporaryDirectory() as scratch:
        shutil.copy(first, scratch)
        for name in ("INCAR", "KPOINTS", "POTCAR", "POTCAR.spec"):
            if (directory / name).exists():
                shutil.copy(directory / name, scratch)
        return compare_directory(Path(scratch), generator, {})


def _read_relaxed(directory: Path, start: Structure) -> Structure:
    path = directory / "CONTCAR"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: the end point was not relaxed; run VASP in {directory}, or leave out the "
            "setting relaxed"
        )
    state = read_structure(path)
    if len(state) != len(start) or state.composition != start.composition:
        raise ParameterError(
            f"{path} holds {state.formula}, the campaign has {start.formula} there: give the "
            "settings with which the directory was written"
        )
    if not np.allclose(state.lattice.matrix, start.lattice.matrix, rtol=0, atol=SAME_LATTICE):
        raise ParameterError(
            f"{path} was relaxed in another cell than that of the host ({state.lattice.abc} "
            f"against {start.lattice.abc} Å): give the same host"
        )
    return in_order_of(start, state)


def _readme(
    cell: HopCell,
    parameters: MigrationParameters,
    bands: Sequence[Band],
    record: Mapping[str, Any],
    *,
    relaxed: bool,
) -> str:
    functional, *_ = record[HOST]["POTCAR"]["value"]
    rows = [
        f"| `{band.path}` | {band.hop.distance:.2f} | {'yes' if band.hop.symmetric else 'no'} |"
        for band in bands
    ]
    return _README.format(
        material=record["material"],
        preset=record["preset"],
        version=__version__,
        dopants=", ".join(parameters.dopant),
        atoms=len(cell.supercell),
        last=f"{parameters.images + 1:02d}",
        images=parameters.images,
        force_limit=parameters.force_limit,
        state=_RELAXED if relaxed else _UNRELAXED,
        vtst=_VTST if parameters.climbing else "",
        potcar=potcar_note(functional),
        rows="\n".join(rows),
    )


_README = """\
# Migration of {dopants} through {material} by VASP

Inputs of the preset `{preset}` for {atoms} host atoms, written by liponflow {version}.
`provenance.yaml` says where each value comes from.
{potcar}
## What to run, in this order

1. `host/relax`: cell of the host. Then write these inputs anew with its CONTCAR:
   `liponflow inputs migration host/relax/CONTCAR ...`, so that all cells are those of the
   relaxed host.
2. `*/*/relax`: one end point per foreign atom and kind of site, at fixed cell. One counts if no
   force is above {force_limit:g} eV/Å. Then write the inputs once more, with
   `--set relaxed=THIS_DIRECTORY`: the bands then start from these end points, and from copies of
   them by the symmetry of the host where two end points are equivalent.
3. `*/*/band/00` and `*/*/band/{last}`: static calculations of the end points, with the settings of
   the band. VASP needs their energies for nothing, a barrier does.
4. `*/*/band`: the bands, {images} images each; VASP's MPI ranks must be a multiple.{vtst}

{state}

`liponflow ingest DIRECTORY_OF_A_BAND` reads a finished one.
`liponflow run migration --engine vasp` does all this by itself.

## Bands

| directory | straight line, Å | mirror symmetric |
| --- | --- | --- |
{rows}
"""

_VTST = """
   Their highest image climbs (LCLIMB), for which VASP must be patched with VTST; without it, set
   `climbing=false`."""

_UNRELAXED = """\
**The bands here are not to be run yet**: their end points are foreign atoms in the perfect host,
not relaxed. They show what will be computed."""

_RELAXED = "The bands here start from relaxed end points: step 3 is next."
