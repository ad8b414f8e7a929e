"""Neutron- and x-ray-weighted S(q) and G(r) from partial pair correlations."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import yaml
from pydantic import ConfigDict, Field, model_validator

from liponflow.analysis.glass.distribution import listed
from liponflow.analysis.glass.radial import (
    Window,
    broadened,
    faber_ziman_weights,
    pdf_from_structure_factor,
    reduced_pdf,
    structure_factor,
    weighted_sum,
)
from liponflow.analysis.glass.result import Scattering
from liponflow.arrays import FloatArray
from liponflow.document import Document

Partials = Mapping[tuple[str, str], FloatArray]

_S_OVER_Q = 1 / (4 * np.pi)
"""sin(θ)/λ over q = 4π sin(θ)/λ."""


class Experiment(Document):
    """Effect of an instrument on a pair distribution function."""

    model_config = ConfigDict(frozen=True)

    q_min: float = Field(0.0, ge=0, description="Lowest momentum transfer used (1/Å).")
    q_max: float = Field(25.0, gt=0, description="Highest momentum transfer used (1/Å).")
    window: Window = Field("none", description="Window on q[S(q) - 1].")
    termination: Window = Field(
        "lorch",
        description="Window on the model's G(r) in its transform to S(q), as the model ends at "
        "r_max; G(r) itself is not changed by it.",
    )
    q_damp: float = Field(
        0.0, ge=0, description="Damping of G(r) from the resolution, exp(-(r q_damp)²/2) (1/Å)."
    )
    broadening: float = Field(
        0.0, ge=0, description="Standard deviation of pair distances added to the model (Å)."
    )
    isotopes: dict[str, str] = Field(
        default_factory=dict, description="Isotopes in place of elements: {Li: 7Li}."
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Experiment":
        if self.q_min >= self.q_max:
            raise ValueError(f"q_min = {self.q_min:g} 1/Å is not below q_max = {self.q_max:g} 1/Å")
        return self

    @property
    def text(self) -> str:
        """The options in words, for results and figures."""
        parts = [f"q = {self.q_min:g} to {self.q_max:g} 1/Å"]
        if self.window != "none":
            parts.append(f"window of {self.window.title()}")
        if self.q_damp:
            parts.append(f"q_damp {self.q_damp:g} 1/Å")
        if self.broadening:
            parts.append(f"broadened by {self.broadening:g} Å")
        parts += [f"{isotope} for {element}" for element, isotope in self.isotopes.items()]
        return ", ".join(parts)


class WeightedFunctions(NamedTuple):
    """Total functions for one probe."""

    weights: dict[tuple[str, str], float]
    """Faber-Ziman weights; of x-rays at q = 0."""
    s: FloatArray
    """S(q)."""
    pdf: FloatArray
    """G(r) (1/Å²), through the instrument."""


@cache
def _tables() -> dict[str, Any]:
    """Read the scattering lengths and form factors, with their sources."""
    text = resources.files(__package__).joinpath("scattering.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.safe_load(text)
    return tables


def neutron_lengths(
    elements: Sequence[str], isotopes: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Return bound coherent scattering lengths (fm) from ``scattering.yaml``.

    Parameters
    ----------
    elements
        Elements, of natural abundance.
    isotopes
        Isotopes that replace some of them.

    Raises
    ------
    ValueError
        If an element is not tabulated; the tabulated ones are listed.

    Examples
    --------
    >>> neutron_lengths(["Li", "O"], {"Li": "7Li"})
    {'Li': -2.22, 'O': 5.805}
    """
    table: dict[str, float] = _tables()["neutron"]["lengths"]
    names = {element: (isotopes or {}).get(element, element) for element in elements}
    missing = sorted(set(names.values()) - table.keys())
    if missing:
        raise ValueError(
            f"no neutron scattering length of {', '.join(missing)} here; of "
            f"{', '.join(table)} only"
        )
    return {element: table[name] for element, name in names.items()}


def xray_form_factor(element: str, q: FloatArray) -> FloatArray:
    """Return the x-ray form factor (electrons) of a neutral atom from ``scattering.yaml``.

    Parameters
    ----------
    element
        Its symbol.
    q
        Momentum transfers (1/Å), up to 25.

    Raises
    ------
    ValueError
        If the element is not tabulated; the tabulated ones are listed.

    Examples
    --------
    >>> round(float(xray_form_factor("O", np.array([0.0]))[0]), 2)
    8.0
    """
    table: dict[str, list[float]] = _tables()["xray"]["coefficients"]
    if element not in table:
        raise ValueError(f"no x-ray form factor of {element} here; of {', '.join(table)} only")
    constant, *rest = table[element]
    s_squared = (q * _S_OVER_Q) ** 2
    values = np.full(len(q), constant)
    for a, b in zip(rest[::2], rest[1::2], strict=True):
        values += a * np.exp(-b * s_squared)
    return values


def momentum_grid(r_max: float, q_max: float) -> FloatArray:
    """Return momentum transfers (1/Å), fine enough for functions that end at r_max (Å).

    Ten points per shortest period, 2π/r_max, and at most 0.05 apart.
    """
    step = min(0.05, 2 * np.pi / r_max / 10)
    number = int(np.ceil(q_max / step))
    return np.linspace(q_max / number, q_max, number)


