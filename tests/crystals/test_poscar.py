"""POSCAR in the forms that VASP reads, and in those that nobody should."""

import numpy as np
import pytest

from liponflow.crystals.checked import StructureError
from liponflow.crystals.poscar import Poscar, parse_poscar

ROWS = [
    "two Li in a cube",
    "1.0",
    "4.0 0.0 0.0",
    "0.0 4.0 0.0",
    "0.0 0.0 4.0",
    "Li",
    "2",
    "Cartesian",
    "0.0 0.0 0.0",
    "2.0 2.0 2.0",
]


def read(changes: dict[int, str], *more: str, motion: bool = False) -> Poscar:
    """Read the rows with changes, by the number of the line."""
    rows = [changes.get(number, row) for number, row in enumerate(ROWS, start=1)]
    return parse_poscar("\n".join([*rows, *more]), motion=motion)


def test_negative_scale_is_the_volume_and_scales_cartesian_coordinates() -> None:
    # VASP wiki, POSCAR: a volume of 40 Å³ makes a = 3.41995 Å, the second atom in the middle.
    found = read({2: "-40.0", 3: "2 0 0", 4: "0 2 0", 5: "0 0 2", 10: "1 1 1"}).structure
    assert found.lattice.a == pytest.approx(3.41995, abs=1e-5)
    assert found.get_distance(0, 1) == pytest.approx(2.9618, abs=1e-4)


def test_three_scale_factors_stretch_cell_and_cartesian_coordinates_alike() -> None:
    found = read({2: "1.0 1.5 2.0"}).structure
    assert found.lattice.abc == pytest.approx((4, 6, 8))
    assert found.frac_coords[1].tolist() == [0.5, 0.5, 0.5]
    skewed = read({2: "1 1 2", 4: "0 4 1"}).lattice
    assert skewed[1].tolist() == [0, 4, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {1: ""},
        {1: "   "},
        {1: "a page\x0cand a line\u2028in the comment"},
        {2: "1.0D0"},
        {2: "0.1d+1  the scale"},
        {3: "4.0D+00, 2*0.0 the first vector"},
        {3: "  4. 0 -0. ! a"},
        {6: " Li_sv/79d9987a "},
        {6: "li"},
        {6: "Li   # the only element"},
        {7: "2 ! ions"},
        {8: "carthesian"},
        {8: "K"},
        {10: "0.2D1 2 2 Li 6.94"},
        {10: "2.0 2.0 2.0/ as relaxed"},
    ],
)
def test_free_format_is_read_as_vasp_does(changes: dict[int, str]) -> None:
    found = read(changes)
    assert found.blocks == (("Li", 2),)
    assert found.lattice.tolist() == np.diag([4.0, 4.0, 4.0]).tolist()
    assert found.frac_coords.tolist() == [[0, 0, 0], [0.5, 0.5, 0.5]]


def test_blocks_of_one_element_stay_apart_and_names_wrap() -> None:
    found = read({6: "Li Ni_pv\nNi O", 7: "1 1\n2 1", 8: "Direct"}, *["0.1 0.2 0.3"] * 3)
    assert found.blocks == (("Li", 1), ("Ni", 1), ("Ni", 2), ("O", 1))
    assert found.symbols == ["Li", "Ni", "Ni", "Ni", "O"]


def test_selective_dynamics_takes_every_form_of_a_logical() -> None:
    found = read({8: "selective\nDirect", 9: "0 0 0 T F .true.", 10: ".5 .5 .5 .F. false t Li"})
    assert found.movable is not None
    assert found.movable.tolist() == [[True, False, True], [False, False, True]]


def test_numbers_that_grew_together_are_separated() -> None:
    found = read({8: "Direct", 10: " 0.50000000-0.25000000-0.25000000"})
    assert found.frac_coords[1].tolist() == [0.5, -0.25, -0.25]


