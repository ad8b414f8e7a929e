"""Phonons of spring models whose vibrations are known in closed form."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from scipy.constants import atomic_mass, electron_volt, hbar

from liponflow.analysis.phonons import Phonons, harmonic
from liponflow.analysis.stability.gases import ThermalZero
from liponflow.arrays import FloatArray
from liponflow.crystals.supercell import Supercell
from liponflow.structures.phonons import displacements, phonopy_of
from liponflow.units import BOLTZMANN

SPRING = 2.0
"""eV/Å²: isotropic, between nearest neighbours."""

LATTICE_PARAMETER = 3.0
NEAREST = 1.1 * LATTICE_PARAMETER
"""Å, between the first and the second shell of the simple cubic crystal."""

MESH = 24.0
"""Å; 8 wave vectors along each axis."""

MASS = 6.941 * atomic_mass
"""kg, of Li in phonopy."""

MASS_F = 18.9984032 * atomic_mass
"""kg, of F in phonopy."""

EXACT = 1e-9
"""eV/atom: rounding only."""

CONSTANTS = 5e-7
"""eV/atom: phonopy's physical constants differ in the seventh digit."""

BINS = 5e-3
"""Relative: each frequency is rounded to the middle of one of 200 bins."""

TABLE = 1e-7
"""eV/atom, for interpolation between tabulated temperatures."""


def crystal() -> Structure:
    return Structure(Lattice.cubic(LATTICE_PARAMETER), ["Li"], [[0, 0, 0]])


