"""Check VASP inputs before they run: directories, and jobs that have yet to write theirs."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import Maker
from pymatgen.core.structure import Structure
from pymatgen.io.vasp.inputs import Kpoints

from liponflow.decompression import existing
from liponflow.engines.vasp.neb import VaspNEBMaker
from liponflow.engines.vasp.reading.inputs import read_potentials, regular_mesh
from liponflow.freeformat.incar import Value, parse_incar
from liponflow.freeformat.kpoints import DEFAULT_SPACING, mesh_divisions
from liponflow.inputs.vasp.check import Inputs, faults, rank_faults
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.earlier import read_earlier
from liponflow.settings import load_settings

_RANKS = re.compile(r"(?:^|\s)(?:-n|-np|--ntasks)[ =](\d+)(?=\s|$)")
"""Without -c, which is the cores of each rank for srun."""


@dataclass(frozen=True)
class Checked:
    """Directory whose inputs were looked at, and what is wrong with them."""

    directory: Path
    faults: tuple[str, ...]


def ranks_of(command: str | None) -> int | None:
    """Return the MPI ranks that a command starts, or else those of the queue's job.

    Examples
    --------
    >>> ranks_of("mpirun -np 64 vasp_std"), ranks_of("srun --ntasks=32 vasp_std")
    (64, 32)
    """
    found = _RANKS.search(command or "")
    given = found[1] if found else os.environ.get("SLURM_NTASKS", "")
    return int(given) if given.isdigit() else None


def check_tree(root: Path, ranks: int | None = None) -> list[Checked]:
    """Check every directory with an INCAR at or below a directory.

    Parameters
    ----------
    root
        Directory.
    ranks
        MPI ranks with which VASP will be started; None if unknown.

    Returns
    -------
    list of Checked
        Empty if there is no INCAR.
    """
    found = sorted({path.parent for path in root.rglob("INCAR*") if _is_incar(path)})
    return [Checked(directory, tuple(_check(directory, ranks))) for directory in found]


def job_faults(maker: Maker, images: Sequence[Structure]) -> list[str]:
    """Return what is wrong with the inputs that a Maker of a single VASP job would write.

    Parameters
    ----------
    maker
        atomate2's Maker, or ours of bands, of which only the number of images is looked at.
    images
        Structure passed to it, or the images of a band; empty if they are not known yet.
    """
    commands = load_settings().vasp_cmd
    ranks = ranks_of(commands.for_bands if commands else None)
    if isinstance(maker, VaspNEBMaker):
        return rank_faults(maker.images or 0, ranks)
    if not isinstance(maker, BaseVaspMaker) or not images:
        return []
    files: Any = maker.input_set_generator.get_input_set(images[0], potcar_spec=True)
    tags = parse_incar(str(files.incar)).tags
    structure: Structure = files.poscar.structure
    return faults(
        Inputs(
            tags,
            structure,
            blocks=files.poscar.site_symbols,
            symbols=str(files.potcar).split(),
            cutoffs={},
            mesh=_divisions(files.kpoints, tags, structure),
            ranks=ranks,
        )
    )


def _is_incar(path: Path) -> bool:
    return path.name in {"INCAR", "INCAR.gz", "INCAR.bz2", "INCAR.xz"}


def _check(directory: Path, ranks: int | None) -> Iterator[str]:
    try:
        tags = read_incar(directory)
        place = directory / "00" if "IMAGES" in tags else directory
        poscar = read_poscar(_with_poscar(place))
        potentials = read_potentials(directory)
        lattice = poscar.structure.lattice
        mesh = regular_mesh(directory, tags, lattice.reciprocal_lattice.abc)
        before = _before(directory)
    except ValueError as error:
        yield str(error)
        return
    symbols = [title.split()[1] if " " in title else title for title in potentials.titles]
    yield from faults(
        Inputs(
            tags,
            poscar.structure,
            blocks=[symbol for symbol, _ in poscar.blocks],
            symbols=symbols,
            cutoffs=dict(zip(symbols, potentials.cutoffs, strict=False)),
            mesh=_regular(mesh),
            thermostat=bool(poscar.predictor),
            before=before,
            ranks=ranks,
        )
    )


def _earlier(directory: Path) -> Path | None:
    """Return the directory of the run, finished or not, that a POSCAR comes from."""
    poscar = directory / "POSCAR"
    if poscar.is_symlink():
        return (directory / poscar.readlink()).parent
    earlier = read_earlier(directory)
    return None if earlier is None else directory / earlier.runs[-1]


def _with_poscar(directory: Path) -> Path:
    """Return the directory, or the nearest before it that has a POSCAR already."""
    seen = {directory.resolve()}
    while existing(directory / "POSCAR") is None and (earlier := _earlier(directory)) is not None:
        if earlier.resolve() in seen:  # a link to the CONTCAR beside it, for one
            break
        directory = earlier
        seen.add(directory.resolve())
    return directory


def _before(directory: Path) -> dict[str, Value] | None:
    earlier = _earlier(directory)
    if earlier is None or existing(earlier / "INCAR") is None:
        return None
    return read_incar(earlier)


def _divisions(
    kpoints: Kpoints | None, tags: dict[str, Value], structure: Structure
) -> tuple[int, int, int] | None:
    if kpoints is not None and kpoints.num_kpts > 0:
        return None
    spacing: Any = tags.get("KSPACING", DEFAULT_SPACING)
    a, b, c = mesh_divisions(kpoints, structure.lattice.reciprocal_lattice.abc, spacing)
    return a, b, c


def _regular(mesh: Kpoints | None) -> tuple[int, int, int] | None:
    if mesh is None or mesh.num_kpts > 0:
        return None
    a, b, c = (int(number) for number in mesh.kpts[0])
    return a, b, c
