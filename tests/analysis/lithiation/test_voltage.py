from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pymatgen.apps.battery.insertion_battery import InsertionElectrode
from pymatgen.core.composition import Composition
from pymatgen.entries.computed_entries import ComputedEntry

from liponflow.analysis.lithiation.voltage import (
    energy_above_hull,
    energy_above_line,
    lower_hull,
    voltage_staircase,
)

VOLTAGE_TOL = 1e-6  # V
LI_ENERGY = -1.9

Curve = tuple[list[float], list[float]]

curves = st.dictionaries(st.integers(0, 16), st.floats(-50, -48), min_size=2, max_size=9).map(
    lambda curve: ([n / 8 for n in curve], list(curve.values()))
)


def test_hull_and_voltages_match_a_worked_example():
    # 0 -> 1 gains 6.6 eV against Li at -1.9 eV: 4.7 V. x = 1.5 lies 0.05 eV above the line.
    x, energies = [0.0, 1.0, 1.5, 2.0], [-45.0, -51.6, -53.925, -56.35]
    steps = voltage_staircase(x, energies, LI_ENERGY)
    assert [(step.x_low, step.x_high) for step in steps] == [(0, 1), (1, 2)]
    assert [step.voltage for step in steps] == pytest.approx([4.7, 2.85], abs=VOLTAGE_TOL)
    assert energy_above_hull(x, energies) == pytest.approx([0, 0, 0.05, 0])
    assert energy_above_line(x, energies, (1, 3))[2] == pytest.approx(0.05)
    assert energy_above_line(x, energies, (0, 3)) == pytest.approx([0, -0.925, -0.41250, 0])


def test_state_on_the_tie_line_is_not_a_vertex():
    assert lower_hull([0, 1, 2], [0.0, -1.0, -2.0]) == [0, 2]


@given(curves)
def test_staircase_agrees_with_pymatgen(curve: Curve) -> None:
    # pymatgen builds the hull as a phase diagram with Li: an independent implementation. It keeps
    # only states that are stable against high-energy Li, hence the added falling line.
    x = curve[0]
    energies = [energy - 20 * content for content, energy in zip(*curve, strict=True)]
    steps = voltage_staircase(x, energies, LI_ENERGY)
    off_hull = [value for value in energy_above_hull(x, energies) if value]
    kinks = [a.voltage - b.voltage for a, b in pairwise(steps)]
    # Below this distance, rounding decides which states are stable in each implementation.
    assume(min([*off_hull, *kinks], default=1.0) > 1e-4)
    entries = [
        ComputedEntry(Composition({"Li": content, "Mn": 2, "O": 4}), energy)
        for content, energy in zip(x, energies, strict=True)
    ]
    electrode = InsertionElectrode.from_entries(entries, ComputedEntry("Li", LI_ENERGY))
    theirs = sorted((pair.voltage for pair in electrode.voltage_pairs), reverse=True)
    assert [step.voltage for step in steps] == pytest.approx(theirs, abs=VOLTAGE_TOL)


@given(curves)
def test_staircase_never_rises_and_conserves_energy(curve: Curve) -> None:
    x, energies = curve
    steps = voltage_staircase(x, energies, LI_ENERGY)
    voltages = [step.voltage for step in steps]
    assert all(later <= earlier + VOLTAGE_TOL for earlier, later in pairwise(voltages))
    first, last = int(np.argmin(x)), int(np.argmax(x))
    end_to_end = (x[last] - x[first]) * LI_ENERGY - (energies[last] - energies[first])
    assert sum(s.voltage * (s.x_high - s.x_low) for s in steps) == pytest.approx(end_to_end)


@given(curves)
def test_states_never_lie_below_the_hull(curve: Curve) -> None:
    x, energies = curve
    above = energy_above_hull(x, energies)
    assert above.min() >= -1e-8
    assert all(above[index] == 0 for index in lower_hull(x, energies))


@given(curves, st.randoms(use_true_random=False))
def test_order_of_the_states_does_not_matter(curve: Curve, random: Random) -> None:
    states = list(zip(*curve, strict=True))
    steps = voltage_staircase(*curve, LI_ENERGY)
    random.shuffle(states)
    x, energies = zip(*states, strict=True)
    assert voltage_staircase(x, energies, LI_ENERGY) == steps


def test_single_state_gives_no_voltages():
    assert voltage_staircase([1.0], [-50.0], LI_ENERGY) == []


def test_ambiguous_input_is_refused():
    with pytest.raises(ValueError, match="an x occurs twice"):
        lower_hull([0, 1, 1], [0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match="3 contents x for 2 energies"):
        lower_hull([0, 1, 2], [0.0, 0.0])
    with pytest.raises(ValueError, match="same x = 1"):
        energy_above_line([1, 1], [0.0, 0.0], (0, 1))
