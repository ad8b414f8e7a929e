"""The course of a made-up trajectory: bonds that break are counted."""

import numpy as np
import pytest
from bilayers import HEIGHT, NITROGEN, nitrogen_leaves, still

from liponflow.analysis.interface.course import KEPT, follow
from liponflow.analysis.interface.depth import InterfaceFramesError
from liponflow.analysis.interface.settings import InterfaceSettings

SETTINGS = InterfaceSettings()


def test_bonds_are_named_by_the_role_of_their_anion() -> None:
    frames = still(1)
    course = follow([frames], SETTINGS, "file")
    counted = {
        kind: int((course.bonds.kind == index).sum())
        for index, kind in enumerate(course.bonds.kinds)
    }
    assert counted == {"P-N (apical)": 1, "P-O (terminal)": 15}
    # An O of the first unit in the middle of two P is bridging.
    frames.positions[0, 5] = frames.positions[0, 1] + np.array([1.2, 0.0, 0.9])
    bridged = follow([frames], SETTINGS, "file")
    assert "P-O (bridging)" in bridged.bonds.kinds


def test_broken_bonds_are_counted_from_the_frame_on() -> None:
    course = follow([nitrogen_leaves(10, after=4)], SETTINGS, "file")
    apical = course.bonds.kinds.index("P-N (apical)")
    assert [int(item[apical]) for item in course.broken] == [0] * 4 + [1] * 6
    assert sum(int(item.sum()) for item in course.broken) == 6
    assert [item["N"] for item in course.free] == [0] * 4 + [1] * 6
    assert course.tetrahedral == [1.0] * 4 + [0.75] * 6
    assert [int(item.sum()) for item in course.damaged] == [0] * 4 + [1] * 6


def test_a_bond_that_only_vibrates_is_not_broken() -> None:
    frames = still(2)
    # 2.3 Å: beyond the longest bond, and short of a broken one.
    frames.positions[1, NITROGEN] *= 1.0
    former = NITROGEN - 4
    vector = frames.positions[1, NITROGEN] - frames.positions[1, former]
    frames.positions[1, NITROGEN] = frames.positions[1, former] + vector * 2.3 / 1.55
    course = follow([frames], SETTINGS, "file")
    assert int(course.broken[1].sum()) == 0
    assert course.tetrahedral == [1.0, 0.75]


def test_profiles_hold_every_atom_and_blocks_make_no_difference() -> None:
    frames = nitrogen_leaves(10)
    course = follow([frames], SETTINGS, "file")
    assert [int(item.sum()) for item in course.counts] == [len(frames.symbols)] * 10
    assert course.heights == pytest.approx([HEIGHT] * 10)
    halves = [
        type(frames)(
            frames.symbols,
            frames.positions[part],
            frames.cells[part],
            frames.times[part],
            frames.temperatures[part],
            frames.energies[part],
            frames.stages[part],
        )
        for part in (slice(0, 5), slice(5, 10))
    ]
    split = follow(halves, SETTINGS, "file")
    assert np.array(split.counts).tolist() == np.array(course.counts).tolist()
    assert split.times == course.times
    assert split.fronts == course.fronts


def test_kept_frames_are_spread_over_the_run() -> None:
    course = follow([still(200)], SETTINGS, "file")
    numbers = [number for number, _, _ in course.kept]
    assert len(numbers) <= KEPT
    assert numbers == list(range(0, 200, course.stride))


def test_coordination_numbers_near_and_far_from_the_interface() -> None:
    course = follow([still(1)], InterfaceSettings(zone=1.0), "file")
    table = course.shells[0]
    # P-O of the lowest unit (depth 0.9), and of the other three.
    assert table[2].tolist() == [[4, 1], [11, 3]]
    assert table[3].tolist() == [[0, 1], [1, 3]]


def test_li_of_the_metal_has_no_part_in_the_shells_of_the_electrolyte() -> None:
    frames = still(1)
    # One Li of the electrolyte with four O around it, and one of the metal 2 Å below it.
    inside, metal = 60, 52
    assert [frames.symbols[number] for number in (inside, metal)] == ["Li", "Li"]
    lowest = frames.positions[0, 1:5, 2].min()
    frames.positions[0, inside] = frames.positions[0, 0] - [0.0, 0.0, 0.5]
    frames.positions[0, metal] = [3.0, 3.0, lowest - 1.5]
    course = follow([frames], InterfaceSettings(zone=4.0), "file")
    (oxygen, centres), _ = course.shells[0][0]
    assert (oxygen, centres) == (4, 1)
    assert course.tetrahedra[0][0].tolist() == [1, 1]


def test_no_frame_is_refused() -> None:
    with pytest.raises(InterfaceFramesError, match="holds no frame"):
        follow([], SETTINGS, "file")