def two_kinds_of_atoms() -> Structure:
    """Return a CsCl structure: two atoms per primitive cell, springs between unlike atoms."""
    return Structure(Lattice.cubic(LATTICE_PARAMETER), ["Li", "F"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def spring_forces(
    structure: Structure, rest: Structure, spring: float, reach: float
) -> FloatArray:
    """Return the forces of isotropic springs between nearest neighbours."""
    moved = structure.frac_coords - rest.frac_coords
    moved -= moved.round()
    shifts = moved @ rest.lattice.matrix
    first, second, _, _ = rest.get_neighbor_list(reach)
    forces = np.zeros((len(rest), 3))
    np.add.at(forces, first, -spring * (shifts[first] - shifts[second]))
    return forces


def solved(
    spring: float = SPRING,
    cell: Structure | None = None,
    supercell: Supercell | None = None,
    **options: object,
) -> Phonons:
    found = displacements(cell or crystal(), min_length=9.0, distance=0.01, supercell=supercell)
    reach = NEAREST * (1.0 if cell is None else 0.5 * 3**0.5)
    forces = [spring_forces(moved, found.supercell, spring, reach) for moved in found.structures]
    return harmonic(
        phonopy_of(found.cell, found.repeats),
        found.dataset,
        forces,
        np.zeros((len(found.supercell), 3)),
        distance=0.01,
        mesh_length=MESH,
        **options,
    )


@pytest.fixture(scope="module")
def springs() -> Phonons:
    return solved()


def quanta() -> FloatArray:
    """Return ħω (eV) on the mesh without acoustic modes at Gamma: m ω² = 2 k Σ (1 - cos q a)."""
    q = 2 * np.pi * np.arange(8) / 8
    curvature = 2 * SPRING * sum(1 - np.cos(axis) for axis in np.meshgrid(q, q, q))
    omega = np.sqrt(curvature.ravel() * electron_volt / 1e-20 / MASS)
    return np.sort(hbar * omega / electron_volt)[1:]


def test_mesh_is_that_of_the_analytic_sum(springs: Phonons) -> None:
    assert springs.mesh == (8, 8, 8)
    assert springs.repeats == (3, 3, 3)


@pytest.mark.filterwarnings("ignore:Warning. Point group symmetries")
def test_sheared_supercell_gives_the_same_vibrations(springs: Phonons) -> None:
    sheared = ((3, 0, 0), (1, 3, 0), (0, -1, 3))
    found = solved(supercell=sheared)
    assert found.repeats == sheared
    assert found.supercell_atoms == springs.supercell_atoms
    assert found.zero_point_energy == pytest.approx(springs.zero_point_energy, rel=1e-9)


def test_zero_point_energy_is_exact(springs: Phonons) -> None:
    exact = 3 * quanta().sum() / 2 / 8**3
    assert springs.zero_point_energy == pytest.approx(exact, abs=CONSTANTS)


@pytest.mark.parametrize("temperature", [100.0, 300.0, 1000.0])
def test_free_energy_and_entropy_are_exact(springs: Phonons, temperature: float) -> None:
    modes, kt = quanta(), BOLTZMANN * temperature
    free = 3 * (modes / 2 + kt * np.log(-np.expm1(-modes / kt))).sum() / 8**3
    occupied = 1 / np.expm1(modes / kt)
    entropy = (
        3
        * BOLTZMANN
        * ((1 + occupied) * np.log(1 + occupied) - occupied * np.log(occupied)).sum()
        / 8**3
    )
    assert springs.free_energy(temperature) == pytest.approx(free, abs=CONSTANTS)
    assert springs.entropies[springs.temperatures.index(temperature)] == pytest.approx(
        entropy, rel=1e-5
    )


def quanta_of_two_kinds() -> FloatArray:
    """Return ħω (eV) of the CsCl structure on the mesh, without acoustic modes at Gamma.

    Every direction of displacement is for itself: D = [[8 k/m, -8 k c/√(m M)], [.., 8 k/M]] with
    c = cos(q_x a/2) cos(q_y a/2) cos(q_z a/2).
    """
    light, heavy = MASS, MASS_F
    half = np.pi * np.arange(8) / 8
    c = np.prod(np.meshgrid(*3 * [np.cos(half)]), axis=0).ravel()
    total, product = 1 / light + 1 / heavy, 1 / (light * heavy)
    root = np.sqrt(total**2 - 4 * product * (1 - c**2))
    squares = 4 * SPRING * np.concatenate([total + root, total - root])
    omega = np.sqrt(np.abs(squares) * electron_volt / 1e-20)
    return np.sort(hbar * omega / electron_volt)[1:]


def test_energies_and_entropies_are_per_atom_not_per_cell() -> None:
    """Compare two atoms per primitive cell with the analytic sum over 8³ wave vectors."""
    found, modes, atoms = solved(cell=two_kinds_of_atoms()), quanta_of_two_kinds(), 2 * 8**3
    assert found.mesh == (8, 8, 8)
    assert found.zero_point_energy == pytest.approx(3 * modes.sum() / 2 / atoms, abs=CONSTANTS)
    temperature = 300.0
    kt = BOLTZMANN * temperature
    free = 3 * (modes / 2 + kt * np.log(-np.expm1(-modes / kt))).sum() / atoms
    assert found.free_energy(temperature) == pytest.approx(free, abs=CONSTANTS)
    occupied = 1 / np.expm1(modes / kt)
    entropy = (1 + occupied) * np.log(1 + occupied) - occupied * np.log(occupied)
    assert found.entropies[found.temperatures.index(temperature)] == pytest.approx(
        3 * BOLTZMANN * entropy.sum() / atoms, rel=1e-5
    )
    width = found.density.frequencies[1] - found.density.frequencies[0]
    assert sum(found.density.states) * width == pytest.approx(3)


def test_interpolation_between_tabulated_temperatures_is_accurate(springs: Phonons) -> None:
    between = [15.0, 155.0, 298.15, 303.3, 995.0]
    exact = solved(temperatures=[0.0, *between])
    for temperature in between:
        assert springs.free_energy(temperature) == pytest.approx(
            exact.free_energies[exact.temperatures.index(temperature)], abs=TABLE
        )


def test_standard_enthalpy_scale_includes_the_heat_content(springs: Phonons) -> None:
    assert springs.free_energy(0, ThermalZero.ENTHALPY) == 0
    at_standard = springs.free_energy(298.15, ThermalZero.ENTHALPY)
    step = 0.5
    slope = (springs.free_energy(298.15 + step) - springs.free_energy(298.15 - step)) / 2 / step
    assert at_standard == pytest.approx(298.15 * slope, rel=1e-4)  # -T S


def test_high_temperature_energy_has_the_classical_limit(springs: Phonons) -> None:
    # Equipartition with its quantum corrections (y = ħω/kT): U = 3 kT (1 + y²/12 - y⁴/720),
    # without the acoustic modes at Gamma.
    internal = springs.internal_energy(1000) / (3 * BOLTZMANN * 1000)
    y = quanta() / (BOLTZMANN * 1000)
    assert internal == pytest.approx((1 + y**2 / 12 - y**4 / 720).sum() / 8**3, rel=1e-4)


def test_density_of_states_integrates_to_three_per_atom(springs: Phonons) -> None:
    frequencies = np.array(springs.density.frequencies)
    width = frequencies[1] - frequencies[0]
    assert sum(springs.density.states) * width == pytest.approx(3)
    highest = np.sqrt(12 * SPRING * electron_volt / 1e-20 / MASS) / 2e12 / np.pi
    assert frequencies[np.nonzero(springs.density.states)[0][-1]] == pytest.approx(
        highest, abs=width
    )


def test_density_has_the_mean_frequency_of_the_whole_mesh(springs: Phonons) -> None:
    """Mean over all 8³ wave vectors, without symmetry reduction.

    The mean square would not do: the irreducible wave vectors have the same without weights.
    """
    frequencies = np.array(springs.density.frequencies)
    width = frequencies[1] - frequencies[0]
    mean = (frequencies * springs.density.states).sum() * width / 3
    exact = (quanta() * electron_volt / hbar / 2e12 / np.pi).sum() / 8**3
    assert mean == pytest.approx(exact, rel=BINS)


def test_imaginary_modes_are_reported_and_not_summed(springs: Phonons) -> None:
    assert springs.stable
    unstable = solved(spring=-SPRING)
    assert not unstable.stable
    assert unstable.imaginary_share == pytest.approx(1 - 1 / 8**3)
    assert unstable.lowest_frequency < -5
    assert unstable.free_energy(300) == pytest.approx(0, abs=EXACT)


def test_residual_forces_are_subtracted() -> None:
    """Residual forces break the crystal symmetry, which would make them cancel."""
    found = displacements(crystal(), min_length=9.0, distance=0.01)
    rest = 0.01 * np.random.default_rng(2).standard_normal((27, 3))
    forces = [
        spring_forces(moved, found.supercell, SPRING, NEAREST) + rest for moved in found.structures
    ]
    phonons = harmonic(
        phonopy_of(found.cell, found.repeats), found.dataset, forces, rest,
        distance=0.01, mesh_length=MESH,
    )  # fmt: skip
    assert phonons.residual_force == pytest.approx(max(np.sqrt((rest**2).sum(axis=1))))
    assert phonons.free_energy(300) == pytest.approx(solved().free_energy(300), abs=EXACT)


def test_missing_forces_and_temperatures_are_refused(springs: Phonons) -> None:
    found = displacements(crystal(), min_length=9.0, distance=0.01)
    with pytest.raises(ValueError, match="forces of 0 supercells for 1 displacements"):
        harmonic(
            phonopy_of(found.cell, found.repeats), found.dataset, [], np.zeros((27, 3)),
            distance=0.01, mesh_length=MESH,
        )  # fmt: skip
    with pytest.raises(ValueError, match="2000 K is outside 0 to 1000 K"):
        springs.free_energy(2000)
