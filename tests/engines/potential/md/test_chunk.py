"""Chunks of dynamics: velocities across stages, ramps and invalid options."""

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


def test_velocities_continue_across_stages(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    once = run(dynamics(nve(60)), argon(), whole)
    # The temperature of a later NVE stage has no effect.
    twice = run(dynamics(nve(25), nve(35, temperature=500)), argon(), parts)
    np.testing.assert_allclose(twice.positions, once.positions, atol=1e-9)
    np.testing.assert_allclose(twice.momenta, once.momenta, atol=1e-9)


def test_initial_velocities_have_the_temperature_and_no_drift() -> None:
    state = dynamics(nve(1), seed=1).begin(argon())
    mass = argon().get_masses()[0]
    kinetic = (state.momenta**2).sum() / 2 / mass
    assert 2 * kinetic / (3 * 31 * units.kB) == pytest.approx(40)
    assert np.abs(state.momenta.sum(axis=0)).max() < 1e-12
    other = dynamics(nve(1), seed=2).begin(argon())
    assert np.abs(other.momenta - state.momenta).max() > 0.1


def test_given_momenta_are_kept() -> None:
    atoms = argon()
    atoms.set_momenta(np.full((32, 3), 0.25))
    state = dynamics(nve(1)).begin(atoms)
    np.testing.assert_array_equal(state.momenta, atoms.get_momenta())


def test_drift_is_removed_before_constant_energy(tmp_path: Path) -> None:
    random = Stage(
        name="a", ensemble="nvt", temperature=40, duration=0.2, time_step=2, friction=50
    )
    state = run(dynamics(random, nve(5)), argon(), tmp_path)
    assert np.abs(state.momenta.sum(axis=0)).max() < 1e-10


@pytest.mark.parametrize("thermostat", ["langevin", "bussi", "nose-hoover"])
def test_temperature_follows_a_ramp(thermostat: str, tmp_path: Path) -> None:
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
    # 10 parts of 150 steps each: 96 degrees of freedom, about 12 independent samples.
    np.testing.assert_allclose(found, asked, rtol=0.18)


def test_protocol_without_stages_is_refused() -> None:
    with pytest.raises(ValueError, match="the protocol has no stages"):
        dynamics()


@pytest.mark.parametrize("option", ["seed", "frame_interval", "chunk_steps"])
def test_negative_options_are_refused(option: str) -> None:
    with pytest.raises(ValueError, match=f"{option} = -1 must be"):
        dynamics(nve(1), **{option: -1})


def test_error_of_a_calculator_names_the_last_checkpoint() -> None:
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
