"""Protocols of molecular dynamics as data: consecutive stages that pass on velocities.

A protocol is a list of :class:`Stage`. Fields that a stage omits have the defaults below, taken
from VASP, from atomate2 or from the method's authors.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.units import FS_PER_PS

FRICTION = 10.0
"""1/ps: atomate2 0.1.5, in its VASP sets (LANGEVIN_GAMMA) as in its force-field dynamics."""

THERMOSTAT_TIME = 100.0
"""fs: Bussi, Donadio and Parrinello, J. Chem. Phys. 126, 014101 (2007), use 0.1 ps for water."""

BAROSTAT_TIME = 1000.0
"""fs: 1000 time steps of 1 fs, as ASE 3.29 advises for its Martyna-Tobias-Klein barostat."""

MOST_STEPS = 1e12
"""Steps of a stage; a thousand years of a fast potential."""

LONGEST_STEP = 20.0
"""fs: a period of the fastest vibrations (O-H, 9 fs) fits into it twice; dynamics need a tenth."""

HOTTEST = 20_000.0
"""K: potentials have seen melts of some thousands."""

_ABOVE_ZERO = {
    "duration": "ps",
    "time_step": "fs",
    "friction": "1/ps",
    "thermostat_time": "fs",
    "barostat_time": "fs",
}

Thermostat = Literal["langevin", "nose-hoover", "bussi"]

_THERMOSTATS = {
    "langevin": "Langevin",
    "nose-hoover": "Nosé-Hoover",
    "bussi": "velocity rescaling (Bussi)",
}


class Stage(Document):
    """Dynamics at one temperature, or along a linear ramp between two.

    Notes
    -----
    Thermostats: ``langevin`` (BAOAB; Leimkuhler and Matthews, J. Chem. Phys. 138, 174102, 2013),
    ``nose-hoover`` (a chain of three; Martyna, Klein and Tuckerman, J. Chem. Phys. 97, 2635,
    1992), ``bussi`` (stochastic velocity rescaling). At constant pressure the cell keeps its
    shape and its volume moves with the Langevin piston of Quigley and Probert (J. Chem. Phys.
    120, 11432, 2004) or, with ``nose-hoover``, the barostat of Martyna, Tobias and Klein (J.
    Chem. Phys. 101, 4177, 1994); ``bussi`` has no barostat.

    Examples
    --------
    >>> melt = Stage(name="melt", ensemble="nvt", temperature=3000, duration=5, time_step=2)
    >>> melt.steps, melt.target(1.0)
    (2500, 3000.0)
    >>> Stage(name="melt", ensemble="nvt", temperature=3000, duration=-5, time_step=2)
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Stage
      Value error, stage 'melt': duration = -5 ps must be above 0 ...
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, description="Purpose of the stage: melt, quench, ...")
    ensemble: Literal["nve", "nvt", "npt"] = Field(description="Quantities held constant.")
    temperature: Annotated[float, Unit("K")] = Field(
        description="Temperature at the start; in NVE that of newly drawn velocities."
    )
    end_temperature: Annotated[float | None, Unit("K")] = Field(
        None, description="Temperature at the end of a linear ramp; null without a ramp."
    )
    pressure: Annotated[float, Unit("GPa")] = Field(
        0.0, description="Pressure in NpT, positive under compression."
    )
    stress: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Whether a potential computes the stress of every step even if nothing needs "
        "it, which takes longer; always so in NpT.",
    )
    duration: Annotated[float, Unit("ps")] = Field(description="Length of the stage.")
    time_step: Annotated[float, Unit("fs")] = Field(description="Time step.")
    thermostat: Thermostat = Field("langevin", description="Thermostat of NVT and NpT.")
    friction: Annotated[float, Unit("1/ps")] = Field(
        FRICTION, description="Friction of the Langevin thermostat."
    )
    thermostat_time: Annotated[float, Unit("fs")] = Field(
        THERMOSTAT_TIME, description="Time constant of the other thermostats."
    )
    barostat_time: Annotated[float, Unit("fs")] = Field(
        BAROSTAT_TIME, description="Time constant of the barostat."
    )

    @model_validator(mode="after")
    def _positive(self) -> Self:
        for field, unit in _ABOVE_ZERO.items():
            value = getattr(self, field)
            if value <= 0:
                self._refuse(f"{field} = {value:g} {unit} must be above 0")
        if self.time_step > LONGEST_STEP:
            self._refuse(
                f"time_step = {self.time_step:g} fs is above {LONGEST_STEP:g} fs, in which atoms "
                "vibrate more than once: give 1 to 2 fs"
            )
        if not self.duration * FS_PER_PS / self.time_step < MOST_STEPS:
            self._refuse(
                f"duration = {self.duration:g} ps in steps of {self.time_step:g} fs are more than "
                f"{MOST_STEPS:.0e} steps"
            )
        if self.steps < 1:
            self._refuse(
                f"duration = {self.duration:g} ps is shorter than a time step of "
                f"{self.time_step:g} fs"
            )
        return self

    @model_validator(mode="after")
    def _thermal(self) -> Self:
        for field in ("temperature", "end_temperature"):
            value = getattr(self, field)
            if value is not None and value < 0:
                self._refuse(f"{field} = {value:g} K is negative")
            if value is not None and value > HOTTEST:
                self._refuse(f"{field} = {value:g} K is above {HOTTEST:g} K: give a melt's, 3000")
            if value == 0 and self.ensemble != "nve":
                self._refuse(f"{field} = 0 K: a thermostat needs a temperature above 0")
        return self

    @model_validator(mode="after")
    def _of_the_ensemble(self) -> Self:
        if self.ensemble == "nve" and self.end_temperature is not None:
            self._refuse(
                "end_temperature is for nvt and npt: nve has no thermostat that could "
                "follow a ramp"
            )
        if self.ensemble != "npt" and self.pressure != 0:
            self._refuse(f"pressure = {self.pressure:g} GPa is for the ensemble npt only")
        if self.ensemble == "npt" and self.thermostat == "bussi":
            self._refuse("thermostat = bussi has no barostat; use langevin or nose-hoover")
        return self

    def _refuse(self, reason: str) -> None:
        raise ValueError(f"stage {self.name!r}: {reason}")

    @property
    def needs_stress(self) -> bool:
        """Whether every step computes the stress."""
        return self.stress or self.ensemble == "npt"

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return round(self.duration * FS_PER_PS / self.time_step)

    @property
    def final_temperature(self) -> float:
        """Temperature (K) at the end."""
        return self.temperature if self.end_temperature is None else self.end_temperature

    def target(self, fraction: float) -> float:
        """Return the target temperature (K) after a fraction (0 to 1) of the stage."""
        return self.temperature + fraction * (self.final_temperature - self.temperature)


