"""Space charge against the limits of Debye, of Gouy and Chapman, and a numerical solution."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.constants import elementary_charge, epsilon_0
from scipy.integrate import solve_bvp, trapezoid

from liponflow.analysis.space_charge.layer import Phase, share_drop

DILUTE = Phase(16.6, 1e24, 0.5, 0.5, 298.15)
"""So few defects per site that they never crowd (ν = 7e-9)."""
CROWDED = Phase(16.6, 3.6e22, 0.1, 0.1, 298.15)

LINEAR = 1e-4
"""Relative difference from Debye's limit where y = 0.02: y²/24 of the charge."""


def test_small_potentials_decay_over_the_debye_length() -> None:
    drop = 0.02 * DILUTE.thermal
    depth, potential = DILUTE.profile(drop)
    assert potential == pytest.approx(drop * np.exp(-depth / DILUTE.debye_length), rel=1e-3)
    capacity = DILUTE.permittivity * epsilon_0 / (DILUTE.debye_length * 1e-9)  # F/m²
    assert DILUTE.charge(drop) == pytest.approx(-100 * capacity * drop, rel=LINEAR)


@pytest.mark.parametrize("drop", [0.05, -0.2, 0.3])
def test_dilute_layers_follow_gouy_and_chapman(drop: float) -> None:
    depth, potential = DILUTE.profile(drop)
    reduced, surface = potential / DILUTE.thermal, drop / DILUTE.thermal
    expected = np.tanh(surface / 4) * np.exp(-depth / DILUTE.debye_length)
    assert np.tanh(reduced / 4) == pytest.approx(expected, rel=2e-3, abs=1e-6)
    # Grahame's equation; sqrt(8 ε kT c0) sinh(y/2) with kT in J.
    thermal = DILUTE.thermal * elementary_charge
    grahame = np.sqrt(8 * DILUTE.permittivity * epsilon_0 * thermal * DILUTE.concentration * 1e6)
    assert DILUTE.charge(drop) == pytest.approx(-100 * grahame * np.sinh(surface / 2), rel=1e-2)


@pytest.mark.parametrize("drop", [0.05, 0.25])
def test_crowded_layers_solve_poissons_equation(drop: float) -> None:
    """Solve y'' = sinh y / [1 + ν (cosh y - 1)] on a mesh, in units of the Debye length."""
    phase, end = CROWDED, 12.0
    nu, surface = phase.filling, drop / phase.thermal
    mesh = end * np.linspace(0, 1, 400) ** 2
    solution = solve_bvp(
        lambda _, y: np.vstack([y[1], np.sinh(y[0]) / (1 + nu * (np.cosh(y[0]) - 1))]),
        lambda a, b: [a[0] - surface, b[0]],
        mesh,
        np.vstack([surface * np.exp(-mesh), -surface * np.exp(-mesh)]),
        tol=1e-8,
        max_nodes=50_000,
    )
    assert solution.success
    depth, potential = phase.profile(drop)
    inside = depth < 5 * phase.debye_length
    expected = solution.sol(depth[inside] / phase.debye_length)[0] * phase.thermal
    assert potential[inside] == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_charge_is_the_integral_of_the_defects() -> None:
    depth, potential = CROWDED.profile(0.2)
    plus, minus = CROWDED.densities(potential / CROWDED.thermal)
    integral = trapezoid(plus - minus, depth * 1e-7) * elementary_charge * 1e6
    assert integral == pytest.approx(CROWDED.charge(0.2), rel=1e-3)


def test_defects_never_exceed_the_sites() -> None:
    plus, minus = CROWDED.densities(np.array([-400.0, -10.0, 0.0, 10.0, 400.0]))
    assert np.all(plus + minus <= CROWDED.sites * (1 + 1e-12))
    assert minus[-1] == pytest.approx(CROWDED.sites)
    assert plus[2] == pytest.approx(CROWDED.concentration)


def test_bulk_has_the_defects_of_its_formation_energy() -> None:
    weight = np.exp(-DILUTE.formation / DILUTE.thermal)
    assert DILUTE.concentration == pytest.approx(DILUTE.sites * weight, rel=1e-7)
    assert CROWDED.filling < 1
    # Another zero of the scale moves the level, and nothing else.
    moved = replace(CROWDED, interstitial=0.4, vacancy=-0.2)
    assert moved.level == pytest.approx(0.3)
    assert moved.concentration == pytest.approx(CROWDED.concentration)


@pytest.mark.parametrize("drop", [0.4, -0.4])
def test_charges_of_both_layers_cancel(drop: float) -> None:
    first, second = share_drop(DILUTE, CROWDED, drop)
    assert first - second == pytest.approx(drop)
    assert DILUTE.charge(first) == pytest.approx(-CROWDED.charge(second), rel=1e-6)
    assert abs(first) > abs(second)  # the phase with fewer defects takes most of it


def test_small_drops_are_shared_as_by_two_capacitors() -> None:
    other = replace(DILUTE, permittivity=4.0)
    first, second = share_drop(DILUTE, other, 1e-4)
    capacities = [p.permittivity / p.debye_length for p in (DILUTE, other)]
    assert -first / second == pytest.approx(capacities[1] / capacities[0], rel=1e-5)
