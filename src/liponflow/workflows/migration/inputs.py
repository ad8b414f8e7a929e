"""Write the VASP directories of the migration campaign, to be run by other means."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from jobflow import Job, Maker
from pymatgen.core.structure import Structure

from liponflow import __version__
from liponflow.analysis.migration.hop_documents import Mover
from liponflow.crystals.read import read_structure
from liponflow.decompression import existing
from liponflow.formulas import reduced_formula
from liponflow.inputs.difference import Difference
from liponflow.inputs.migration import MigrationParameters
from liponflow.inputs.presets import Cited, ParameterError
from liponflow.inputs.vasp.compare import compare as compare_directory
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.generator import input_set, write_inputs
from liponflow.inputs.vasp.ionic import is_static
from liponflow.inputs.vasp.potcar import missing_potcars, potcar_note
from liponflow.inputs.vasp.stability import initial_moments
from liponflow.runners.documents import all_jobs
from liponflow.structures.migration.end_points import hop_starts, moved, relaxed_ends
from liponflow.structures.migration.hop_cell import HopCell
from liponflow.structures.migration.hops import Hop
from liponflow.structures.migration.images import bent, interpolate, path_mirror
from liponflow.structures.migration.order import in_order_of
from liponflow.workflows.input_directories import Contents, InputDirectories, command_options
from liponflow.workflows.migration.flow import MigrationMaker, built_in, tools_of
from liponflow.workflows.migration.sites import cells_of, possible_hops, starting_points
from liponflow.workflows.migration.survey import Tools
from liponflow.workflows.request import InputsRequest

VASP, HOST, RELAX, BAND = "vasp", "host", "relax", "band"
RELAXED = "relaxed"
"""Setting of the inputs alone: a directory of theirs in which end points were relaxed."""

CELL_MOVES = 3
"""ISIF of a relaxation of cell and ions."""

SAME_LATTICE = 1e-3
"""Largest difference (Å) between the lattice of a relaxed end point and the supercell's."""


@dataclass(frozen=True)
class Band:
    """One hop of one dopant, and the images that its band starts from."""

    mover: Mover
    hop: Hop
    images: list[Structure]

    @property
    def path(self) -> Path:
        """Directory, relative to that of the campaign."""
        return Path(folder_of(self.mover), self.hop.label.replace(" ", "-"), BAND)


def folder_of(mover: Mover) -> str:
    """Return the name of the directory of a dopant and mechanism."""
    return str(mover).replace(" ", "-")


def write(request: InputsRequest[MigrationParameters], root: Path) -> Contents:
    """Write the host, the end points and the bands.

    The setting ``relaxed`` names a directory that was written before, with the relaxed end points
    (CONTCAR): the bands then start from these, and from symmetry copies of them, instead of the
    perfect host with a dopant.

    Folders 00 and the last of a band hold the inputs of a static calculation with the settings
    of the band: VASP writes nothing for the end points of a band, whose energies a barrier needs.

    Raises
    ------
    FileNotFoundError
        If an end point was not relaxed.
    ParameterError
        If it was relaxed in another cell, or no hop has two end points that stayed.
    """
    parameters, relaxed = request.parameters, request.settings.get(RELAXED)
    host = request.structure or built_in()
    cells = cells_of(host, parameters)
    host_relax, tools = makers_of(parameters, host, request.engine_arguments)
    bands = [
        band
        for mover, cell in cells.items()
        for band in bands_of(cell, mover, parameters, None if relaxed is None else Path(relaxed))
    ]
    if relaxed is not None and not bands:
        raise ParameterError(
            f"{relaxed}: no hop has two end points that stayed on their sites, so there is no "
            "band; allow longer hops (max_distance), or take a larger supercell"
        )
    sets = {HOST: write_inputs(host, input_set(host_relax), root / HOST / RELAX)}
    for mover, cell in cells.items():
        for label, start in starting_points(cell, mover.dopant, parameters).items():
            folder = root / folder_of(mover) / label / RELAX
            sets[RELAX] = write_inputs(start, input_set(tools["relax"]), folder)
    for band in bands:
        sets |= write_band(band.images, tools["band"], root / band.path)
    material = reduced_formula(host.composition)
    functional, *_ = sets[HOST]["POTCAR"]["value"]
    return Contents(
        about={
            "material": material,
            "structure": request.source or "built-in, bcc Li",
            "end_points": "not relaxed" if relaxed is None else f"relaxed in {relaxed}",
        },
        sets=sets,
        readme=_README.format(
            material=material,
            preset=request.preset,
            version=__version__,
            dopants=", ".join(map(str, cells)),
            atoms=len(next(iter(cells.values())).supercell),
            steps=(_SITES if relaxed is None else _BANDS).format(
                options=command_options(request),
                last=f"{parameters.images + 1:02d}",
                images=parameters.images,
                force_limit=parameters.force_limit,
                vtst=_VTST if parameters.climbing else "",
            ),
            potcar=potcar_note(functional),
            rows="\n".join(map(_row, bands)),
        ),
        count=len(bands),
        noun="band",
        notes=missing_potcars(),
    )