@pytest.mark.parametrize("kind", ["", "Cartesian"])
def test_velocities_and_the_state_behind_them_are_read_on_request(kind: str) -> None:
    lattice = ["Lattice velocities and vectors", "1", *["0 0 0"] * 3, *ROWS[2:5]]
    more = [*lattice, kind, "0.1D-2 0 0", "0 0 -0.1D-2", "", "1", "2.0", "0.5 0.1 0 0"]
    found = read({}, *more, motion=True)
    assert found.velocities is not None
    assert found.velocities[1].tolist() == [0, 0, -0.001]
    assert found.predictor == ("1", "2.0", "0.5 0.1 0 0")
    assert read({}, *more).velocities is None
    assert read({}, "", "as from the paper", motion=True).velocities is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({2: "0"}, "line 2 .*scale is one number above 0"),
        ({2: "1 -1 1"}, "line 2 .*scale is one number above 0"),
        ({2: "one"}, "line 2 .*scale factor should be a number"),
        ({3: "4.0 0.0"}, "line 3 .*lattice vector should be 3 numbers"),
        ({5: "0 4 0"}, r"line 5 .*faces of the cell are 0 Å apart, less than 0\.5"),
        ({2: "-5", 5: "0 4 0"}, "line 5 .*lie in one plane"),
        ({2: "1e200"}, r"line 2 .*a number beyond 1e\+100"),
        ({6: "2", 7: "Direct"}, r"line 6: names no elements \(the form of VASP 4\)"),
        ({6: "Lx"}, "line 6 .*'Lx' names no element"),
        ({7: "2 1"}, "line 7 .*2 numbers of ions for 1 elements"),
        ({7: "0"}, "line 7 .*one of them above 0"),
        ({7: "-2"}, "line 7 .*'-2' names no element"),
        ({7: "99999999999"}, "line 9: 99999999999 ions, but 2 lines"),
        ({7: "9" * 5000}, "line 7 .*"),
        ({7: "1.5"}, "line 7 .*0 numbers of ions for 1 elements"),
        ({7: "999999999"}, "line 9: 999999999 ions, but 2 lines"),
        ({7: "1"}, r"line 10: more lines of coordinates than ions \(1\)"),
        ({8: "0.0 0.0 0.0"}, "line 8 .*Direct or Cartesian is missing"),
        ({10: "2.0 2.0"}, r"line 10 .*needs x, y, z; is it complete\?"),
        ({10: "2.0 2.0 Infinity"}, "line 10 .*needs x, y, z"),
        ({10: "2.0 2.0 1D999"}, "line 10 .*beyond"),
        ({10: "2.0-1e400"}, "line 10 .*beyond"),
        ({8: "Selective\nDirect", 9: "0 0 0 T"}, "line 10 .*three of T or F"),
        ({8: "Selective\nDirect", 9: "0 0 0 T 1 F"}, "line 10 .*three of T or F"),
    ],
)
def test_unreadable_line_is_named_with_the_remedy(changes: dict[int, str], message: str) -> None:
    with pytest.raises(StructureError, match=message):
        read(changes)


def test_velocities_in_lattice_vectors_are_per_step() -> None:
    found = read({}, "Direct", "0 0 0.1", "0 0 0", motion=True)
    assert found.per_step
    assert found.velocities is not None
    assert found.velocities[0] == pytest.approx(0.1 * found.lattice[2])
    assert not read({}, "Cartesian", "0 0 0.1", "0 0 0", motion=True).per_step


def test_truncated_velocities_are_refused() -> None:
    with pytest.raises(StructureError, match="ends where a velocity should be"):
        read({}, "", "0 0 0", motion=True)


def test_file_that_breaks_off_within_its_last_number_is_refused() -> None:
    """At every place of the last number; programs write all numbers with the same decimals."""
    last = "0.612345678"
    rows = [*ROWS[:7], "Direct", "0.000000000 0.250000000 0.125000000"]
    text = "\n".join([*rows, f"0.500000000 0.750000000 {last}"])
    for left in range(9):
        with pytest.raises(StructureError, match=f"line 10 .* has {left} decimals, .* cut off"):
            parse_poscar(text[: len(text) - 9 + left])
    assert parse_poscar(text).frac_coords[1, 2] == float(last)
    by_hand = [*rows[:-1], "0.25 0.25 0.25", "0.5 0.5 0.5"]  # and no line end
    assert len(parse_poscar("\n".join(by_hand)).frac_coords) == 2
