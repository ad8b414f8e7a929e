"""k-points, which parsers expect in the outputs; the stand-in uses them for nothing else."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pymatgen.io.vasp import Incar, Kpoints
from pymatgen.io.vasp.inputs import KpointsSupportedModes

from liponflow.arrays import FloatArray, IntArray
from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.incar import Settings


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


def read_kpoints(path: Path, cell: FloatArray, incar: Incar, settings: Settings) -> Mesh:
    """Read KPOINTS, or build the mesh of KSPACING.

    Parameters
    ----------
    path
        KPOINTS file; it may be missing if the INCAR has KSPACING.
    cell
        Lattice vectors, Å.
    incar, settings
        The tags as given, and with VASP's defaults.

    Returns
    -------
    Mesh

    Raises
    ------
    InputError
        If there is neither the file nor the tag, or the file cannot be read.
    """
    if not path.is_file():
        if "KSPACING" not in incar:
            raise InputError("KPOINTS is missing, and INCAR has no KSPACING")
        lengths = 2 * np.pi * np.linalg.norm(np.linalg.inv(cell), axis=0)
        divisions = np.maximum(1, np.ceil(lengths / settings.kspacing)).astype(int)
        style = "Gamma" if settings.kgamma else "Monkhorst-Pack"
        return _regular("mesh of KSPACING", style, divisions, np.zeros(3))
    try:
        kpoints = Kpoints.from_file(path)
    except (ValueError, IndexError, KeyError) as error:
        raise InputError(f"KPOINTS cannot be read: {error}") from error
    modes = KpointsSupportedModes
    if kpoints.style in {modes.Gamma, modes.Monkhorst}:
        style = "Gamma" if kpoints.style is modes.Gamma else "Monkhorst-Pack"
        divisions = np.array(kpoints.kpts[0], dtype=int)
        return _regular(kpoints.comment, style, divisions, np.array(kpoints.kpts_shift, float))
    if kpoints.style is modes.Automatic:
        # VASP's rule: N = max(1, int(length |b| + 0.5)), Gamma-centred.
        lengths = np.linalg.norm(np.linalg.inv(cell), axis=0)
        divisions = np.maximum(1, (kpoints.kpts[0][0] * lengths + 0.5).astype(int))
        return _regular(kpoints.comment, "Gamma", divisions, np.zeros(3))
    points = np.array(kpoints.kpts, dtype=float).reshape(-1, 3)
    weights = np.array(kpoints.kpts_weights or np.ones(len(points)), dtype=float)
    return Mesh(
        kpoints.comment, "Listgenerated", None, (0.0, 0.0, 0.0), points, weights / weights.sum()
    )


def _regular(comment: str, style: str, divisions: IntArray, shift: FloatArray) -> Mesh:
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in divisions), indexing="ij"), axis=-1)
    offset = shift + (0.5 * (divisions % 2 == 0) if style == "Monkhorst-Pack" else 0.0)
    points = (grid.reshape(-1, 3) + offset) / divisions
    # Into (-1/2, 1/2], the half itself included whatever its rounding.
    points -= np.round(points - 1e-9)
    a, b, c = (int(n) for n in divisions)
    x, y, z = (float(s) for s in shift)
    weights = np.full(len(points), 1 / len(points))
    return Mesh(comment, style, (a, b, c), (x, y, z), points, weights)
