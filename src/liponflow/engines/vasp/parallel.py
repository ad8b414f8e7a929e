"""Advice on NCORE and KPAR, which change the time of a calculation and not its result."""

from collections.abc import Iterator
from math import ceil, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from liponflow.decompression import existing
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.vasp.check import ranks_of
from liponflow.engines.vasp.cost import bands
from liponflow.engines.vasp.planning import irreducible_kpoints
from liponflow.engines.vasp.reading.inputs import read_potentials, regular_mesh
from liponflow.inputs.vasp.compare import read_incar, read_poscar
from liponflow.inputs.vasp.electrons import valence_electrons
from liponflow.inputs.vasp.ionic import ionic_task
from liponflow.settings import load_settings

FEW_CORES = 8
"""Cores up to which one core per orbital is a good choice (VASP wiki, "NCORE")."""

SMALL, LARGE = 50, 400
"""Atoms below which a cell is small (our choice), and from which it is large (the wiki's)."""

_OF_MEDIUM, _OF_LARGE = 4, 16
"""Cores per orbital: about 4 for 100 atoms, 12 to 16 for large cells (VASP wiki, "NCORE")."""

BUSY = 0.8
"""Least part of the time in which groups of cores have a k-point (our choice)."""

NODES = (32, 64, 128)
"""Cores for which advice is given where nothing says how many there are."""


class Parallel(NamedTuple):
    """Values of NCORE and KPAR."""

    ncore: int
    kpar: int


class Size(NamedTuple):
    """What the advice for a calculation depends on."""

    task: str
    atoms: int
    bands: int
    kpoints: int
    images: int


def advised(
    cores: int, *, atoms: int, bands: float, kpoints: int = 1, images: int = 1
) -> Parallel:
    """Return the advice of the VASP wiki ("NCORE", "KPAR") for a calculation.

    Parameters
    ----------
    cores
        MPI ranks in all.
    atoms
        Atoms.
    bands
        Bands.
    kpoints
        Irreducible k-points.
    images
        Images of a band, over which the ranks are distributed first.

    Returns
    -------
    Parallel
        KPAR divides the cores of an image, is no more than the number of k-points, and leaves
        groups of cores without a k-point for at most a fifth of the time. NCORE divides the cores
        of such a group, and is no more than their square root: 1 for small cells and few cores, 4
        for medium and up to 16 for large cells, or more where there would be more groups than
        bands.

    Examples
    --------
    >>> advised(64, atoms=120, bands=300)  # Γ alone
    Parallel(ncore=4, kpar=1)
    >>> advised(64, atoms=56, bands=250, kpoints=14)
    Parallel(ncore=1, kpar=8)
    >>> advised(60, atoms=120, bands=300, kpoints=4, images=5)
    Parallel(ncore=1, kpar=4)
    """
    own = max(1, cores // images)
    fitting = (n for n in _divisors(own) if n <= kpoints)
    kpar = max(n for n in fitting if kpoints >= BUSY * n * ceil(kpoints / n))
    group = own // kpar
    most = _OF_LARGE if atoms >= LARGE else _OF_MEDIUM
    limit = min(most, sqrt(group)) if group > FEW_CORES and atoms >= SMALL else 1
    ncore = max(n for n in _divisors(group) if n <= limit)
    enough = (n for n in _divisors(group) if n >= ncore and group / n <= bands)
    return Parallel(next(enough, group), kpar)


def parallel_note(root: Path) -> str:
    """Return the advice for every size of calculation at or below a directory, for a README.

    The cores are the MPI ranks of the setting ``vasp_cmd`` (of ``std`` and ``neb``) or,
    where it has none, those of common nodes.

    Parameters
    ----------
    root
        Directory.
    """
    cores = _cores()
    sizes = sorted(set(_sizes(root)))
    if not sizes:
        return ""
    headings = [f"{n} cores" for n in cores]
    rows = ["| " + " | ".join([*_HEADINGS, *headings]) + " |"]
    rows.append("|" + " --- |" * (len(_HEADINGS) + len(cores)))
    for size in sizes:
        _, atoms, n_bands, kpoints, images = size
        found = (
            advised(n, atoms=atoms, bands=n_bands, kpoints=kpoints, images=images) for n in cores
        )
        cells = [*map(str, size), *(f"{ncore}, {kpar}" for ncore, kpar in found)]
        rows.append("| " + " | ".join(cells) + " |")
    return _NOTE.format(table="\n".join(rows))


def parallel_line(calculation: PlannedCalculation) -> str:
    """Return the advice for a planned calculation in one line.

    Parameters
    ----------
    calculation
        Calculation of VASP.

    Returns
    -------
    str
        Empty if the number of electrons, and so that of the bands, is unknown.
    """
    atoms, electrons, kpoints = calculation.atoms, calculation.electrons, calculation.kpoints
    if electrons is None:
        return ""
    size = {"atoms": atoms, "kpoints": kpoints, "images": calculation.images}
    found = {n: advised(n, bands=bands(electrons, atoms), **size) for n in _cores()}
    listed = ", ".join(f"{ncore} and {kpar} on {n} cores" for n, (ncore, kpar) in found.items())
    return (
        f"NCORE and KPAR by the VASP wiki, for {calculation.kind} of {atoms} atoms: {listed}; "
        "--incar sets them"
    )


def _cores() -> tuple[int, ...]:
    """Return the MPI ranks of the commands in ``vasp_cmd``, or the cores of common nodes."""
    commands = load_settings().vasp_cmd
    given = {commands.std, commands.for_bands} if commands else {None}
    known = {ranks for command in given if (ranks := ranks_of(command)) is not None}
    return tuple(sorted(known)) or NODES


def _sizes(root: Path) -> Iterator[Size]:
    for incar in sorted(root.rglob("INCAR")):
        directory = incar.parent
        tags: dict[str, Any] = dict(read_incar(directory))
        place = directory / "01" if "IMAGES" in tags else directory
        if existing(place / "POSCAR") is None:  # a link to a CONTCAR that is yet to come
            continue
        structure = read_poscar(place).structure
        symbols = [
            title.split()[1] if " " in title else title
            for title in read_potentials(directory).titles
        ]
        electrons = valence_electrons(structure, tags, symbols)
        if electrons is None:
            continue
        moments = tags.get("MAGMOM", [])
        if len(moments) == len(structure):
            structure.add_site_property("magmom", moments)
        mesh = regular_mesh(directory, tags, structure.lattice.reciprocal_lattice.abc)
        yield Size(
            "band" if "IMAGES" in tags else str(ionic_task(tags)),
            len(structure),
            round(tags.get("NBANDS") or bands(electrons, len(structure), sum(moments))),
            irreducible_kpoints(structure, tags, mesh),
            int(tags.get("IMAGES", 1)),
        )


def _divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]


_HEADINGS = ("calculation", "atoms", "bands", "k-points", "images")

_NOTE = """
## Parallelisation

NCORE and KPAR by the advice of the VASP wiki, for the number of MPI ranks (of a band, those of all
images together). They change the time and not the result, and are not in the INCAR; KPAR
multiplies the memory, too. `--incar NCORE=...` and `--incar relax:KPAR=...` write them.

{table}
"""
