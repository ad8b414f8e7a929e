"""Chunks: velocities from stage to stage, ramps, what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import units
from cheap import LennardJones, argon

from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.driver import run
from liponflow.engines.potential.md.observe import Means
from liponflow.inputs.protocol import Stage


def dynamics(*stages: Stage, **options: Any) -> Dynamics:
    return Dynamics(stages, LennardJones, **options)


def nve(steps: int, temperature: float = 40) -> Stage:
    return Stage(
        name="nve", ensemble="nve", temperature=temperature, duration=steps / 500, time_step=2
    )


def test_velocities_go_on_from_stage_to_stage(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    once = run(dynamics(nve(60)), argon(), whole)
    # The temperature of a later stage of constant energy is that of nothing.
    twice = run(dynamics(nve(25), nve(35, temperature=500)), argon(), parts)
    np.testing.assert_allclose(twice.positions, once.positions, atol=1e-9)
    np.testing.assert_allclose(twice.momenta, once.momenta, atol=1e-9)


def test_velocities_are_drawn_at_the_temperature_without_drift() -> None:
    state = dynamics(nve(1), seed=1).begin(argon())
    mass = argon().get_masses()[0]
    kinetic = (state.momenta**2).sum() / 2 / mass
    assert 2 * kinetic / (3 * 31 * units.kB) == pytest.approx(40)
    assert np.abs(state.momenta.sum(axis=0)).max() < 1e-12
    other = dynamics(nve(1), seed=2).begin(argon())
    assert np.abs(other.momenta - state.momenta).max() > 0.1


def test_momenta_that_are_given_are_kept() -> None:
    atoms = argon()
    atoms.set_momenta(np.full((32, 3), 0.25))
    state = dynamics(nve(1)).begin(atoms)
    np.testing.assert_array_equal(state.momenta, atoms.get_momenta())


def test_drift_ends_where_nothing_would_end_it(tmp_path: Path) -> None:
    random = Stage(
        name="a", ensemble="nvt", temperature=40, duration=0.2, time_step=2, friction=50
    )
    state = run(dynamics(random, nve(5)), argon(), tmp_path)
    assert np.abs(state.momenta.sum(axis=0)).max() < 1e-10


@pytest.mark.parametrize("thermostat", ["langevin", "bussi", "nose-hoover"])
def test_the_temperature_follows_a_ramp(thermostat: str, tmp_path: Path) -> None:
    ramp = Stage(
        name="cool",
        ensemble="nvt",
        temperature=60,
        end_temperature=10,
        duration=12,
        time_step=8,
        thermostat=thermostat,
        thermostat_time=100,
    )
    state = run(dynamics(ramp, chunk_steps=500), argon(), tmp_path)
    means = Means(state.blocks)
    found = means.mean("temperature").reshape(10, -1).mean(axis=1)
    asked = 60 - 50 * (np.arange(10) + 0.5) / 10
    # Of 10 parts with 150 steps each: 96 degrees of freedom, a dozen independent samples.
    np.testing.assert_allclose(found, asked, rtol=0.18)


def test_no_stage_is_no_protocol() -> None:
    with pytest.raises(ValueError, match="the protocol has no stages"):
        dynamics()


@pytest.mark.parametrize("option", ["seed", "frame_interval", "chunk_steps"])
def test_numbers_that_no_run_could_have(option: str) -> None:
    with pytest.raises(ValueError, match=f"{option} = -1 must be"):
        dynamics(nve(1), **{option: -1})


def test_what_a_calculator_raises_names_the_checkpoint() -> None:
    class Broken(LennardJones):
        calls = 0

        def calculate(self, *args: Any, **kwargs: Any) -> None:
            Broken.calls += 1
            if Broken.calls > 3:
                raise RuntimeError("no")
            super().calculate(*args, **kwargs)

    broken = Dynamics([nve(10)], Broken)
    state = broken.begin(argon())
    with pytest.raises(RuntimeError, match="no") as caught:
        broken.advance(argon(), state, lambda _stage, _time: None, "folder/state.npz")
    assert (
        "stage 'nve'); the last good checkpoint is folder/state.npz" in caught.value.__notes__[0]
    )
