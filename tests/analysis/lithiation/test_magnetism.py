from itertools import pairwise

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.magnetism import (
    MOMENT_WINDOWS,
    UNASSIGNED,
    charge_sum,
    count_oxidation_states,
    mean_moments,
    mean_state,
    moments_by_element,
    oxidation_state,
)


def rock_salt(metal: str) -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), [metal, "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


def test_sign_of_moments_is_ignored():
    cell = rock_salt("Ni")
    signed = [1.7, -1.7, 1.7, -1.7, 0.1, -0.1, 0.1, -0.1]
    moments = moments_by_element(cell, signed)
    assert moments == moments_by_element(cell, [abs(m) for m in signed])
    assert mean_moments(moments) == pytest.approx({"Ni": 1.7})


def test_wrong_number_of_moments_is_refused():
    with pytest.raises(ValueError, match="7 magnetic moments for 8 sites"):
        moments_by_element(rock_salt("Ni"), [0.0] * 7)


@pytest.mark.parametrize(
    ("element", "moment", "state"),
    [
        # Published means for x = 0, 1 and 2: dissertation of D. Cheng (UC San Diego, 2023), 5.3.2.
        ("Ni", 0.5, 4),
        ("Ni", 1.7, 2),
        ("Mn", 3.2, 4),
        ("Mn", 3.7, 3),
        # Low-spin Ni3+ and Mn2+ of rock-salt MnO.
        ("Ni", 1.0, 3),
        ("Mn", 4.6, 2),
    ],
)
def test_published_moments_give_the_published_oxidation_states(
    element: str, moment: float, state: int
) -> None:
    assert oxidation_state(element, moment) == oxidation_state(element, -moment) == state


@pytest.mark.parametrize(("element", "moment"), [("Ni", 2.5), ("Mn", 1.0), ("Mn", 6.0), ("Ti", 0)])
def test_moment_outside_all_windows_has_no_oxidation_state(element: str, moment: float) -> None:
    assert oxidation_state(element, moment) is None
    assert count_oxidation_states({element: [moment]}) == {element: {UNASSIGNED: 1}}


def test_windows_of_an_element_have_no_gaps_or_overlaps():
    for windows in MOMENT_WINDOWS.values():
        ends = sorted({(window.low, window.high) for window in windows})
        assert all(lower[1] == upper[0] for lower, upper in pairwise(ends))
        assert len({window.charge for window in windows}) == len(windows)


@pytest.mark.parametrize(("mean", "state"), [(2.5, 2), (3.5, 4), (None, 2)])
def test_iron_with_four_unpaired_electrons_is_told_by_the_mean_state(
    mean: float | None, state: int
) -> None:
    assert oxidation_state("Fe", 3.9, mean) == state
    assert count_oxidation_states({"Fe": [3.9, 4.4]}, mean)["Fe"] == {f"{state}+": 1, "3+": 1}


def test_charges_balance_only_for_correct_oxidation_states():
    cell = rock_salt("Mn")
    assert charge_sum(cell, {"Mn": [4.6] * 4}) == 0
    assert charge_sum(cell, {"Mn": [4.6, 4.6, 4.6, 3.8]}) == 1
    assert charge_sum(cell, {"Mn": [4.6, 4.6, 4.6, 0.0]}) is None
    assert charge_sum(rock_salt("Co"), {"Co": [2.7] * 4}) == 0
    assert charge_sum(rock_salt("Ti"), {"Ti": [0.1] * 4}) is None


def test_charges_of_other_cations_are_their_usual_ones() -> None:
    cell = rock_salt("Ni")
    cell.replace(0, "Na")
    cell.replace(1, "Al")
    assert mean_state(cell) == 2
    assert charge_sum(cell, {"Ni": [1.7, 1.7]}) == 0
