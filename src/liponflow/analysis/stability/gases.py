"""Gases in phase diagrams: their energy on the scale of the solids, and their free energy.

Neither a molecule in a box nor a molecular crystal has an energy that is consistent with oxides
and nitrides on a corrected scale. Energies and heat therefore come from tables, with their
sources.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from liponflow.analysis.method import Block, Method
from liponflow.units import BOLTZMANN, KJ_PER_MOL, PER_CM

STANDARD_TEMPERATURE = 298.15
"""K."""


class ThermalZero(StrEnum):
    """Thermal energy that an energy scale already includes."""

    ENTHALPY = "enthalpy at 298.15 K"
    """Fitted to measured formation enthalpies at 298.15 K, as the Materials Project's corrections
    are (Wang et al., Sci. Rep. 11, 15496, 2021): heat up to 298.15 K is already included."""
    STATIC = "static lattice"
    """Nuclei at rest: zero-point energy and all heat must be added."""


@dataclass(frozen=True)
class Shomate:
    """Coefficients of one range of temperature.

    C_p/(J/mol/K) = a + b t + c t² + d t³ + e/t² with t = T/1000 K; f and g are the constants of
    integration of the enthalpy relative to 298.15 K (kJ/mol) and the entropy (J/mol/K).
    """

    low: float
    """Lower end of the range (K)."""
    high: float
    """Upper end of the range (K)."""
    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    g: float

    def enthalpy(self, temperature: float) -> float:
        """Return H(T) - H(298.15 K) (kJ/mol)."""
        t = temperature / 1000
        polynomial = self.a * t + self.b * t**2 / 2 + self.c * t**3 / 3 + self.d * t**4 / 4
        return polynomial - self.e / t + self.f

    def entropy(self, temperature: float) -> float:
        """Return S(T) at 1 bar (J/mol/K)."""
        t = temperature / 1000
        polynomial = self.b * t + self.c * t**2 / 2 + self.d * t**3 / 3
        return self.a * math.log(t) + polynomial - self.e / (2 * t**2) + self.g


@dataclass(frozen=True)
class Gas:
    """A diatomic gas of one element.

    Sources: Shomate coefficients of the NIST Chemistry WebBook (SRD 69; M. W. Chase, NIST-JANAF
    Thermochemical Tables, 4th ed., 1998), whose H of an element is 0; H(298.15 K) - H(0 K) of the
    same tables; zero-point energies of K. K. Irikura, J. Phys. Chem. Ref. Data 36, 389 (2007);
    reference energies of the Materials Project's elements, PBE, which its corrections of 2020
    leave as they are: mp-12957 (O2) and the elemental references of February 2023 (N2).
    """

    element: str
    reference_energy: float
    """PBE energy of the Materials Project (eV/atom)."""
    heat_to_standard: float
    """H(298.15 K) - H(0 K) (kJ/mol)."""
    zero_point: float
    """Zero-point energy (cm⁻¹ per molecule)."""
    ranges: tuple[Shomate, ...]

    @property
    def method(self) -> Method:
        """Method of the reference energy, with the POTCARs of the Materials Project."""
        return Method(
            code="vasp",
            functional="PBE",
            exact_exchange=0.0,
            blocks=[Block(element=self.element, potential=self.element)],
        )

    @property
    def formula(self) -> str:
        """Formula of the molecule."""
        return f"{self.element}2"


GASES = {
    "O": Gas(
        "O", -4.947961, 8.683, 787.38,
        (
            Shomate(100, 700, 31.32234, -20.23531, 57.86644, -36.50624, -0.007374, -8.903471,
                    246.7945),
            Shomate(700, 2000, 30.03235, 8.772972, -3.988133, 0.788313, -0.741599, -11.32468,
                    236.1663),
        ),
    ),
    "N": Gas(
        "N", -8.336495, 8.670, 1175.78,
        (
            Shomate(100, 500, 28.98641, 1.853978, -9.647459, 16.63537, 0.000117, -8.671914,
                    226.4168),
            Shomate(500, 2000, 19.50583, 19.88705, -8.598535, 1.369784, 0.527601, -4.935202,
                    212.3900),
        ),
    ),
}  # fmt: skip
"""Gases by element."""

REFERENCE_SOURCE = (
    "gas by reference: PBE energy of the element in the Materials Project (2020 scheme, which "
    "fits the corrections of oxides and nitrides to it)"
)


def free_energy(
    element: str,
    temperature: float,
    *,
    pressure: float = 1.0,
    zero: ThermalZero = ThermalZero.ENTHALPY,
) -> float:
    """Return the free energy of a gas relative to its energy on the scale of the solids.

    Parameters
    ----------
    element
        ``O`` or ``N``.
    temperature
        K; 0, or 100 to 2000, the range of the tables.
    pressure
        Partial pressure, bar, of the ideal gas.
    zero
        What the energy scale already includes.

    Returns
    -------
    float
        µ(T, p) - E per atom (eV): [H(T) - H(zero)] - T S(T) + kT ln(p/1 bar), halved; at 0 K the
        zero-point energy if the scale lacks it.

    Raises
    ------
    ValueError
        If the element has no table, or the temperature or pressure is outside its range.

    Examples
    --------
    >>> round(free_energy("O", 300, zero=ThermalZero.ENTHALPY), 3)
    -0.319
    """
    if element not in GASES:
        raise ValueError(f"no table for a gas of {element}; there are {', '.join(GASES)}")
    if pressure <= 0:
        raise ValueError(f"a pressure of {pressure:g} bar; it must be above 0")
    gas = GASES[element]
    zero_point = gas.zero_point * PER_CM if zero is ThermalZero.STATIC else 0.0
    if temperature == 0:
        return zero_point / 2
    enthalpy, entropy = _tabulated(gas, temperature)
    if zero is ThermalZero.STATIC:
        enthalpy += gas.heat_to_standard
    molar = (enthalpy - temperature * entropy / 1000) * KJ_PER_MOL
    return (zero_point + molar + BOLTZMANN * temperature * math.log(pressure)) / 2


def _tabulated(gas: Gas, temperature: float) -> tuple[float, float]:
    for row in gas.ranges:
        if row.low <= temperature <= row.high:
            return row.enthalpy(temperature), row.entropy(temperature)
    low, high = gas.ranges[0].low, gas.ranges[-1].high
    raise ValueError(
        f"no free energy of {gas.formula} at {temperature:g} K; the tables hold {low:g} to "
        f"{high:g} K, and 0 K is without heat"
    )
