"""Conductivity by Nernst and Einstein."""

from scipy.constants import Boltzmann, elementary_charge

from liponflow.units import A3_PER_CM3

CM2_S = 1e-4
"""1 Å²/ps in cm²/s."""


def nernst_einstein(ions: int, volume: float, charge: int, temperature: float) -> float:
    """Return the conductivity (S/cm) per diffusion coefficient (cm²/s).

    Parameters
    ----------
    ions
        Ions in the cell.
    volume
        Its volume, Å³.
    charge
        Charge number of an ion.
    temperature
        K.
    """
    density = ions / volume * A3_PER_CM3
    factor: float = density * (charge * elementary_charge) ** 2 / (Boltzmann * temperature)
    return factor
