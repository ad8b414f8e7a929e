"""Analytic potential-energy surfaces of one atom with known saddle points."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from liponflow.structures.migration.images import PathMirror

CENTRE = 10.0
"""Å, of the box of 20 Å in which the atom moves."""
STIFFNESS = 4.0
"""eV/Å², across the valley."""
BEND = 0.6
"""Å: how far the valley bends off the straight line."""


class ModelSurface(Calculator):
    """A bent valley: V = p(x) + k/2 (y - b (1 - x²))² + k/2 z².

    Along the bottom of the valley the energy is the polynomial p(x), so the stationary points and
    the barrier are those of p, regardless of the bend.

    Parameters
    ----------
    height
        Saddle energy (eV) of the untilted valley p = height (1 - x²)² + tilt x.
    tilt
        eV/Å.
    dip
        Depth (eV) of a dip in the middle, which adds - dip (1 - x²)⁶ to p.
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def __init__(self, height: float = 0.4, tilt: float = 0.0, dip: float = 0.0) -> None:
        super().__init__()
        self.height, self.tilt, self.dip = height, tilt, dip
        self.calls = 0
        one = np.polynomial.Polynomial([1, 0, -1])
        self.along = height * one**2 - dip * one**6 + np.polynomial.Polynomial([0, tilt])

    @staticmethod
    def valley(x):
        return BEND * (1 - x**2)

    @property
    def stationary(self):
        """Return stationary points along the valley between -1.5 and 1.5, ascending."""
        roots = self.along.deriv().roots()
        real = np.sort(roots[abs(roots.imag) < 1e-9].real)
        return real[abs(real) < 1.5]

    @property
    def minima(self):
        """Return the first and the last minimum."""
        return self.stationary[0], self.stationary[-1]

    @property
    def barrier(self):
        """Return the highest energy between the minima, relative to the first (eV)."""
        points = self.stationary
        return self.along(points).max() - self.along(points[0])

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        self.calls += 1
        x, y, z = self.atoms.positions[0] - CENTRE
        off = y - self.valley(x)
        self.results = {
            "energy": float(self.along(x) + STIFFNESS / 2 * (off**2 + z**2)),
            "forces": -np.array(
                [
                    [
                        self.along.deriv()(x) + STIFFNESS * off * 2 * BEND * x,
                        STIFFNESS * off,
                        STIFFNESS * z,
                    ]
                ]
            ),
        }


@dataclass
class Path:
    """A path to relax, and the operation that reverses it."""

    images: list[Atoms]
    mirror: PathMirror | None

    def copy(self) -> list[Atoms]:
        return [image.copy() for image in self.images]


def model_path(surface: ModelSurface, n_images: int = 7) -> Path:
    """Return a straight line between the two minima of a surface, slightly shifted in y."""
    first, last = surface.minima
    images = []
    for number, share in enumerate(np.linspace(0, 1, n_images)):
        x = (1 - share) * first + share * last
        y = surface.valley(x) if number in {0, n_images - 1} else 0.05
        images.append(
            Atoms("H", [[x + CENTRE, y + CENTRE, CENTRE]], cell=[2 * CENTRE] * 3, pbc=True)
        )
    mirror = PathMirror(
        rotation=np.diag([-1.0, 1.0, 1.0]),
        translation=np.array([2 * CENTRE, 0.0, 0.0]),
        permutation=np.array([0]),
        lattice=np.eye(3) * 2 * CENTRE,
    )
    return Path(images, mirror if surface.tilt == 0 else None)
