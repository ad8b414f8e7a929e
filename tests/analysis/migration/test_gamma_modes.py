"""Gamma-point modes of spring models with known frequencies."""

import numpy as np
import pytest
from phonopy import Phonopy
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from scipy.constants import atomic_mass, elementary_charge

from liponflow.analysis.migration.gamma_modes import GammaModes, gamma_modes, needed
from liponflow.analysis.migration.saddle import imaginary_modes
from liponflow.structures.phonons import phonopy_of

STIFFNESS = 2.0  # eV/Å², spring along the bond
DISTANCE = 0.01  # Å
A = 4.0  # Å
CHAIN = Structure(Lattice.tetragonal(A, 10), ["Li", "O"], [[0, 0, 0], [0.5, 0, 0]])
DIMER = Structure(
    Lattice.from_parameters(4, 5, 6, 80, 95, 100), ["Li", "O"], [[0, 0, 0], [0.4, 0.3, 0.2]]
)
"""No symmetry except the identity, so that no operation averages out residual forces."""
CONSTANTS = 1e-4
"""Relative: phonopy's masses and physical constants differ from ours by less."""
MASSES = [site.specie.atomic_mass for site in CHAIN]


def springs(positions: np.ndarray) -> np.ndarray:
    """Return the forces of springs along x between atoms, and of soft springs to the sites."""
    rest = CHAIN.cart_coords
    shift = positions - rest
    forces = -0.01 * shift
    # Each atom has two springs, to the neighbour on either side.
    stretch = 2 * STIFFNESS * (shift[1, 0] - shift[0, 0])
    forces[0, 0] += stretch
    forces[1, 0] -= stretch
    return forces


def thz(stiffness: float, mass: float) -> float:
    root = np.sqrt(stiffness * elementary_charge * 1e20 / (mass * atomic_mass))
    return float(root / (2 * np.pi) / 1e12)


@pytest.fixture(scope="module")
def phonons() -> Phonopy:
    made = phonopy_of(CHAIN, (1, 1, 1))
    made.generate_displacements(distance=DISTANCE, is_plusminus=True)
    return made


def solved(phonons: Phonopy, moving: list[int] | None = None) -> GammaModes:
    forces = []
    for number in needed(phonons, moving):
        entry = phonons.dataset["first_atoms"][number]
        positions = CHAIN.cart_coords.copy()
        positions[entry["number"]] += entry["displacement"]
        forces.append(springs(positions))
    rest = springs(CHAIN.cart_coords)
    return gamma_modes(phonons, forces, rest, moving=moving, distance=DISTANCE)


def test_stretching_mode_has_the_reduced_mass(phonons: Phonopy):
    found = solved(phonons)
    reduced = MASSES[0] * MASSES[1] / sum(MASSES)
    assert len(found.frequencies) == 6 - 3
    assert found.frequencies[-1] == pytest.approx(thz(2 * STIFFNESS + 0.005, reduced), rel=1e-2)
    assert imaginary_modes(found.frequencies) == []


def test_mode_in_frozen_host_has_the_mass_of_the_atom(phonons: Phonopy):
    found = solved(phonons, [1])
    assert found.moving == [1]
    expected = [thz(0.01, MASSES[1])] * 2 + [thz(2 * STIFFNESS + 0.01, MASSES[1])]
    assert found.frequencies == pytest.approx(expected, rel=1e-6)


def test_frozen_host_needs_fewer_calculations(phonons: Phonopy):
    assert len(needed(phonons, [1])) < len(needed(phonons, None))
    assert set(needed(phonons, [0])) | set(needed(phonons, [1])) == set(needed(phonons, None))
    assert solved(phonons, [1]).n_calculations == len(needed(phonons, [1])) + 1


def test_residual_forces_are_subtracted():
    """One-sided displacements: residual forces would cancel in ± pairs."""
    one_sided = phonopy_of(DIMER, (1, 1, 1))
    one_sided.generate_displacements(distance=DISTANCE, is_plusminus=False)
    residual = np.array([[0.3, -0.2, 0.1], [-0.3, 0.2, -0.1]])
    forces = []
    for number in needed(one_sided, None):
        entry = one_sided.dataset["first_atoms"][number]
        shift = np.zeros((2, 3))
        shift[entry["number"]] = entry["displacement"]
        pull = STIFFNESS * (shift[1] - shift[0])
        forces.append(np.array([pull, -pull]) + residual)
    found = gamma_modes(one_sided, forces, residual, distance=DISTANCE)
    # An isotropic spring: three modes with the reduced mass.
    reduced = MASSES[0] * MASSES[1] / sum(MASSES)
    assert found.frequencies == pytest.approx([thz(STIFFNESS, reduced)] * 3, rel=CONSTANTS)


def test_wrong_number_of_force_sets_is_refused(phonons: Phonopy):
    with pytest.raises(ValueError, match="0 sets of forces for"):
        gamma_modes(phonons, [], np.zeros((2, 3)), distance=DISTANCE)