def neutron_functions(
    r: FloatArray,
    partials: Partials,
    concentrations: Mapping[str, float],
    density: float,
    *,
    q: FloatArray,
    experiment: Experiment,
) -> WeightedFunctions:
    """Return neutron-weighted S(q) and G(r).

    Parameters
    ----------
    r
        Centres of equal bins (Å).
    partials
        Partial g(r) of every unordered pair of elements.
    concentrations
        Share of every element.
    density
        Number density of all atoms (1/Å³).
    q
        Equal steps up to the experiment's q_max (1/Å).
    experiment
        Range of q, window, damping, broadening, isotopes.
    """
    lengths = neutron_lengths(list(concentrations), experiment.isotopes)
    weights = faber_ziman_weights(concentrations, lengths)
    total = broadened(r, weighted_sum(partials, weights), experiment.broadening)
    pdf = reduced_pdf(r, total, density)
    s = structure_factor(q, r, pdf)
    # The end of the model makes ripples in S(q), which a window removes from the S(q) shown. G(r)
    # is computed from S(q) without a window, which transforms back to that of the model.
    shown = structure_factor(q, r, pdf * _termination(r, experiment))
    return WeightedFunctions(weights, shown, _measured(r, q, s, experiment))


def xray_functions(
    r: FloatArray,
    partials: Partials,
    concentrations: Mapping[str, float],
    density: float,
    *,
    q: FloatArray,
    experiment: Experiment,
) -> WeightedFunctions:
    """Return x-ray-weighted S(q) and G(r); arguments as for :func:`neutron_functions`.

    The weights depend on q, so S(q) is summed from partial structure factors.
    """
    factors = {element: xray_form_factor(element, np.r_[0.0, q]) for element in concentrations}
    at_zero = faber_ziman_weights(concentrations, {e: float(f[0]) for e, f in factors.items()})
    mean = sum(concentrations[e] * factors[e][1:] for e in concentrations)
    s, shown = np.ones(len(q)), np.ones(len(q))
    for a, b in at_zero:
        pdf = reduced_pdf(r, broadened(r, partials[a, b], experiment.broadening), density)
        amplitude = concentrations[a] * factors[a][1:] * concentrations[b] * factors[b][1:]
        weight = (1 if a == b else 2) * amplitude / mean**2
        s += weight * (structure_factor(q, r, pdf) - 1)
        shown += weight * (structure_factor(q, r, pdf * _termination(r, experiment)) - 1)
    return WeightedFunctions(at_zero, shown, _measured(r, q, s, experiment))


def _termination(r: FloatArray, experiment: Experiment) -> FloatArray:
    values: FloatArray = (
        np.sinc(r / r[-1]) if experiment.termination == "lorch" else np.ones(len(r))
    )
    return values


def _measured(r: FloatArray, q: FloatArray, s: FloatArray, experiment: Experiment) -> FloatArray:
    used = q >= experiment.q_min
    pdf = pdf_from_structure_factor(r, q[used], s[used], window=experiment.window)
    return pdf * np.exp(-((r * experiment.q_damp) ** 2) / 2)


def weighted_scattering(
    r: FloatArray,
    partials: Partials,
    concentrations: Mapping[str, float],
    density: float,
    experiment: Experiment,
) -> list[Scattering]:
    """Compute S(q) and G(r) for neutrons and x-rays.

    Parameters
    ----------
    r
        Centres of equal bins from 0 on (Å).
    partials
        Partial g(r) of every unordered pair of elements.
    concentrations
        Share of every element.
    density
        Number density of all atoms (1/Å³).
    experiment
        Effect of the instrument.

    Returns
    -------
    list of Scattering
        One per probe; a probe for which an element is not tabulated is omitted.
    """
    # The first and the last centre of equal bins from 0 add up to the end of the grid.
    q = momentum_grid(float(r[-1] + r[0]), experiment.q_max)
    missing = untabulated(list(concentrations), experiment)
    found = []
    for probe, functions in (("neutron", neutron_functions), ("x-ray", xray_functions)):
        if probe in missing:
            continue
        total = functions(r, partials, concentrations, density, q=q, experiment=experiment)
        found.append(
            Scattering.model_validate(
                {
                    "probe": probe,
                    "weights": {f"{a}-{b}": weight for (a, b), weight in total.weights.items()},
                    "q": listed(q),
                    "s": listed(total.s),
                    "g": listed(total.pdf),
                    "treatment": experiment.text,
                }
            )
        )
    return found


def untabulated(elements: Sequence[str], experiment: Experiment) -> dict[str, list[str]]:
    """List elements without scattering length or form factor, by probe; probes with all left out.

    Examples
    --------
    >>> untabulated(["Li", "O"], Experiment())
    {}
    >>> untabulated(["Li", "Xe"], Experiment())
    {'neutron': ['Xe'], 'x-ray': ['Xe']}
    """
    tables = _tables()
    lengths, factors = tables["neutron"]["lengths"], tables["xray"]["coefficients"]
    missing = {
        "neutron": [e for e in elements if experiment.isotopes.get(e, e) not in lengths],
        "x-ray": [e for e in elements if e not in factors],
    }
    return {probe: names for probe, names in missing.items() if names}
