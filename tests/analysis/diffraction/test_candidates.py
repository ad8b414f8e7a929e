import numpy as np
import pytest

from liponflow.analysis.diffraction.candidates import Observed, match, name_phases
from liponflow.analysis.diffraction.reflections import reflections
from liponflow.structures.diffraction import CANDIDATES, measured_crystal

RANGE = (1.0, 6.0)
TOLERANCE = 0.02
PHASES = {
    name: reflections(measured_crystal(name).structure, RANGE[0], name=name) for name in CANDIDATES
}


def observed(spacings, error: float = 0.0, angle=None) -> Observed:
    values = np.array(spacings, dtype=float)
    return Observed(
        values, np.full(len(values), error), None if angle is None else np.array(angle), RANGE
    )


def compared(lines: Observed, names=CANDIDATES):
    return [match(lines, PHASES[name], TOLERANCE) for name in names]


@pytest.mark.parametrize("name", CANDIDATES)
def test_the_strong_lines_of_a_phase_rank_it_first(name: str) -> None:
    phase = PHASES[name]
    strong = phase.spacing[np.argsort(phase.intensity)[::-1][:6]]
    rng = np.random.default_rng(1)
    lines = observed(strong * rng.normal(1, TOLERANCE / 4, len(strong)))
    found = compared(lines)
    assert max(found, key=lambda one: one.total).phase.name == name
    assert found[CANDIDATES.index(name)].within.all()
    # Beta and gamma of Li3PO4 are alike at this tolerance: the right one is among those named.
    assert name in name_phases(found)[0].phases


def test_names_the_phases_of_a_mixture() -> None:
    # Spacings of Li (110), Li2O (111) and Li3N (001), as at region 2 of Figure 4.6.
    names = name_phases(compared(observed([2.482, 2.667, 3.875])))
    assert {name.phases[0] for name in names} == {"Li_bcc", "Li2O", "Li3N_alpha"}


def test_says_which_phases_cannot_be_told_apart() -> None:
    # One crystal under two names.
    twins = [match(observed([2.667]), PHASES["Li2O"], TOLERANCE)] * 2
    [name] = name_phases(twins)
    assert name.phases == ("Li2O", "Li2O")
    assert name.text == "Li2O or Li2O"


def test_a_line_that_no_phase_has_is_left_without_name() -> None:
    assert name_phases(compared(observed([5.7]))) == []
    assert all(
        one.score[0] == pytest.approx(np.log(0.5), abs=0.02) for one in compared(observed([5.7]))
    )


def test_the_score_of_one_line_is_that_of_the_formula() -> None:
    # One line of the phase in a narrow range: w = 1.
    narrow = Observed(np.array([2.482]), np.zeros(1), None, (2.3, 2.6))
    found = match(narrow, PHASES["Li_bcc"], TOLERANCE)
    sigma = (1 / 2.482) * TOLERANCE / 2
    deviation = (1 / 2.482 - 1 / PHASES["Li_bcc"].spacing[0]) / sigma
    density = np.exp(-(deviation**2) / 2) / (np.sqrt(2 * np.pi) * sigma)
    expected = np.log(0.5 + 0.5 * density * (1 / 2.3 - 1 / 2.6))
    assert found.score[0] == pytest.approx(expected)


def test_a_wider_error_of_a_line_counts() -> None:
    off = [2.60]  # 2.5 % from Li2O (111)
    assert not match(observed(off), PHASES["Li2O"], TOLERANCE).within[0]
    assert match(observed(off, 0.05), PHASES["Li2O"], TOLERANCE).within[0]


def test_lists_strong_lines_that_were_not_seen() -> None:
    phase = PHASES["Li3N_alpha"]
    labels = [phase.label(line) for line in match(observed([3.875]), phase, TOLERANCE).unseen]
    assert "(110)" in labels  # the strongest one
    assert "(001)" not in labels


def test_the_right_angle_between_two_spots_raises_the_score() -> None:
    spacings = [2.667, 2.667]
    alone = match(observed(spacings, angle=[0.0, 40.0]), PHASES["Li2O"], TOLERANCE)
    grain = match(observed(spacings, angle=[0.0, 70.5]), PHASES["Li2O"], TOLERANCE)
    assert grain.total > alone.total + 1.0
