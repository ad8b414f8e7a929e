"""Uncertainty of a window and its products from the errors of the formation energies.

Errors are drawn for all phases at once: an independent one for each phase, and one per element,
shared by all phases in proportion to their content of it, like the fitted correction of an anion.
Shared errors cancel between phases with the same anion; they matter where an anion leaves as gas.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import Material
from liponflow.analysis.stability.result import ProductCertainty, WindowUncertainty
from liponflow.analysis.stability.window import (
    V_MAX,
    Segment,
    lithium_segments,
    nearest_segments,
    neighbours,
    voltage_window,
)
from liponflow.arrays import FloatArray

INDEPENDENT_ERROR = 0.024
"""Independent standard error of a phase (eV/atom): PBE reaction energies between compounds of
oxides against experiment, G. Hautier et al., Phys. Rev. B 85, 155208 (2012)."""

SHARED_ERRORS = {"O": 0.002, "N": 0.0093}
"""Standard error of the corrections that oxides and nitrides share (eV per atom of the anion):
A. Wang et al., Sci. Rep. 11, 15496 (2021)."""

CERTAIN = 0.95
"""Share of the draws above which a product, or its absence, counts as certain."""


def window_uncertainty(
    entries: EntrySet,
    material: Material,
    *,
    independent: float = INDEPENDENT_ERROR,
    shared: Mapping[str, float] | None = None,
    samples: int = 200,
    seed: int = 0,
    v_max: float = V_MAX,
) -> WindowUncertainty:
    """Return the spread of a window over random draws of all energies.

    Parameters
    ----------
    entries
        Phases on one scale.
    material
        The material; if it is one of the phases, its energy varies like theirs.
    independent
        Independent standard error of each compound (eV/atom). Elements have none.
    shared
        Standard error by element (eV per atom of it) common to all compounds; by default those
        of `SHARED_ERRORS`.
    samples
        Number of draws.
    seed
        Seed of the random numbers.
    v_max
        Highest voltage examined (V).

    Returns
    -------
    WindowUncertainty
        Mean, standard deviation and 95 % interval of the limits over the draws that have them,
        and how often each phase is a product.

    Raises
    ------
    ValueError
        If an error is negative, there is less than one sample, or an element is missing.

    Notes
    -----
    A crystal may lie above the hull of a draw. Its window is then that of its decomposition
    products, as elsewhere.
    """
    shared = SHARED_ERRORS if shared is None else shared
    if independent < 0 or any(value < 0 for value in shared.values()):
        raise ValueError(f"standard errors must be 0 or more, not {independent:g} and {shared}")
    if samples < 1:
        raise ValueError(f"at least one draw is needed, not {samples}")
    system = entries.within(sorted({*material.composition, "Li"}))
    # Phases above the hull may lie on it in a draw.
    hull = Hull.from_columns(list(system.entries), tuple(system.elements))
    expected = _products(hull, material, lithium_segments(hull, material, v_max))
    counts: Counter[tuple[str, str]] = Counter()
    lows, highs = [], []
    with_window = 0
    for errors in _errors(hull, independent, shared, samples, seed):
        drawn = hull.with_energies(hull.energies + errors)
        segments = nearest_segments(drawn, material, v_max)
        window = voltage_window(material, segments, v_max)
        with_window += window.low is not None
        if window.low is not None:
            lows.append(window.low)
        if window.high is not None:
            highs.append(window.high)
        for where, names in _products(drawn, material, segments).items():
            counts.update((where, name) for name in names)
    return WindowUncertainty(
        n_samples=samples,
        error_independent=independent,
        error_shared=dict(shared),
        low_mean=float(np.mean(lows)) if lows else None,
        low_std=float(np.std(lows)) if lows else None,
        high_mean=float(np.mean(highs)) if highs else None,
        high_std=float(np.std(highs)) if highs else None,
        low_interval=_interval(lows),
        high_interval=_interval(highs),
        share_with_window=with_window / samples,
        products=[
            ProductCertainty(
                where=where,
                phase=name,
                share=counts[where, name] / samples,
                predicted=name in expected[where],
                certain=not 1 - CERTAIN < counts[where, name] / samples < CERTAIN,
            )
            for where in expected
            for name in sorted(
                {n for w, n in counts if w == where} | expected[where],
                key=lambda name: (-counts[where, name], name),
            )
        ],
    )


def _errors(
    hull: Hull, independent: float, shared: Mapping[str, float], samples: int, seed: int
) -> FloatArray:
    """Return the errors of all phases (eV/atom), shape (samples, entries); elements have none."""
    chance = np.random.default_rng(seed)
    count = len(hull.entries)
    errors = independent * chance.standard_normal((samples, count))
    for row, symbol in enumerate(hull.elements):
        common = shared.get(symbol, 0.0) * chance.standard_normal((samples, 1))
        errors = errors + common * hull.fractions[row]
    compounds = (hull.fractions > 0).sum(axis=0) > 1
    chosen: FloatArray = errors * compounds
    return chosen


def _interval(values: list[float]) -> tuple[float, float] | None:
    if not values:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _products(hull: Hull, material: Material, segments: list[Segment]) -> dict[str, set[str]]:
    reduction, oxidation = neighbours(material, segments)
    places = {"at 0 V": segments[0], "first reduction": reduction, "first oxidation": oxidation}
    return {
        where: {hull.entries[index].formula for index in segment.amounts} if segment else set()
        for where, segment in places.items()
    }
