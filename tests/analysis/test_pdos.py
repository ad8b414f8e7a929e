import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.pdos import SiteDensities, adjacent_average, pdos_state

STEP = 0.05
ENERGIES = np.arange(-10, 10 + STEP / 2, STEP)
ROUNDING = 1e-12
DENSITIES = np.random.default_rng(0).random(ENERGIES.size)


@pytest.mark.parametrize("points", [1, 2, 3, 10, 11])
def test_moving_average_agrees_with_an_explicit_loop(points: int) -> None:
    starts = range(ENERGIES.size - points + 1)
    expected = [sum(DENSITIES[i] for i in range(s, s + points)) / points for s in starts]
    assert adjacent_average(DENSITIES, points) == pytest.approx(expected, abs=ROUNDING)


def test_constant_density_is_unchanged() -> None:
    averaged = adjacent_average(np.full(ENERGIES.size, 3.5))
    assert averaged.size == ENERGIES.size - 9
    assert averaged == pytest.approx(3.5, abs=ROUNDING)


def test_linear_density_is_not_shifted() -> None:
    energies, averaged = adjacent_average([ENERGIES, 2 * ENERGIES + 1])
    assert averaged == pytest.approx(2 * energies + 1, abs=ROUNDING)


def test_delta_peak_becomes_ten_points_around_its_energy() -> None:
    delta = np.where(np.isclose(ENERGIES, 1.0), 1.0, 0.0)
    energies, averaged = adjacent_average([ENERGIES, delta])
    hit = averaged > 0
    assert averaged[hit] == pytest.approx(0.1)
    assert hit.sum() == 10
    assert energies[hit].mean() == pytest.approx(1.0, abs=ROUNDING)


def test_number_of_states_within_the_grid_is_kept() -> None:
    inside = np.where(abs(ENERGIES) < 5, DENSITIES, 0.0)
    assert adjacent_average(inside).sum() == pytest.approx(inside.sum(), rel=ROUNDING)


@pytest.mark.parametrize("points", [0, ENERGIES.size + 1])
def test_invalid_window_is_refused(points: int) -> None:
    with pytest.raises(ValueError, match=f"window of {points} points"):
        adjacent_average(DENSITIES, points)


def cell() -> Structure:
    return Structure(Lattice.cubic(4), ["Ni", "O", "O"], [[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0]])


def densities(sites: int = 3) -> SiteDensities:
    site = [{("p", "up"): DENSITIES * (n + 1), ("p", "down"): DENSITIES} for n in range(sites)]
    return SiteDensities(ENERGIES, 1.25, {"up": DENSITIES, "down": DENSITIES}, site)


def test_sites_are_summed_by_element_relative_to_the_fermi_level() -> None:
    state = pdos_state(densities(), cell(), "here", x=1.0)
    assert state.energies[0] == pytest.approx(-11.25)
    found = {(p.element, p.spin): np.array(p.density) / DENSITIES for p in state.projections}
    assert {key: ratio.mean().round(9) for key, ratio in found.items()} == {
        ("Ni", "up"): 1,
        ("Ni", "down"): 1,
        ("O", "up"): 5,
        ("O", "down"): 2,
    }
    assert state.elements == ["Ni", "O"]


def test_smoothing_applies_to_energies_and_all_densities() -> None:
    state = pdos_state(densities(), cell(), "here").smoothed(4)
    expected = adjacent_average(DENSITIES, 4)
    assert state.energies == pytest.approx(adjacent_average(ENERGIES - 1.25, 4))
    assert state.total["down"] == pytest.approx(expected)
    assert state.projections[0].density == pytest.approx(expected)


def test_densities_of_a_different_structure_are_refused() -> None:
    with pytest.raises(ValueError, match="projections of 2 sites, but 3"):
        pdos_state(densities(2), cell(), "here")
    with pytest.raises(ValueError, match="LORBIT = 11"):
        pdos_state(densities(0), cell(), "here")
