"""Distorted crystals, and forces and stress as derivatives of the energy."""

import numpy as np
import pytest
from ase import Atoms
from pymatgen.core import Structure


def distorted(structure: Structure) -> Atoms:
    """Shear and rattle a crystal, and move some atoms into other cells."""
    rng = np.random.default_rng(1)
    atoms: Atoms = structure.to_ase_atoms(msonable=False)
    shear = np.eye(3) + rng.normal(0, 0.01, (3, 3))
    atoms.set_cell(atoms.cell.array @ shear, scale_atoms=True)
    atoms.rattle(0.08, seed=2)
    atoms.positions += rng.integers(-1, 2, (len(atoms), 3)) @ atoms.cell.array
    return atoms


def assert_derivatives_of_energy(atoms: Atoms, force: float, stress: float) -> None:
    """Compare forces and stress along one direction each with differences of energies.

    Parameters
    ----------
    atoms
        Atoms with a calculator; they are moved.
    force, stress
        Relative tolerances.
    """
    forces, tensor = atoms.get_forces(), atoms.get_stress(voigt=False)
    volume, step = atoms.get_volume(), 1e-3
    positions, cell = atoms.positions.copy(), atoms.cell.array.copy()

    def slope(move: np.ndarray, strain: np.ndarray) -> float:
        energies = []
        for sign in (1, -1):
            deformation = np.eye(3) + sign * step * strain
            atoms.set_cell(cell @ deformation)
            atoms.set_positions((positions + sign * step * move) @ deformation)
            energies.append(atoms.get_potential_energy())
        return (energies[0] - energies[1]) / (2 * step)

    rng = np.random.default_rng(3)
    move = rng.normal(size=positions.shape)
    found = slope(move, np.zeros((3, 3)))
    assert -(forces * move).sum() == pytest.approx(found, rel=force)
    strain = rng.normal(size=(3, 3))
    strain += strain.T
    found = slope(np.zeros_like(move), strain)
    assert volume * (tensor * strain).sum() == pytest.approx(found, rel=stress)
