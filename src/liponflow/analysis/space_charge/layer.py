"""A space-charge layer of two mobile defects of opposite charge, by Poisson and Boltzmann.

Interstitials Li⁺ and vacancies of Li⁺ have the bulk concentration c0 each. At the potential
y = e (φ - φ_bulk) / kT their concentrations are c0 exp(∓y) / [1 + ν (cosh y - 1)]. The
denominator, with ν = 2 c0 / (number of sites), lets them fill no more than the sites there are
(J. J. Bikerman, Philos. Mag. 33, 384 (1942)). Without it (ν = 0) they follow Gouy and Chapman, and
for small y Debye and Hückel. Poisson's equation has the first integral

    λ |dy/dx| = F(y) = sqrt[(2/ν) ln(1 + 2ν sinh²(y/2))]

(M. S. Kilic, M. Z. Bazant, A. Ajdari, Phys. Rev. E 75, 021502 (2007)), so that the profile is a
quadrature. Energies are in eV, lengths in nm, concentrations in cm⁻³.
"""

from dataclasses import dataclass
from math import exp

import numpy as np
from scipy.constants import centi, elementary_charge, epsilon_0, micro, nano
from scipy.integrate import cumulative_simpson
from scipy.optimize import brentq

from liponflow.arrays import FloatArray
from liponflow.units import BOLTZMANN

_POINTS = 2001
_SMALLEST = 1e-4
"""Share of the potential at which a profile ends."""
_PER_M3 = centi**-3
"""1 cm⁻³ in m⁻³."""


@dataclass(frozen=True)
class Phase:
    """A phase with interstitials and vacancies of Li⁺.

    Attributes
    ----------
    permittivity
        Relative permittivity.
    sites
        Sites that a defect may take (cm⁻³).
    interstitial, vacancy
        Formation energies of the two defects (eV), with the chemical potential of Li⁺ at zero of a
        scale that both phases share. At the potential μ they are interstitial - μ and vacancy + μ.
    temperature
        K.
    """

    permittivity: float
    sites: float
    interstitial: float
    vacancy: float
    temperature: float

    @property
    def thermal(self) -> float:
        """The thermal energy kT (eV)."""
        return BOLTZMANN * self.temperature

    @property
    def level(self) -> float:
        """Chemical potential of Li⁺ in the neutral bulk (eV): both defects cost equally much.

        Examples
        --------
        >>> Phase(10, 1e22, 0.75, 0.25, 300).level
        0.25
        """
        return (self.interstitial - self.vacancy) / 2

    @property
    def formation(self) -> float:
        """Formation energy of either defect in the neutral bulk (eV)."""
        return (self.interstitial + self.vacancy) / 2

    @property
    def concentration(self) -> float:
        """Concentration of either defect in the neutral bulk (cm⁻³).

        It is n exp(-g/kT) / [1 + 2 exp(-g/kT)] for n sites that are empty or have a defect.
        """
        weight = exp(-self.formation / self.thermal)
        return self.sites * weight / (1 + 2 * weight)

    @property
    def filling(self) -> float:
        """The ratio ν of both defects to the sites."""
        return 2 * self.concentration / self.sites

    @property
    def debye_length(self) -> float:
        """The Debye length sqrt(ε kT / 2 e² c0) (nm).

        Examples
        --------
        >>> cold = Phase(10, 1e22, 0.3, 0.3, 300)
        >>> f"{cold.concentration:.3g}", round(cold.debye_length, 2)
        ('9.12e+16', 8.85)
        """
        charge = 2 * elementary_charge * self.concentration * _PER_M3
        return float(np.sqrt(self.permittivity * epsilon_0 * self.thermal / charge) / nano)

    def slope(self, y: FloatArray | float) -> FloatArray:
        """Return F(y), the slope of the reduced potential times the Debye length."""
        return np.sqrt(2 / self.filling * self._log_crowding(y))

    def charge(self, drop: float) -> float:
        """Return the charge of the layer per area (µC/cm²), of the sign opposite to the drop.

        Parameters
        ----------
        drop
            Potential at the contact less that in the bulk (V).
        """
        y = drop / self.thermal
        field = self.slope(y) * self.thermal / (self.debye_length * nano)
        surface = self.permittivity * epsilon_0 * float(field)
        return -float(np.sign(y)) * surface * centi**2 / micro

    def densities(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the concentrations of interstitials and vacancies (cm⁻³) at a potential y."""
        crowding = self._log_crowding(y)
        return (
            self.concentration * np.exp(-y - crowding),
            self.concentration * np.exp(y - crowding),
        )

    def profile(self, drop: float) -> tuple[FloatArray, FloatArray]:
        """Return depth (nm) and potential above that of the bulk (V), from the contact inwards.

        Parameters
        ----------
        drop
            Potential at the contact less that in the bulk (V); not zero.
        """
        # In ln y the integrand y / F(y) is smooth down to the bulk, where it is 1.
        logarithm = np.linspace(0, np.log(_SMALLEST), _POINTS)
        y = abs(drop) / self.thermal * np.exp(logarithm)
        path = cumulative_simpson(y / self.slope(y), x=-logarithm, initial=0)
        return self.debye_length * path, np.sign(drop) * y * self.thermal

    def _log_crowding(self, y: FloatArray | float) -> FloatArray:
        """Return ln[1 + ν (cosh y - 1)], also where cosh y is beyond all numbers."""
        size = np.abs(np.asarray(y, dtype=float))
        with np.errstate(divide="ignore"):  # of y = 0, where the result is 0
            logarithm = size + 2 * np.log(-np.expm1(-size)) + np.log(self.filling / 2)
        crowding: FloatArray = np.logaddexp(0.0, logarithm)
        return crowding


def share_drop(first: Phase, second: Phase, drop: float) -> tuple[float, float]:
    """Return how a drop of the potential is shared between two phases (V).

    Parameters
    ----------
    first, second
        The phases.
    drop
        Potential in the bulk of the second less that of the first (V); not zero.

    Returns
    -------
    tuple of float
        Potential at the contact less that in the bulk, of each phase, so that the charges of the
        two layers cancel.

    Examples
    --------
    >>> same = Phase(10, 1e22, 0.3, 0.3, 300)
    >>> [round(part, 9) for part in share_drop(same, same, 0.4)]
    [0.2, -0.2]
    """
    part = float(
        brentq(
            lambda part: first.charge(part) + second.charge(part - drop),
            0.0,
            drop,
            xtol=1e-14,
            rtol=1e-13,
        )
    )
    return part, part - drop
