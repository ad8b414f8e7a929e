"""Protocols: target values over time, and invalid stages."""

from typing import Any

import pytest
from pydantic import ValidationError

from liponflow.inputs.protocol import (
    Stage,
    describe_ensemble,
    total_duration,
    total_steps,
)

GOOD = {"name": "melt", "ensemble": "nvt", "temperature": 3000, "duration": 2, "time_step": 2}
NPT = {"ensemble": "npt"}


def stage(**changes: Any) -> Stage:
    return Stage(**(GOOD | changes))


def test_steps_and_durations_add_up() -> None:
    stages = [stage(), stage(name="quench", end_temperature=300, duration=0.5, time_step=0.5)]
    assert [s.steps for s in stages] == [1000, 1000]
    assert total_steps(stages) == 2000
    assert total_duration(stages) == 2.5


@pytest.mark.parametrize(
    ("duration", "time_step", "steps"), [(1.001, 1.0, 1001), (2.01, 1.2, 1675), (1.005, 2.5, 402)]
)
def test_number_of_steps_is_rounded_to_nearest(
    duration: float, time_step: float, steps: int
) -> None:
    """In floating point these quotients are just below an integer."""
    assert duration * 1000 / time_step < steps
    assert stage(duration=duration, time_step=time_step).steps == steps


def test_ramp_temperature_is_linear_in_time() -> None:
    quench = stage(end_temperature=300)
    assert [quench.target(fraction) for fraction in (0, 0.25, 1)] == [3000, 2325, 300]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration": -1}, "stage 'melt': duration = -1 ps must be above 0"),
        ({"duration": 0}, "duration = 0 ps must be above 0"),
        ({"duration": 0.0009}, "duration = 0.0009 ps is shorter than a time step of 2 fs"),
        ({"time_step": 1e-320}, "are more than 1e.12 steps"),
        ({"time_step": -2}, "time_step = -2 fs must be above 0"),
        ({"friction": 0}, "friction = 0 1/ps must be above 0"),
        ({"thermostat_time": -1}, "thermostat_time = -1 fs must be above 0"),
        ({"barostat_time": -1}, "barostat_time = -1 fs must be above 0"),
        ({"temperature": -300}, "stage 'melt': temperature = -300 K is negative"),
        ({"end_temperature": -1}, "end_temperature = -1 K is negative"),
        ({"temperature": 0}, "temperature = 0 K: a thermostat needs a temperature above 0"),
        ({"ensemble": "nve", "end_temperature": 5}, "nve has no thermostat"),
        ({"pressure": 1}, "pressure = 1 GPa is for the ensemble npt"),
        (NPT | {"thermostat": "bussi"}, "thermostat = bussi has no barostat"),
        ({"duration": float("inf")}, "finite"),
        ({"temprature": 1}, "Extra inputs are not permitted"),
        ({"ensemble": "nph"}, "'nve', 'nvt' or 'npt'"),
    ],
)
def test_invalid_stages_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        stage(**changes)


def test_constant_energy_may_start_from_rest() -> None:
    assert stage(ensemble="nve", temperature=0).temperature == 0


def test_ensembles_are_described_in_words() -> None:
    kinds = [{"ensemble": "nve"}, {"thermostat": "nose-hoover"}, NPT, {"thermostat": "bussi"}]
    assert [describe_ensemble(stage(**kind)) for kind in kinds] == [
        "NVE",
        "NVT, Nosé-Hoover",
        "NpT, Langevin",
        "NVT, velocity rescaling (Bussi)",
    ]
