"""Interfacial stress: limits, an independent solution of the shell, and its inversion."""

from math import pi

import numpy as np
import pytest
from scipy.integrate import solve_bvp

from liponflow.analysis.mechanics.dome import (
    dome_radius,
    dome_strain,
    film_stress,
    height_ratio,
    lame_stress,
    largest_stress,
    printed_stress,
    thickness_ratio,
    thin_shell_stress,
)

COPPER = (129.8, 0.343)
"""Young's modulus (GPa) and Poisson's ratio."""

LIMIT = 2e-3
"""Relative difference from a limit where the small quantity is 1e-3."""


@pytest.mark.parametrize("stress", [printed_stress, lame_stress])
@pytest.mark.parametrize("strain", [0.024, 0.052])
def test_thin_films_follow_laplace(stress, strain) -> None:
    expected = thin_shell_stress(strain, *COPPER, 1e-3)
    assert stress(strain, *COPPER, 1e-3) == pytest.approx(expected, rel=LIMIT)
    assert expected == pytest.approx(2 * film_stress(strain, *COPPER) * 1e-3)


def test_thick_films_have_a_largest_stress() -> None:
    expected = largest_stress(0.024, *COPPER)
    # What the wall still lacks is (r / (r + t))^3.
    assert printed_stress(0.024, *COPPER, 1e3) == pytest.approx(expected, rel=1e-8)
    assert printed_stress(0.024, *COPPER, 10) < expected


def test_printed_formula_is_exact_at_a_poisson_ratio_of_one_third() -> None:
    for ratio in (1e-3, 0.1, 1.0, 30.0):
        exact = lame_stress(0.03, 100, 1 / 3, ratio)
        assert printed_stress(0.03, 100, 1 / 3, ratio) == pytest.approx(exact, rel=1e-12)
    assert printed_stress(0.03, 100, 0.2, 1.0) != pytest.approx(
        lame_stress(0.03, 100, 0.2, 1.0), rel=0.05
    )


@pytest.mark.parametrize("ratio", [0.05, 1.0, 4.0])
def test_lame_solves_the_equilibrium_of_the_shell(ratio: float) -> None:
    """Integrate u'' + 2u'/r - 2u/r² = 0 with the stress on both walls as boundary conditions."""
    strain, (modulus, poisson) = 0.02, COPPER
    pressure = lame_stress(strain, modulus, poisson, ratio)
    scale = modulus / ((1 + poisson) * (1 - 2 * poisson))

    def radial_stress(r, u, slope):
        return scale * ((1 - poisson) * slope + 2 * poisson * u / r)

    solution = solve_bvp(
        lambda r, y: np.vstack([y[1], -2 * y[1] / r + 2 * y[0] / r**2]),
        lambda a, b: [
            radial_stress(1, a[0], a[1]) + pressure,
            radial_stress(1 + ratio, b[0], b[1]),
        ],
        np.linspace(1, 1 + ratio, 50),
        np.zeros((2, 50)),
        tol=1e-8,
    )
    assert solution.success
    assert solution.y[0][0] == pytest.approx(strain, rel=1e-6)  # u/r at the inner wall


def test_printed_range_of_stresses_follows_from_one_thickness_ratio_each() -> None:
    ratios = [thickness_ratio(p, e, *COPPER) for e, p in ((0.024, 0.151), (0.052, 0.503))]
    assert ratios == pytest.approx([0.0162, 0.0251], abs=1e-4)


@pytest.mark.parametrize("ratio", [1e-4, 0.02, 0.5, 20.0])
def test_thickness_inverts_the_stress(ratio: float) -> None:
    stress = printed_stress(0.05, *COPPER, ratio)
    assert thickness_ratio(stress, 0.05, *COPPER) == pytest.approx(ratio, rel=1e-9)


def test_stress_above_the_largest_is_refused_with_the_limit() -> None:
    largest = largest_stress(0.024, *COPPER)
    with pytest.raises(ValueError, match=f"below {largest:.3g} GPa"):
        thickness_ratio(largest, 0.024, *COPPER)


def test_shape_of_a_dome() -> None:
    chord, height = 20.0, 3.0
    angle = np.linspace(-1, 1, 200_001) * np.arcsin(chord / 2 / dome_radius(chord, height))
    arc = np.stack([np.sin(angle), np.cos(angle)]) * dome_radius(chord, height)
    length = np.linalg.norm(np.diff(arc), axis=0).sum()
    assert dome_strain(chord, height) == pytest.approx(length / chord - 1, rel=1e-6)
    assert height_ratio(dome_strain(chord, height)) == pytest.approx(height / chord)
    # A flat dome stretches by 8/3 of the square of its height over chord.
    assert dome_strain(1.0, 0.01) == pytest.approx(8 / 3 * 1e-4, rel=1e-3)


def test_impossible_domes_are_refused() -> None:
    with pytest.raises(ValueError, match="at most half the chord, 10"):
        dome_strain(20.0, 10.1)
    with pytest.raises(ValueError, match=r"0\.5708"):
        height_ratio(pi / 2)
