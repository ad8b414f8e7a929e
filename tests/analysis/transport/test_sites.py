"""Sites and jumps of ions whose residence time is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lattice_gas import SPACING, lattice_gas
from walks import blocks, wrapped

from liponflow.analysis.trajectory.frames import Frames
from liponflow.analysis.transport.residence import residence_time, survival
from liponflow.analysis.transport.run import Run, follow_run
from liponflow.analysis.transport.sites import Group, Sites

RESIDENCE = 10.0
"""ps."""


def followed(frames: Frames, size: int = 77) -> Run:
    return follow_run([Path("gas")], lambda _: blocks(wrapped(frames), size), species="Li")


def sites_of(frames: Frames, size: int = 77) -> Sites:
    found = followed(frames, size).observed.sites
    assert found is not None
    return found


def time_of(group: Group, interval: float) -> tuple[float | None, float, float | None]:
    return residence_time(sum(group.stays.values()) * interval, sum(group.jumps.values()))


@pytest.fixture(scope="module")
def gas() -> Sites:
    return sites_of(lattice_gas(residence=RESIDENCE))


def test_residence_time_of_a_lattice_gas(gas: Sites) -> None:
    time, low, high = time_of(gas.groups[0], gas.interval)
    assert low < RESIDENCE < high
    # 390 jumps leave 5 %, and two jumps within the persistence time are seen as one: 2 %.
    assert time == pytest.approx(RESIDENCE, rel=0.12)
    assert gas.groups[0].shares.means() == pytest.approx({"Li[O4]": 1.0}, abs=0.01)


def test_stays_end_at_random(gas: Sites) -> None:
    times, shares = survival(gas.completed, gas.open, gas.interval)
    assert (times[0], shares[0]) == (0.0, 1.0)
    later = times > 0.5
    assert np.abs(shares - np.exp(-times / RESIDENCE))[later].max() < 0.08


def test_jumps_lead_to_neighbours_and_back_in_one_of_six(gas: Sites) -> None:
    assert np.sqrt(gas.square_length) == pytest.approx(SPACING, rel=0.03)
    assert gas.returns / gas.jumps == pytest.approx(1 / 6, abs=0.06)
    assert gas.network.sites <= 216
    assert gas.network.dimensions == 3


def test_jumps_are_as_many_as_were_made() -> None:
    """A single ion that hops along one axis, every 40 frames."""
    frames = lattice_gas(frames=420, ions=1, residence=np.inf)
    hops = (np.arange(420) // 40)[:, None] * [0, 0, SPACING]
    positions = frames.positions.copy()
    positions[:, 0] += hops
    found = sites_of(replace(frames, positions=positions))
    assert found.jumps == 10
    assert found.completed == {40: 9}
    # Six sites along the axis, and then the same again in the next cell.
    assert (found.network.sites, found.network.paths) == (6, 6)
    assert found.network.dimensions == 1
    assert found.returns == 0


def test_a_crystal_does_not_jump() -> None:
    found = sites_of(lattice_gas(frames=400, residence=np.inf, spread=0.2))
    assert found.jumps == 0
    assert found.square_length is None
    time, low, _ = time_of(found.groups[0], found.interval)
    assert time is None
    # Of 40 ions that stayed for 20 ps each: -ln(0.025) jumps would have been missed.
    assert low == pytest.approx(40 * 20 / -np.log(0.025), rel=0.02)


def test_a_swing_that_is_over_within_the_persistence_time_is_no_jump() -> None:
    frames = lattice_gas(frames=200, ions=1, residence=np.inf)
    positions = frames.positions.copy()
    positions[100, 0] += [0, 0, SPACING]
    assert sites_of(replace(frames, positions=positions)).jumps == 0
    positions[100:110, 0] += [0, 0, SPACING]
    assert sites_of(replace(frames, positions=positions)).jumps == 2


def test_blocks_do_not_matter() -> None:
    frames = lattice_gas(frames=300, ions=10, residence=2.0)
    one, other = sites_of(frames, 1000), sites_of(frames, 31)
    assert one.completed == other.completed
    assert one.network == other.network
    assert one.jumps > 50


def test_close_frames_are_looked_at_every_persistence_time_by_two() -> None:
    frames = lattice_gas(frames=2000, ions=10, residence=4.0, step_ps=0.01, spread=0.01)
    found = sites_of(frames)
    assert (found.interval, found.persistence) == (pytest.approx(0.05), 2)
    _, low, high = time_of(found.groups[0], found.interval)
    assert low < 4.0 < high


def test_no_sites_without_anions_or_in_a_narrow_cell() -> None:
    gas = lattice_gas(frames=60, ions=4, residence=np.inf)
    run = followed(replace(gas, symbols=("Li",) * 4 + ("P",) * 108))
    assert run.observed.sites is None
    assert any("no sites: there are no anions around Li" in note for note in run.notes)
    small = followed(lattice_gas(frames=60, ions=2, residence=np.inf, repeats=1))
    assert small.observed.sites is None
    assert any("no sites: the cell is so narrow" in note for note in small.notes)