def makers_of(
    parameters: MigrationParameters, host: Structure, arguments: Mapping[str, Any]
) -> tuple[Maker, Tools]:
    """Return the Maker of the host's relaxation, and those of end points and bands, in VASP."""
    maker = MigrationMaker(parameters, VASP, engine_arguments=dict(arguments))
    tools = tools_of(maker.engine(VASP, host), parameters, vibrations=False)
    return maker.engine(VASP, host, cell=True).relax(), tools


def write_band(
    images: Sequence[Structure], maker: Maker, directory: Path
) -> dict[str, dict[str, Cited]]:
    """Write the directory of a band: folders 00 to nn, and statics in the first and the last.

    Parameters
    ----------
    images
        Structures from end point to end point.
    maker
        Maker of bands.
    directory
        Directory to write to.

    Returns
    -------
    dict
        Input sets by the kind of calculation, as from ``write_inputs``.
    """
    first, last, band = jobs_of_band(maker, images)
    path = band.function_args[0]
    written = {BAND: write_inputs(path[0], input_set(band.maker), directory)}
    for number, image in enumerate(path):
        folder = directory / f"{number:02d}"
        folder.mkdir()
        # VASP 6 with HDF5 looks for KPOINTS in the folders of the images, too.
        shutil.copy(directory / "KPOINTS", folder / "KPOINTS")
        image.to(str(folder / "POSCAR"), fmt="poscar")
    for end, number in ((first, 0), (last, len(path) - 1)):
        folder = directory / f"{number:02d}"
        written["end point"] = write_inputs(end.function_args[0], input_set(end.maker), folder)
    return written


def jobs_of_band(maker: Maker, images: Sequence[Structure]) -> list[Job]:
    """Return the jobs that run VASP for a band: both end points, and the band."""
    return [job for job in all_jobs(maker.make(images)) if job.maker is not None]


def bands_of(
    cell: HopCell, mover: Mover, parameters: MigrationParameters, relaxed: Path | None
) -> list[Band]:
    """Build the first images of every distinct hop.

    Parameters
    ----------
    cell
        Supercell.
    mover
        What moves in it.
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
    chosen = possible_hops(cell, parameters)
    if relaxed is None:
        ends = [hop_starts(cell, hop, mover.dopant) for hop in chosen]
    else:
        starts = starting_points(cell, mover.dopant, parameters)
        states = {
            label: _read_relaxed(relaxed / folder_of(mover) / label / RELAX, start)
            for label, start in starts.items()
        }
        stay = {label for label, state in states.items() if not moved(cell, starts[label], state)}
        chosen = [hop for hop in chosen if set(hop.end_labels) <= stay]
        ends = [relaxed_ends(cell, hop, states) for hop in chosen]
    bands = []
    for hop, pair in zip(chosen, ends, strict=True):
        images = interpolate(pair.start, pair.end, parameters.images)
        if mover.mechanism == "vacancy":
            mirror = path_mirror(cell, pair.start, pair.end)
            images = bent(images, parameters.nudge, mirror)
        bands.append(Band(mover, hop, images))
    return bands


def compare(
    directory: Path, parameters: MigrationParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a VASP directory with that of the same calculation in the campaign.

    It is a band (by its IMAGES), an end point (NSW = 0 for the static one) or the host (by its
    ISIF = 3).

    Raises
    ------
    ParameterError
        If it is not a VASP directory.
    """
    incar = read_incar(directory)
    if "IMAGES" in incar:
        return _compare_band(directory, parameters, arguments)
    structure = read_poscar(directory).structure
    host_relax, tools = makers_of(parameters, structure, arguments)
    if is_static(incar):
        maker, _ = _band_makers(tools, parameters)
    elif incar.get("ISIF") == CELL_MOVES:
        maker = host_relax
    else:
        maker = tools["relax"]
    return compare_directory(directory, input_set(maker), initial_moments(directory))


