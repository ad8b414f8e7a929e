"""Consistency of an impedance spectrum, whatever the circuit.

The real and imaginary parts of the impedance of a linear, stable cell at rest determine each other
(Kramers and Kronig). Every chain of RC elements obeys this, and a long chain with fixed time
constants fits any spectrum that does, by linear least squares. What such a fit leaves is noise, or
a cell that changed while it was measured (B. A. Boukamp, J. Electrochem. Soc. 142, 1885 (1995)).
"""

from typing import NamedTuple

import numpy as np

from liponflow.analysis.impedance.circuit import ComplexArray
from liponflow.arrays import FloatArray

PER_DECADE = 4
"""RC elements per decade of frequency: an arc of one time constant is 1.14 decades wide."""
_MOST_SHARE = 0.8
"""Largest number of elements relative to that of the frequencies."""


class Consistency(NamedTuple):
    """Residuals of a chain of RC elements."""

    sum_of_squares: float
    """Of the residuals relative to the modulus, real and imaginary parts."""
    freedom: int
    """Degrees of freedom."""

    @property
    def scatter(self) -> float:
        """Standard deviation of a part relative to the modulus."""
        return float(np.sqrt(self.sum_of_squares / self.freedom))


def consistency(omega: FloatArray, z: ComplexArray) -> Consistency:
    """Return what a chain of RC elements, a series capacitance and an inductance leave.

    Parameters
    ----------
    omega
        Angular frequencies (1/s), shape (n,).
    z
        Impedance (Ω), shape (n,).

    Examples
    --------
    >>> omega = np.geomspace(1, 1e6, 40)
    >>> passive = 10 + 100 / (1 + (1e-3j * omega) ** 0.9)
    >>> consistency(omega, passive).scatter < 1e-3
    True
    >>> consistency(omega, passive * (1 + 0.3 * (omega > 1e3))).scatter > 1e-2
    True
    """
    decades = float(np.log10(omega.max() / omega.min()))
    count = max(2, min(round(PER_DECADE * decades) + 1, int(_MOST_SHARE * len(omega))))
    taus = np.geomspace(1 / omega.max(), 1 / omega.min(), count)
    chain = 1 / (1 + 1j * omega[:, None] * taus)
    others = np.column_stack([np.ones_like(z), 1j * omega, 1 / (1j * omega)])
    design = np.column_stack([others, chain]) / np.abs(z)[:, None]
    scale = np.linalg.norm(design, axis=0)
    matrix = np.concatenate([design.real, design.imag]) / scale
    target = np.concatenate([(z / np.abs(z)).real, (z / np.abs(z)).imag])
    found, _, rank, _ = np.linalg.lstsq(matrix, target, rcond=1e-10)
    left = float(((matrix @ found - target) ** 2).sum())
    return Consistency(left, max(len(target) - int(rank), 1))
