"""Cheap analytic potentials: a Lennard-Jones crystal, and atoms in harmonic wells."""

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

EPSILON, SIGMA, RANGE = 0.0104, 3.4, 5.0
"""Argon: eV, Å; the potential ends between the first and the second neighbours."""

LATTICE = 5.54
"""Å, near the minimum of the energy."""


def argon(repeats: int = 2) -> Atoms:
    """Return fcc argon, 32 atoms by default, large enough for minimum images."""
    return bulk("Ar", a=LATTICE, cubic=True) * (repeats, repeats, repeats)


class LennardJones(Calculator):
    """Pair potential with energy and force shifted to 0 at the cutoff, in minimum images."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        lengths = np.diag(self.atoms.cell.array)
        assert np.all(lengths >= 2 * RANGE), "too small for minimum images"
        first, second = np.triu_indices(len(self.atoms), 1)
        vectors = self.atoms.positions[second] - self.atoms.positions[first]
        vectors -= np.round(vectors / lengths) * lengths
        r = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        near = r < RANGE
        first, second, vectors, r = first[near], second[near], vectors[near], r[near]
        energies, slopes = _pair(r)
        shift, slope = _pair(RANGE)
        pulls = ((slopes - slope) / r)[:, None] * vectors
        n_atoms = len(self.atoms)
        forces = np.zeros((n_atoms, 3))
        for axis in range(3):
            forces[:, axis] = np.bincount(first, pulls[:, axis], n_atoms)
            forces[:, axis] -= np.bincount(second, pulls[:, axis], n_atoms)
        stress = pulls.T @ vectors / self.atoms.get_volume()
        self.results = {
            "energy": float((energies - shift - slope * (r - RANGE)).sum()),
            "forces": forces,
            "stress": full_3x3_to_voigt_6_stress((stress + stress.T) / 2),
        }


def _pair(r):
    sixth = (SIGMA / r) ** 6
    return 4 * EPSILON * (sixth**2 - sixth), 4 * EPSILON * (-12 * sixth**2 + 6 * sixth) / r


class Wells(Calculator):
    """Every atom in its own harmonic well, or on a hill.

    Parameters
    ----------
    centres
        Shape (atoms, 3), Å.
    stiffness
        eV/Å²; negative for hills.
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def __init__(self, centres, stiffness: float) -> None:
        super().__init__()
        self.centres, self.stiffness = centres, stiffness

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        away = self.atoms.positions - self.centres
        energy = 0.5 * self.stiffness * float((away**2).sum())
        self.results = {"energy": energy, "forces": -self.stiffness * away}
