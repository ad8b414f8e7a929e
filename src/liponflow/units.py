"""Physical constants and conversions, computed from scipy's CODATA values.

Energies are in eV, lengths in Å, pressures in GPa, times in ps or fs. Dynamics with ASE
(`liponflow.engines`) keeps to :mod:`ase.units`, which ASE's own integrators use: it holds the
CODATA values of 2014, in which Boltzmann's constant is 3e-7 smaller.

Examples
--------
>>> round(BOLTZMANN * 11604.518, 6)
1.0
>>> round(1 / KJ_PER_MOL, 4)
96.4853
>>> round(J_PER_MOL_PER_EV, 2)
96485.33
>>> round(1 / PER_CM, 1)
8065.5
>>> round(GPA_PER_EV_A3, 4)
160.2177
>>> round(G_CM3_PER_U_A3, 5)
1.66054
"""

from scipy.constants import (
    N_A,
    Boltzmann,
    Planck,
    angstrom,
    atomic_mass,
    centi,
    electron_volt,
    giga,
    gram,
    kilo,
    speed_of_light,
    zero_Celsius,
)

BOLTZMANN = Boltzmann / electron_volt
"""Boltzmann's constant, eV/K."""

KJ_PER_MOL = kilo / N_A / electron_volt
"""1 kJ/mol in eV."""

J_PER_MOL_PER_EV = N_A * electron_volt
"""1 eV in J/mol."""

PER_CM = Planck * speed_of_light / centi / electron_volt
"""1 cm⁻¹ in eV."""

GPA_PER_KBAR = 0.1
"""1 kbar, VASP's unit of pressure, in GPa."""

KBAR_PER_GPA = 10.0
"""1 GPa in kbar; not 1 / GPA_PER_KBAR, which makes 2.9999999999999996 of 0.3 GPa."""

GPA_PER_EV_A3 = electron_volt / angstrom**3 / giga
"""1 eV/Å³ in GPa."""

G_CM3_PER_U_A3 = atomic_mass / gram * (centi / angstrom) ** 3
"""1 atomic mass unit per Å³ in g/cm³."""

ANGSTROM_PER_NM = 10.0
"""1 nm in Å."""

A3_PER_CM3 = (centi / angstrom) ** 3
"""1 cm³ in Å³."""

CELSIUS = zero_Celsius
"""0 °C in K."""

FS_PER_PS = 1000.0
"""1 ps in fs."""
