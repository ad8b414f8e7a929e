"""A vacancy hop in a crystal with an analytic potential."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.mep import NEB
from ase.optimize import LBFGS
from model_surface import Path

from liponflow.structures.migration.images import PathMirror


@pytest.fixture(scope="session")
def copper() -> Path:
    """Return the hop of an atom of fcc Cu into a vacancy; inversion reverses the path."""
    crystal = bulk("Cu", cubic=True) * (2, 2, 2)
    hole = crystal.positions[0].copy()
    neighbor = int(np.argsort(crystal.get_distances(0, range(len(crystal)), mic=True))[1])
    way = crystal.get_distance(0, neighbor, mic=True, vector=True)
    first = crystal.copy()
    del first[0]
    last = first.copy()
    last.positions[neighbor - 1] -= way
    for end in (first, last):
        end.calc = EMT()
        LBFGS(end, logfile=None).run(fmax=1e-3)
    images = [first.copy() for _ in range(6)] + [last.copy()]
    NEB(images, method="improvedtangent").interpolate("idpp", mic=True)
    lattice = crystal.cell.array
    middle = 2 * hole + way
    turned = middle - first.positions
    apart = (turned[:, None] - last.positions) @ np.linalg.inv(lattice)
    lengths = np.linalg.norm((apart - apart.round()) @ lattice, axis=2)
    mirror = PathMirror(-np.eye(3), middle, lengths.argmin(axis=1), lattice)
    return Path(images, mirror)
