"""Depth: a bilayer gives its widths back, whatever drifts or is wrapped."""

import numpy as np
import pytest
from bilayers import BASE, HEIGHT, HIGH, LOW, bilayer, frames_of, still

from liponflow.analysis.glass.chemistry import roles
from liponflow.analysis.glass.neighbours import PairFinder
from liponflow.analysis.glass.structural_units import network
from liponflow.analysis.interface.depth import (
    DepthMeter,
    InterfaceFramesError,
    bin_edges,
    bin_volumes,
    find_sides,
    front,
    way_in,
    zone_regions,
)
from liponflow.analysis.trajectory.frames import Frames


def sides_of(frames: Frames):
    found = roles(frames.symbols, formers=("P",), anions=("O", "N"))
    finder = PairFinder(frames.symbols, r_max=2.6, bins=1, bond_radius=2.6)
    return find_sides(frames, network(frames.symbols, finder.find(frames)[1], found), "file")


def test_a_bilayer_gives_its_widths_back() -> None:
    sides = sides_of(still(1))
    assert 2 * sides.half == pytest.approx(HIGH - LOW)
    assert sides.other == pytest.approx(HEIGHT - (HIGH - LOW))
    assert sides.centre * HEIGHT == pytest.approx((HIGH + LOW) / 2)
    # Li of the metal is 4 Å below one face and 8 Å above the other.
    assert sides.faces == (-1,)
    assert sides.electrolyte.sum() == 24


def test_two_faces_are_folded_and_one_is_not() -> None:
    symbols, positions, cell = bilayer()
    cell = np.diag([BASE, BASE, 26.0])
    both = frames_of(symbols, positions[None], cell)
    sides = sides_of(both)
    assert sides.faces == (1, -1)
    depths = DepthMeter(both, sides).depths(both)[0]
    # P lie 0.895, 3, 4 and 0.895 Å below the nearer face.
    phosphorus = [i for i, symbol in enumerate(symbols) if symbol == "P"]
    assert depths[phosphorus] == pytest.approx([0.895, 3.0, 4.0, 0.895], abs=1e-3)
    edges = bin_edges(sides, 1.0)
    assert bin_volumes(edges, sides, 144.0).sum() == pytest.approx(144.0 * 26.0)
    one = sides_of(still(1))
    assert bin_volumes(bin_edges(one, 1.0), one, 144.0).sum() == pytest.approx(144.0 * HEIGHT)


def test_depth_does_not_depend_on_drift_and_wrapping() -> None:
    symbols, positions, _ = bilayer()
    cell = np.diag([BASE, BASE, 26.0])
    rng = np.random.default_rng(2)
    moved = [positions + np.array([0, 0, shift]) for shift in (0.0, 3.7, 9.1, 17.0)]
    wrapped = [
        item % np.diag(cell) + rng.integers(-1, 2, item.shape) * np.diag(cell) for item in moved
    ]
    frames = frames_of(symbols, np.array([positions, *wrapped]), cell)
    depths = DepthMeter(frames, sides_of(frames)).depths(frames)
    assert depths == pytest.approx(np.tile(depths[0], (5, 1)), abs=1e-9)


def test_what_is_no_interface_is_refused() -> None:
    symbols, positions, cell = bilayer()
    metal = [i for i, symbol in enumerate(symbols) if symbol == "Li"]
    with pytest.raises(InterfaceFramesError, match="no network former"):
        sides_of(frames_of(tuple(symbols[i] for i in metal), positions[metal][None], cell))
    units = [i for i, symbol in enumerate(symbols) if symbol != "Li"]
    alone = frames_of(tuple(symbols[i] for i in units), positions[units][None], cell)
    with pytest.raises(InterfaceFramesError, match="there is no interface"):
        sides_of(alone)
    flat = frames_of(symbols, positions[None], np.diag([BASE, BASE, 12.5]))
    with pytest.raises(InterfaceFramesError, match="fills the height of the cell"):
        sides_of(flat)


def test_a_front_is_the_mean_of_the_outermost_twentieth() -> None:
    assert front(np.arange(100.0)) == 2.0
    assert front(np.array([4.0])) == 4.0


def test_regions_lie_around_the_faces() -> None:
    interface, bulk = zone_regions(sides_of(still(1)), 3.0)
    # The lower face is at 12 Å of 30, the electrolyte reaches to 22.
    assert (interface.name, interface.axis) == ("interface", 2)
    assert (interface.low * HEIGHT, interface.high * HEIGHT) == pytest.approx((9.0, 15.0))
    assert (bulk.low * HEIGHT, bulk.high * HEIGHT) == pytest.approx((15.0, 19.0))
    assert [region.name for region in zone_regions(sides_of(still(1)), 6.0)] == ["interface"]


def test_the_first_li_to_enter_goes_to_the_middle() -> None:
    frames = still(1)
    sides = sides_of(frames)
    lithium = np.array([symbol == "Li" for symbol in frames.symbols])
    level = frames.positions[0, :, 2] / HEIGHT
    way = way_in(sides, level, lithium, 5)
    # Li of the metal nearest to the lower face, 4 Å below it; the middle is 5 Å above it.
    assert frames.positions[0, way.atom, 2] == pytest.approx(8.0)
    assert way.depths == pytest.approx(np.linspace(-4.0, 5.0, 5))
    assert np.array(way.levels) * HEIGHT == pytest.approx(np.linspace(8.0, 17.0, 5))
    with pytest.raises(InterfaceFramesError, match="there is none to insert"):
        way_in(sides, level, np.zeros_like(lithium), 5)