def describe_ensemble(stage: Stage) -> str:
    """Return ensemble and thermostat in words.

    Examples
    --------
    >>> hold = Stage(name="hold", ensemble="npt", temperature=300, duration=2, time_step=1)
    >>> describe_ensemble(hold)
    'NpT, Langevin'
    """
    if stage.ensemble == "nve":
        return "NVE"
    ensemble = "NpT" if stage.ensemble == "npt" else "NVT"
    return f"{ensemble}, {_THERMOSTATS[stage.thermostat]}"


def describe_stage(stage: Stage) -> str:
    """Return a stage on one line.

    Examples
    --------
    >>> quench = Stage(name="quench", ensemble="nvt", temperature=2500, end_temperature=300,
    ...                duration=22, time_step=2)
    >>> describe_stage(quench)
    'quench: NVT, Langevin, 2500 to 300 K, 22 ps, 2 fs'
    """
    ramp = "" if stage.end_temperature is None else f" to {stage.end_temperature:g}"
    pressure = f", {stage.pressure:g} GPa" if stage.ensemble == "npt" else ""
    return (
        f"{stage.name}: {describe_ensemble(stage)}, {stage.temperature:g}{ramp} K{pressure}, "
        f"{stage.duration:g} ps, {stage.time_step:g} fs"
    )


def takes_mean_cell(before: Stage, after: Stage) -> bool:
    """Return whether a stage at constant volume follows one at constant pressure.

    It starts in the mean cell of that stage, since the last one is off by a fluctuation.
    """
    return before.ensemble == "npt" and after.ensemble != "npt"


def total_duration(stages: Sequence[Stage]) -> float:
    """Return the total time of the stages, ps.

    Examples
    --------
    >>> hold = Stage(name="hold", ensemble="nvt", temperature=300, duration=2, time_step=1)
    >>> total_duration([hold, hold])
    4.0
    """
    return sum(stage.duration for stage in stages)


def total_steps(stages: Sequence[Stage]) -> int:
    """Return the number of time steps of all stages."""
    return sum(stage.steps for stage in stages)
