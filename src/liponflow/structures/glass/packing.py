"""Pack molecules and atoms into a periodic box with packmol.

L. Martínez, R. Andrade, E. G. Birgin and J. M. Martínez, J. Comput. Chem. 30, 2157 (2009).
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from packmol.cli import get_binary_path  # type: ignore[import-untyped]
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Molecule, Structure
from scipy.constants import N_A
from scipy.optimize import linprog

from liponflow.arrays import FloatArray
from liponflow.units import A3_PER_CM3

Pair = tuple[str, str]

SLACK = 0.05
"""Tolerance (Å) for distances that are too short: packmol stops at a violation of 0.01 Å²."""

_PACKMOL_ENDED_SHORT = 173
"""Exit status of packmol when it gives up and writes its best attempt."""


class PackingError(ValueError):
    """A density that cannot be packed; the message has the best distance and the remedy."""

    page = "docs/glass.md"


@dataclass(frozen=True)
class Film:
    """Shape of a box that is a film: its base is given, and its height follows from the density.

    Attributes
    ----------
    base
        Edges along x and y, Å.
    margin
        Least distance of every atom from the lower and the upper face, Å; the film repeats along x
        and y only.
    """

    base: tuple[float, float]
    margin: float


@dataclass(frozen=True, eq=False)
class Packed:
    """A packed box.

    Attributes
    ----------
    structure
        Right-angled cell; atoms in the order of the units, which the site property ``unit``
        numbers.
    nearest
        Smallest distance (Å) between atoms of different units, per pair of elements.
    seconds
        Time that packmol took, s.
    """

    structure: Structure
    nearest: Mapping[Pair, float]
    seconds: float


def box_length(composition: Composition, density: float) -> float:
    """Return the edge (Å) of the cubic box that gives a composition a density (g/cm³).

    Raises
    ------
    PackingError
        If the density is not above 0.

    Examples
    --------
    >>> round(box_length(Composition("Li46P16O55N5"), 2.3), 2)
    10.84
    """
    if not density > 0:
        raise PackingError(f"a density of {density:g} g/cm³ is not above 0")
    return float((composition.weight / N_A / density * A3_PER_CM3) ** (1 / 3))


def box_edges(
    composition: Composition, density: float, film: Film | None = None
) -> tuple[float, float, float]:
    """Return the edges (Å) of the box that gives a composition a density (g/cm³).

    Parameters
    ----------
    composition
        Atoms in the box.
    density
        g/cm³, of the whole box.
    film
        Its base; None for a cube.

    Raises
    ------
    PackingError
        If the density is not above 0, or the margins of a film leave no room.

    Examples
    --------
    >>> [round(x, 2) for x in box_edges(Composition("Li46P16O55N5"), 2.3, Film((10.0, 10.0), 1.0))]
    [10.0, 10.0, 12.74]
    """
    length = box_length(composition, density)
    if film is None:
        return length, length, length
    height = length**3 / (film.base[0] * film.base[1])
    if height <= 2 * film.margin:
        raise PackingError(
            f"a film of {composition.formula} on {film.base[0]:.2f} x {film.base[1]:.2f} Å is "
            f"{height:.2f} Å high, and its margins take {2 * film.margin:.2f} Å; take more atoms"
        )
    return (*film.base, height)


def radii(distances: Mapping[Pair, float]) -> dict[str, float]:
    """Return a radius per element that keeps every least distance between pairs.

    packmol takes a radius per atom, not a distance per pair. A linear program finds the radii
    whose sums exceed the least distances by the smallest total amount.

    Parameters
    ----------
    distances
        Least distance (Å) per pair of elements.

    Returns
    -------
    dict
        Radii, Å.

    Examples
    --------
    >>> radii({("Li", "Li"): 2.0, ("Li", "O"): 1.8, ("O", "O"): 2.4})
    {'Li': 1.0, 'O': 1.2}
    """
    symbols = list(dict.fromkeys(symbol for pair in distances for symbol in pair))
    rows = np.zeros((len(distances), len(symbols)))
    for row, pair in enumerate(distances):
        for symbol in pair:
            rows[row, symbols.index(symbol)] += 1
    wanted = np.array(list(distances.values()))
    # Always feasible: large enough radii keep every distance.
    solved = linprog(rows.sum(axis=0), A_ub=-rows, b_ub=-wanted, bounds=(0, None))
    values = np.round(np.asarray(solved.x), 6).tolist()
    return dict(zip(symbols, values, strict=True))


def pack(
    units: Sequence[tuple[Molecule, int]],
    *,
    density: float,
    distances: Mapping[Pair, float],
    seed: int,
    time_limit: float = 60.0,
    film: Film | None = None,
) -> Packed:
    """Pack units at random positions and orientations into a periodic box.

    Parameters
    ----------
    units
        Molecules (single atoms among them) and how many of each.
    density
        Mass density, g/cm³.
    distances
        Least distance (Å) between atoms of different units, for every pair of elements.
    seed
        Of packmol's random numbers; the same seed gives the same box.
    time_limit
        Longest time that packmol may take, s.
    film
        Shape of the box where it is a film; None for a cube.

    Returns
    -------
    Packed

    Raises
    ------
    PackingError
        If the density cannot be packed within the time (with the pair that is farthest from its
        least distance and how near it came) or an element lacks a distance.
    """
    units = [(molecule, number) for molecule, number in units if number > 0]
    composition = Composition()
    for molecule, number in units:
        composition += molecule.composition * number
    symbols = sorted(composition.get_el_amt_dict())
    for pair in combinations_with_replacement(symbols, 2):
        if pair not in distances and pair[::-1] not in distances:
            raise PackingError(f"no least distance is given for {pair[0]}-{pair[1]}")
    edges = box_edges(composition, density, film)
    margin = None if film is None else film.margin
    start = perf_counter()
    with TemporaryDirectory(prefix="packmol-") as folder:
        _write(units, edges, radii(distances), seed, Path(folder), margin=margin)
        ended = _run(Path(folder), time_limit)
        coords = _read(Path(folder, "packed.xyz"))
    seconds = perf_counter() - start
    if coords is None:
        raise PackingError(
            f"packmol placed nothing at {density:g} g/cm³ within {time_limit:g} s; lower the "
            "density or the least distances, or raise the time limit"
        )
    structure = _structure(units, edges, coords)
    nearest = nearest_distances(structure)
    missing = {
        pair: nearest.get(pair, nearest.get(pair[::-1], np.inf)) - least
        for pair, least in distances.items()
    }
    worst = min(missing, key=lambda pair: missing[pair])
    if missing[worst] < -SLACK:
        how = f"within {time_limit:g} s" if not ended else "in all its attempts"
        raise PackingError(
            f"a density of {density:g} g/cm³ could not be packed {how}: the best attempt has "
            f"{worst[0]}-{worst[1]} at {distances[worst] + missing[worst]:.2f} Å, where "
            f"{distances[worst]:g} Å is the least; lower the density or the least distances, or "
            "raise the time limit"
        )
    return Packed(structure, nearest, seconds)


def nearest_distances(structure: Structure) -> dict[Pair, float]:
    """Return the smallest distance (Å) between atoms of different units, by pair of elements.

    Parameters
    ----------
    structure
        With the site property ``unit``.

    Returns
    -------
    dict
        Elements of a pair in alphabetical order.
    """
    matrix = structure.distance_matrix
    unit = np.array(structure.site_properties["unit"])
    matrix[unit[:, None] == unit[None, :]] = np.inf
    symbols = np.array([site.specie.symbol for site in structure])
    found = {}
    for first, second in combinations_with_replacement(sorted(structure.symbol_set), 2):
        block = matrix[np.ix_(symbols == first, symbols == second)]
        if np.isfinite(block).any():
            found[first, second] = float(block.min())
    return found


def _write(
    units: Sequence[tuple[Molecule, int]],
    edges: tuple[float, float, float],
    sizes: Mapping[str, float],
    seed: int,
    folder: Path,
    *,
    margin: float | None,
) -> None:
    """Write packmol's input file and those of the units."""
    lines = [
        f"tolerance {2 * min(sizes.values()):.4f}",
        "filetype xyz",
        "output packed.xyz",
        "writeout 1",  # so that the best attempt exists when the time is over
        f"seed {seed + 1}",  # packmol reads -1 as a seed from the clock
    ]
    width, depth, height = edges
    walls: list[str] = []
    if margin is not None:
        walls = [
            f"  over plane 0. 0. 1. {margin:.8f}",
            f"  below plane 0. 0. 1. {height - margin:.8f}",
        ]
        # packmol repeats along all axes or none: room above the film keeps its images away.
        height += 4 * max(sizes.values())
    lines.append(f"pbc {width:.8f} {depth:.8f} {height:.8f}")
    for index, (molecule, number) in enumerate(units):
        # By ASE, as pymatgen's own writer imports pandas.
        file = folder / f"unit{index}.xyz"
        molecule.to_ase_atoms().write(file, format="xyz", fmt="%.6f")  # type: ignore[no-untyped-call]
        lines += [f"structure unit{index}.xyz", f"  number {number}", *walls]
        for atom, site in enumerate(molecule, start=1):
            radius = sizes[site.specie.symbol]
            lines += [f"  atoms {atom}", f"    radius {radius:.4f}", "  end atoms"]
        lines.append("end structure")
    (folder / "packmol.inp").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _run(folder: Path, time_limit: float) -> bool:
    """Run packmol and return whether it ended within the time limit."""
    # packmol rewinds its input, so it cannot read from a pipe.
    try:
        done = subprocess.run(
            [str(get_binary_path()), "-i", "packmol.inp"],
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            cwd=folder,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, _PACKMOL_ENDED_SHORT):
        reason = [line.strip() for line in done.stdout.splitlines() if "ERROR" in line]
        raise PackingError(
            f"packmol stopped with status {done.returncode}: "
            f"{'; '.join(reason) or (done.stderr.splitlines() or ['no reason given'])[0]}"
        )
    return True


def _read(path: Path) -> FloatArray | None:
    """Return the coordinates (Å) of packmol's best attempt; None without one."""
    if not path.is_file():
        return None
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()[2:]]
    return np.array([[float(value) for value in row[1:4]] for row in rows if row])


def _structure(
    units: Sequence[tuple[Molecule, int]],
    edges: tuple[float, float, float],
    coords: FloatArray,
) -> Structure:
    species, numbers = [], []
    count = 0
    for molecule, number in units:
        for _ in range(number):
            species += [site.specie for site in molecule]
            numbers += [count] * len(molecule)
            count += 1
    return Structure(
        Lattice.orthorhombic(*edges),
        species,
        coords,
        coords_are_cartesian=True,
        to_unit_cell=True,
        site_properties={"unit": numbers},
    )