INPUTS = InputDirectories(write, compare, settings=frozenset({RELAXED}), engine=VASP)


def _band_makers(
    tools: Tools, parameters: MigrationParameters
) -> tuple[Maker | None, Maker | None]:
    """Return the makers of an end point and of a band."""
    # Only the number of images matters for the input sets, not the images.
    end, _, band = jobs_of_band(tools["band"], [built_in()] * (parameters.images + 2))
    return end.maker, band.maker


def _compare_band(
    directory: Path, parameters: MigrationParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    """Compare a band, whose atoms are in the folders of its images."""
    if existing(directory / "POSCAR") is not None:
        return _compared_band(directory, parameters, arguments)
    first = existing(directory / "00" / "POSCAR")
    if first is None:
        raise ParameterError(
            f"{directory} has IMAGES in its INCAR, but no folder 00 with a POSCAR"
        )
    with TemporaryDirectory() as scratch:
        shutil.copy(first, scratch)
        for name in ("INCAR", "KPOINTS", "POTCAR", "POTCAR.spec"):
            if (path := existing(directory / name)) is not None:
                shutil.copy(path, scratch)
        return _compared_band(Path(scratch), parameters, arguments)


def _compared_band(
    directory: Path, parameters: MigrationParameters, arguments: Mapping[str, Any]
) -> list[Difference]:
    _, tools = makers_of(parameters, read_poscar(directory).structure, arguments)
    _, maker = _band_makers(tools, parameters)
    return compare_directory(directory, input_set(maker), initial_moments(directory))


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


def _row(band: Band) -> str:
    symmetric = "yes" if band.hop.symmetric else "no"
    return f"| `{band.path}` | {band.hop.distance:.2f} | {symmetric} |"


_README = """\
# Migration of {dopants} through {material} by VASP

Inputs of the preset `{preset}` for {atoms} host atoms, written by liponflow {version}.
`provenance.yaml` says where each value comes from.
{potcar}
## What to run, in this order

Run the commands here; `vasp_std` stands for your own.

{steps}

`liponflow run migration --engine vasp` does all this by itself.

## Bands

| directory | straight line, Å | mirror symmetric |
| --- | --- | --- |
{rows}
"""

_SITES = """\
**The bands here are not to be run yet**: their end points are dopants in the perfect host,
not relaxed. They show what will be computed.

1. The cell of the host. Then these inputs are written again, so that all cells are those of the
   relaxed host:

       $ (cd host/relax && vasp_std)
       $ liponflow inputs migration {options} \\
           --structure host/relax/CONTCAR --out relaxed-host
       $ cd relaxed-host

2. One end point per dopant and kind of site, at fixed cell. One counts if no force is above
   {force_limit:g} eV/Å. Then the inputs are written once more: their bands start from these end
   points, and from copies of them by the symmetry of the host where two are equivalent.

       $ for run in */*/relax; do (cd "$run" && vasp_std); done
       $ liponflow inputs migration {options} \\
           --structure ../host/relax/CONTCAR --set relaxed=. --out relaxed-end-points

3. The bands, as `relaxed-end-points/README.md` says."""

_BANDS = """\
The bands here start from relaxed end points.

1. Static calculations of the end points, with the settings of the band. VASP does not use their
   energies, but a barrier needs them.

       $ for run in */*/band/00 */*/band/{last}; do (cd "$run" && vasp_std); done

2. The bands, {images} images each; VASP's MPI ranks must be a multiple.{vtst}

       $ for run in */*/band; do (cd "$run" && mpirun -np {images} vasp_std); done

3. Into the results store:

       $ liponflow ingest */*/band"""

_VTST = """
   Their highest image climbs (LCLIMB), for which VASP must be patched with VTST; without it, set
   `climbing=false`."""
