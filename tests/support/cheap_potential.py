"""A cheap pair potential for tests that do not depend on the potential."""

import itertools

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

DEPTH, STIFFNESS, RANGE = 0.35, 1.4, 3.35
"""eV, 1/Å and Å: of the order of metals, and of use in cells of at least RANGE a side."""
NEAREST = np.zeros((1, 3))
IMAGES = np.array(list(itertools.product((-1, 0, 1), repeat=3)))


class CheapPotential(Calculator):
    """Morse potential, cut off smoothly beyond the nearest neighbours.

    Parameters
    ----------
    distance
        Distance of the minimum, Å.
    """

    implemented_properties = ["energy", "forces", "stress", "magmoms"]  # noqa: RUF012

    def __init__(self, distance: float) -> None:
        super().__init__()
        self.distance = distance

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        cell, scaled = self.atoms.cell.array, self.atoms.get_scaled_positions(wrap=False)
        shifts = scaled[None, :] - scaled[:, None]
        heights = 1 / np.linalg.norm(np.linalg.inv(cell), axis=0)
        # Only the nearest image is within half a height.
        images = NEAREST if heights.min() >= 2 * RANGE else IMAGES
        vectors = ((shifts - np.round(shifts)) @ cell)[:, :, None] + images @ cell
        squared = np.einsum("ijkx,ijkx->ijk", vectors, vectors)
        first, second, image = np.nonzero((squared > 1e-6) & (squared < RANGE**2))
        vectors = vectors[first, second, image]
        r = np.sqrt(squared[first, second, image])
        decay = np.exp(-STIFFNESS * (r - self.distance))
        morse, slope = DEPTH * decay * (decay - 2), 2 * DEPTH * STIFFNESS * decay * (1 - decay)
        rest = 1 - (r / RANGE) ** 12
        derivative = slope * rest**2 - morse * rest * 24 * r**11 / RANGE**12
        pulls = (derivative / r)[:, None] * vectors
        forces = np.zeros((len(self.atoms), 3))
        np.add.at(forces, first, pulls)
        stress = pulls.T @ vectors / 2 / self.atoms.get_volume()
        self.results = {
            "energy": float((morse * rest**2).sum() / 2),
            "forces": forces,
            "stress": full_3x3_to_voigt_6_stress(stress),
            "magmoms": np.zeros(len(self.atoms)),
        }


class OtherPotential(CheapPotential):
    """The same potential as another engine."""
