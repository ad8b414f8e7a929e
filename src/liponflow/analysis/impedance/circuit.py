"""Equivalent circuits: their impedance, and a start for their fit.

A ZARC is a resistance R beside a constant-phase element of admittance Q (iω)ⁿ; its impedance is
R / (1 + (iωτ)ⁿ) with τⁿ = R Q. With n = 1 it is the semicircle of a resistance and a capacitance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from liponflow.analysis.measured.fit import Start
from liponflow.arrays import FloatArray

ComplexArray = NDArray[np.complex128]

_TIMES = 24
"""Time constants that a start is looked for among."""
_EXPONENTS = (0.7, 0.85, 1.0)
LEAST_EXPONENT = 0.3
"""Least exponent of a constant-phase element; below, it is nearly a resistance."""


@dataclass(frozen=True)
class Circuit:
    """A resistance in series with one or two ZARCs and, perhaps, a tail at low frequencies.

    Attributes
    ----------
    name
        Name of the option.
    arcs
        Number of ZARCs.
    tail
        Exponent of what follows the arcs at low frequencies: ``free`` for the constant-phase
        element of a blocking electrode, ``warburg`` for semi-infinite diffusion in series with the
        resistance of the arc (Randles), None without.
    inductance
        Whether an inductance, such as that of the cables, is in series.
    """

    name: str
    arcs: int = 1
    tail: str | None = None
    inductance: bool = False

    def with_inductance(self) -> "Circuit":
        """Return the circuit with an inductance in series."""
        return replace(self, inductance=True)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, as :meth:`impedance` takes them."""
        names = ["r0"]
        for number in range(1, self.arcs + 1):
            names += [f"ln_r{number}", f"ln_tau{number}", f"n{number}"]
        if self.tail is not None:
            names += ["ln_tail", "n_tail"] if self.tail == "free" else ["ln_tail"]
        return (*names, "inductance") if self.inductance else tuple(names)

    def impedance(self, omega: FloatArray, p: Mapping[str, float]) -> ComplexArray:
        """Return the impedance.

        Parameters
        ----------
        omega
            Angular frequencies (1/s), shape (n,).
        p
            Resistance ``r0`` (Ω); of each arc the logarithms of resistance (Ω) and time constant
            (s), and the exponent; of a tail the logarithm of its impedance at 1/s (Ω), and the
            exponent; ``inductance`` (H).

        Returns
        -------
        ndarray
            Ω, shape (n,).

        Examples
        --------
        >>> p = {"r0": 5.0, "ln_r1": np.log(100.0), "ln_tau1": np.log(1e-3), "n1": 1.0}
        >>> Circuit("zarc").impedance(np.array([1e-9, 1e3, 1e12]), p).round(6)
        array([105. -0.j,  55.-50.j,   5. -0.j])
        """
        z = np.full(omega.shape, p["r0"], dtype=np.complex128)
        log = np.log(omega) + 0.5j * np.pi
        warburg = self.tail == "warburg"
        tail = np.zeros(omega.shape, dtype=np.complex128)
        if self.tail is not None:
            exponent = 0.5 if warburg else p["n_tail"]
            tail = np.exp(p["ln_tail"] - exponent * log)
        for number in range(1, self.arcs + 1):
            resistance = np.exp(p[f"ln_r{number}"])
            admittance = np.exp(p[f"n{number}"] * (p[f"ln_tau{number}"] + log)) / resistance
            z = z + 1 / (1 / (resistance + (tail if warburg else 0)) + admittance)
        if not warburg:
            z = z + tail
        if self.inductance:
            z = z + 1j * omega * p["inductance"]
        return np.asarray(z)

    def start(self, omega: FloatArray, z: ComplexArray) -> dict[str, Start]:
        """Return a start of the fit: the best of a grid of time constants and exponents.

        With these given, the impedance is linear in the resistances, which non-negative least
        squares then find, relative to the modulus. A Warburg impedance is taken to be in series.
        """
        best: tuple[float, dict[str, float]] | None = None
        times = np.geomspace(0.3 / omega.max(), 3 / omega.min(), _TIMES)
        tails = {"free": (0.6, 0.95), "warburg": (0.5,), None: (0.0,)}[self.tail]
        weight = 1 / np.abs(z)
        target = np.concatenate([z.real * weight, z.imag * weight])
        for taus in product(times, repeat=self.arcs):
            if list(taus) != sorted(set(taus)):
                continue
            for n, tail in product(_EXPONENTS, tails):
                columns = [np.ones_like(z), *(1 / (1 + (1j * omega * tau) ** n) for tau in taus)]
                if self.tail is not None:
                    columns.append((1j * omega) ** -tail)
                if self.inductance:
                    columns.append(1j * omega)
                design = np.array(columns).T * weight[:, None]
                found, misfit = nnls(np.concatenate([design.real, design.imag]), target)
                if best is None or misfit < best[0]:
                    best = misfit, self._named(found, taus, n, tail)
        assert best is not None  # noqa: S101 - the grid is not empty
        limits = {"n": (LEAST_EXPONENT, 1.0)}
        return {
            name: Start(best[1][name], *limits.get(name.rstrip("12").removesuffix("_tail"), ()))
            for name in self.parameters
        }

    def _named(
        self, found: FloatArray, taus: tuple[float, ...], n: float, tail: float
    ) -> dict[str, float]:
        least = 1e-6 * max(float(found[: 1 + self.arcs].sum()), 1e-12)
        named = {"r0": float(found[0]), "n_tail": min(tail, 0.99)}
        for number, tau in enumerate(taus, start=1):
            named |= {
                f"ln_r{number}": float(np.log(max(found[number], least))),
                f"ln_tau{number}": float(np.log(tau)),
                f"n{number}": min(n, 0.98),
            }
        if self.tail is not None:
            named["ln_tail"] = float(np.log(max(found[1 + self.arcs], least)))
        if self.inductance:
            named["inductance"] = float(found[-1])
        return named


CIRCUITS = {
    circuit.name: circuit
    for circuit in (
        Circuit("blocking", tail="free"),
        Circuit("zarc"),
        Circuit("randles", tail="warburg"),
        Circuit("two-zarcs", arcs=2),
    )
}
"""Circuits by name."""
