"""Observed values of steps, limits beyond which a run explodes, and means over many steps."""

import math
from typing import NamedTuple

import numpy as np
from ase import units

from liponflow.arrays import FloatArray

BLOCKS = 1000
"""Largest number of entries of a list in the result: enough for a figure, small for a store."""

QUANTITIES = ("temperature", "potential", "kinetic", "volume", "pressure")
_COUNTS = ("n", "n_pressure", "time")

MAX_ENERGY_CHANGE = 20.0
"""eV/atom, our choice: more than any bond; a larger drop means a hole in the potential."""

MAX_TEMPERATURE_FACTOR = 10.0
MIN_TEMPERATURE_LIMIT = 10_000.0
"""K, our choice: above the heat released by the repulsion of atoms in random packings."""


class Observation(NamedTuple):
    """Values of one step.

    Attributes
    ----------
    temperature
        Kinetic temperature, K.
    potential, kinetic
        Energies of the cell, eV.
    volume
        Volume of the cell, Å³.
    pressure
        Pressure with the kinetic part, GPa; None without a computed stress.
    """

    temperature: float
    potential: float
    kinetic: float
    volume: float
    pressure: float | None


class Limits(NamedTuple):
    """Limits beyond which a run has exploded.

    Attributes
    ----------
    temperature
        K.
    energy_change
        Change of the potential energy since the start, eV/atom, up or down.
    """

    temperature: float
    energy_change: float = MAX_ENERGY_CHANGE

    def broken_by(self, seen: Observation, *, first_energy: float, n_atoms: int) -> str | None:
        """Return which limit a step exceeds, in words with numbers; None if it exceeds none.

        Examples
        --------
        >>> seen = Observation(50_000.0, -10.0, 3.0, 100.0, None)
        >>> Limits(10_000.0).broken_by(seen, first_energy=-10.0, n_atoms=2)
        'the temperature of 50000 K exceeds the limit of 10000 K'
        """
        if not (math.isfinite(seen.potential) and math.isfinite(seen.kinetic)):
            return f"the energies are {seen.potential} and {seen.kinetic} eV"
        if seen.temperature > self.temperature:
            return (
                f"the temperature of {seen.temperature:.0f} K exceeds the limit of "
                f"{self.temperature:.0f} K"
            )
        change = (seen.potential - first_energy) / n_atoms
        if abs(change) > self.energy_change:
            return (
                f"the potential energy has changed by {change:+.1f} eV/atom since the start, more "
                f"than the limit of {self.energy_change:g} eV/atom"
            )
        return None


def default_limits(highest_temperature: float) -> Limits:
    """Return the limits of a protocol whose highest temperature (K) is given.

    Examples
    --------
    >>> default_limits(3000).temperature
    30000.0
    """
    return Limits(max(MIN_TEMPERATURE_LIMIT, MAX_TEMPERATURE_FACTOR * highest_temperature))


class Means:
    """Sums over steps, a row per block or stage.

    Parameters
    ----------
    sums
        Shape (rows, 8), changed in place.
    """

    def __init__(self, sums: FloatArray) -> None:
        self.sums = sums

    @staticmethod
    def empty(rows: int) -> FloatArray:
        """Return sums without any step."""
        return np.zeros((rows, len(_COUNTS) + len(QUANTITIES)))

    def add(self, row: int, seen: Observation, time: float) -> None:
        """Add a step at a time (ps)."""
        pressure = 0.0 if seen.pressure is None else seen.pressure
        target = self.sums[row]
        target[0] += 1
        target[1] += seen.pressure is not None
        target[2] = time
        target[3:] += (*seen[:4], pressure)

    @property
    def counts(self) -> FloatArray:
        """Return the number of steps of each row."""
        return self.sums[:, 0]

    @property
    def times(self) -> FloatArray:
        """Return the time (ps) of the last step of each row."""
        return self.sums[:, 2]

    def mean(self, quantity: str) -> FloatArray:
        """Return the mean of a quantity in each row; NaN for rows without steps."""
        counts = self.sums[:, 1 if quantity == "pressure" else 0]
        column = self.sums[:, len(_COUNTS) + QUANTITIES.index(quantity)]
        return np.divide(column, counts, out=np.full_like(column, np.nan), where=counts > 0)


def pressure(stress: FloatArray | None, kinetic: float, volume: float) -> float | None:
    """Return the pressure, GPa, of a stress (Voigt, eV/Å³) and the momenta of the atoms."""
    if stress is None:
        return None
    return float((2 / 3 * kinetic / volume - stress[:3].sum() / 3) / units.GPa)
