"""k-points, which parsers expect in the outputs; the stand-in uses them for nothing else."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pymatgen.io.vasp.inputs import Kpoints, KpointsSupportedModes

from liponflow.arrays import FloatArray, IntArray
from liponflow.boundary import file_boundary
from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.incar import Settings
from liponflow.finite import check_finite
from liponflow.freeformat.kpoints import mesh_divisions
from liponflow.freeformat.kpoints import read_kpoints as read_file

MOST_POINTS = 1_000_000
"""k-points of a mesh; more than any calculation has, and few enough for the memory."""

_COMMENSURATE = 1e-3
"""Tolerance of the numbers of parts into which vectors divide the reciprocal lattice."""


@dataclass(frozen=True)
class Mesh:
    """k-points, not reduced by symmetry.

    Attributes
    ----------
    comment
        First line of the file, or where the mesh comes from.
    style
        Gamma or Monkhorst-Pack for a mesh, Listgenerated for a list, as vasprun.xml names them.
    divisions, shift
        Divisions and shift of a mesh; None and zeros for a list.
    points
        Fractional coordinates, shape (n, 3).
    weights
        Shape (n,), sum 1.
    """

    comment: str
    style: str
    divisions: tuple[int, int, int] | None
    shift: tuple[float, float, float]
    points: FloatArray
    weights: FloatArray


def read_kpoints(path: Path, cell: FloatArray, settings: Settings) -> Mesh:
    """Read KPOINTS, or build the mesh of KSPACING, which has a default.

    Parameters
    ----------
    path
        KPOINTS file; it may be missing.
    cell
        Lattice vectors, Å.
    settings
        The tags with VASP's defaults.

    Returns
    -------
    Mesh

    Raises
    ------
    InputError
        If the file cannot be read, or the mesh is out of range.
    """
    with file_boundary(path, InputError, what="a KPOINTS file", remedy="correct it"):
        return _read_kpoints(path, cell, settings)


def _read_kpoints(path: Path, cell: FloatArray, settings: Settings) -> Mesh:
    lengths = (2 * np.pi * np.linalg.norm(np.linalg.inv(cell), axis=0)).tolist()
    if not path.is_file():
        if settings.kspacing <= 0:
            raise InputError(f"INCAR: KSPACING = {settings.kspacing:g} must be above 0")
        divisions = np.array(mesh_divisions(None, lengths, settings.kspacing), float)
        style = "Gamma" if settings.kgamma else "Monkhorst-Pack"
        return _regular("mesh of KSPACING", style, divisions, np.zeros(3))
    kpoints = read_file(path)
    modes = KpointsSupportedModes
    if kpoints.style in {modes.Gamma, modes.Monkhorst}:
        style = "Gamma" if kpoints.style is modes.Gamma else "Monkhorst-Pack"
        divisions = np.array(kpoints.kpts[0], dtype=float)
        return _regular(kpoints.comment, style, divisions, np.array(kpoints.kpts_shift, float))
    if kpoints.style is modes.Automatic:
        # Gamma-centred: VASP wiki, "KPOINTS", automatic mesh.
        divisions = np.array(mesh_divisions(kpoints, lengths), float)
        return _regular(kpoints.comment, "Gamma", divisions, np.zeros(3))
    points = _points(kpoints)
    weights = np.array(kpoints.kpts_weights or np.ones(len(points)), dtype=float)
    check_finite(weights, "KPOINTS: the weights")
    if weights.sum() <= 0:
        raise InputError("KPOINTS: the sum of the weights must be above 0")
    return Mesh(
        kpoints.comment, "Listgenerated", None, (0.0, 0.0, 0.0), points, weights / weights.sum()
    )


def _points(kpoints: Kpoints) -> FloatArray:
    """Return the points of a list, of lines between points, or of vectors that generate a mesh."""
    points = np.array(kpoints.kpts, dtype=float).reshape(-1, 3)
    check_finite(points, "KPOINTS: the points")
    if "Cartesian" in (kpoints.style.name, kpoints.coord_type):
        raise InputError(
            "KPOINTS: Cartesian k-points are in units that depend on POSCAR's scale; write them "
            "as fractional (reciprocal) ones"
        )
    if kpoints.style is KpointsSupportedModes.Line_mode:
        ends = points.reshape(-1, 2, 3)
        _check_number(kpoints.num_kpts * len(ends))
        steps = np.linspace(0, 1, kpoints.num_kpts)[:, np.newaxis]
        return np.concatenate([start + steps * (end - start) for start, end in ends])
    return points if kpoints.num_kpts else _generated(points, np.array(kpoints.kpts_shift, float))


def _generated(vectors: FloatArray, shift: FloatArray) -> FloatArray:
    """Return the mesh (n + shift) G with n integer and the rows of G the vectors, in one cell."""
    if abs(np.linalg.det(vectors)) * MOST_POINTS < 1:
        raise InputError(f"KPOINTS: the vectors {vectors.tolist()} generate no mesh")
    inverse = np.linalg.inv(vectors)
    count = abs(round(float(np.linalg.det(np.round(inverse)))))
    if not np.allclose(inverse, np.round(inverse), atol=_COMMENSURATE) or not count:
        raise InputError(
            f"KPOINTS: the vectors {vectors.tolist()} do not divide the reciprocal lattice into "
            "whole parts"
        )
    whole = np.round(count * vectors).astype(int)  # as `count` is the determinant of the inverse
    numbers = [count // math.gcd(count, *map(int, row)) for row in whole]
    _check_number(math.prod(numbers))
    grid = np.stack(np.meshgrid(*map(np.arange, numbers), indexing="ij"), axis=-1).reshape(-1, 3)
    places = np.unique(grid @ whole % count, axis=0) / count + shift @ vectors
    return np.asarray(places - np.round(places - 1e-9))


def _check_number(points: int) -> None:
    if points > MOST_POINTS:
        raise InputError(f"KPOINTS: {points:,} points; at most {MOST_POINTS:,}")


def _regular(comment: str, style: str, asked: FloatArray, shift: FloatArray) -> Mesh:
    check_finite(shift, "KPOINTS: the shift")
    # The comparison refuses NaN, too.
    if asked.shape != (3,) or not (asked >= 1).all() or not np.prod(asked) <= MOST_POINTS:
        shown = " ".join(f"{number:g}" for number in asked)
        raise InputError(
            f"KPOINTS: a mesh of {shown} divisions ({comment}): give three whole numbers from 1 "
            f"on, for at most {MOST_POINTS:,} points"
        )
    divisions: IntArray = asked.astype(int)
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in divisions), indexing="ij"), axis=-1)
    offset = shift + (0.5 * (divisions % 2 == 0) if style == "Monkhorst-Pack" else 0.0)
    points = (grid.reshape(-1, 3) + offset) / divisions
    # Into (-1/2, 1/2], the half itself included whatever its rounding.
    points -= np.round(points - 1e-9)
    a, b, c = (int(n) for n in divisions)
    x, y, z = (float(s) for s in shift)
    weights = np.full(len(points), 1 / len(points))
    return Mesh(comment, style, (a, b, c), (x, y, z), points, weights)
