"""Cheapest mixtures as linear programmes, the basis of all convex hulls in this package.

A column is the composition of a phase, a row an element (or whatever else is conserved). The
cheapest mixture of a composition is a facet of the lower convex hull, found without building the
others. Hulls of six elements and hundreds of phases thus take milliseconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from liponflow.analysis.stability.simplex import InfeasibleError, minimise
from liponflow.arrays import FloatArray

PRESENT = 1e-6
"""Weight above which a phase counts as present; solutions are normalised to a sum near 1."""

SAME_PLACE = 1e-6
"""Kinks closer than this (in the unit of the abscissa) are the same."""

SAME_VALUE = 1e-7
"""Values closer than this lie on one line."""


class NoMixtureError(ValueError):
    """Error: no mixture of the columns has the requested composition."""

    page = "docs/stability.md"


@dataclass(frozen=True)
class Mixture:
    """The cheapest mixture of a composition."""

    weights: FloatArray
    """Weight of every column, shape (n,)."""
    cost: float
    """Sum of weight times cost."""
    prices: FloatArray
    """Derivative of the cost by each row of the target, shape (m,): chemical potentials."""
    basis: tuple[int, ...] = ()
    """Start for the search of a similar mixture of the same columns."""

    @property
    def present(self) -> list[int]:
        """Columns that take part."""
        return [int(index) for index in np.flatnonzero(self.weights > PRESENT)]


def cheapest(
    columns: FloatArray, costs: FloatArray, target: FloatArray, start: Sequence[int] = ()
) -> Mixture:
    """Return the cheapest mixture with a composition.

    Parameters
    ----------
    columns
        Composition of each phase, shape (m, n).
    costs
        Cost of each column, shape (n,).
    target
        Target composition, shape (m,), in the unit of the columns.
    start
        Basis of a similar mixture of the same columns, which saves time.

    Returns
    -------
    Mixture
        A vertex of the solution set: at most m phases.

    Raises
    ------
    NoMixtureError
        If the composition lies outside the phases.

    Examples
    --------
    >>> columns = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    >>> cheapest(columns, np.array([0.0, 0.0, -1.0]), np.array([0.75, 0.25])).weights
    array([0.5, 0. , 0.5])
    """
    try:
        # A vertex: no more phases coexist than Gibbs's rule allows. The prices of the balances
        # are the chemical potentials.
        found = minimise(columns, costs, target, start)
    except InfeasibleError as error:
        raise NoMixtureError(f"no mixture of the phases has this composition: {error}") from error
    return Mixture(found.weights, found.cost, found.prices, found.basis)


def cheapest_between(
    columns: FloatArray,
    costs: FloatArray,
    ends: tuple[FloatArray, FloatArray],
    end_costs: tuple[float, float],
) -> tuple[float, Mixture]:
    """Return the share between two compositions at which a mixture gains most over the ends.

    Parameters
    ----------
    columns, costs
        As in :func:`cheapest`.
    ends
        Compositions at share 0 and 1, each of shape (m,).
    end_costs
        Their costs; the gain is relative to the straight line between these.

    Returns
    -------
    share : float
        Share of the second end.
    mixture : Mixture
        The mixture; its cost is the gain, not larger than 0 if both ends can be reached.

    Raises
    ------
    NoMixtureError
        As in :func:`cheapest`.

    Notes
    -----
    The share is one more variable of the linear programme, so that one solution replaces the
    search over all kinks.

    Examples
    --------
    >>> share, mixture = cheapest_between(
    ...     np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]]), np.array([0.0, 0.0, -1.0]),
    ...     (np.array([1.0, 0.0]), np.array([0.0, 1.0])), (0.0, 0.0))
    >>> share, mixture.cost
    (0.5, -1.0)
    """
    first, second = ends
    # sum(w c) + s (first - second) = first says that the mixture has the composition at share s,
    # and the cost of this column takes the line between the ends off. The last row and column
    # keep s at or below 1.
    rows, count = columns.shape
    with_share = np.zeros((rows + 1, count + 2))
    with_share[:rows, :count] = columns
    with_share[:rows, count] = first - second
    with_share[rows, count:] = 1.0
    all_costs = np.concatenate([costs, [end_costs[0] - end_costs[1], 0.0]])
    found = cheapest(with_share, all_costs, np.append(first, 1.0))
    mixture = Mixture(found.weights[:count], found.cost - end_costs[0], found.prices[:rows])
    return float(found.weights[count]), mixture


def kinks(
    evaluate: Callable[[float], tuple[float, float]],
    low: float,
    high: float,
    *,
    beside: float | None = None,
) -> list[float]:
    """Return the kinks of a convex, piecewise linear function.

    Parameters
    ----------
    evaluate
        Function that returns value and slope (any subgradient) at a place.
    low, high
        Ends of the range.
    beside
        Slope of the only piece whose ends are wanted, which takes fewer evaluations; None for all.

    Returns
    -------
    list of float
        Places of the kinks strictly between the ends, ascending. With `beside`, the two ends of
        the piece of that slope, or the one kink at which the function skips it; other kinks found
        on the way may be included.

    Notes
    -----
    The tangents at two places meet below the function unless there is one kink between them
    (M. J. Eisner and D. G. Severance, J. ACM 23, 619, 1976): two evaluations per kink.

    Examples
    --------
    >>> kinks(lambda x: (max(-x, 2 * x - 3), -1.0 if x < 1 else 2.0), -1.0, 2.0)
    [1.0]
    """

    def between(a: float, at_a: tuple[float, float], b: float, at_b: tuple[float, float]) -> None:
        (value_a, slope_a), (value_b, slope_b) = at_a, at_b
        if slope_b - slope_a < SAME_VALUE:
            return
        # Slopes of a convex function only grow: no piece with this slope lies in between.
        if beside is not None and not slope_a - SAME_VALUE < beside < slope_b + SAME_VALUE:
            return
        # Intersection of the tangents. A convex function lies above both; if it touches them
        # there, it follows one up to this place and the other beyond it.
        middle = (value_a - slope_a * a - value_b + slope_b * b) / (slope_b - slope_a)
        if not a + SAME_PLACE < middle < b - SAME_PLACE:
            # Tangents meet where one was taken: at a kink, if that lies inside the range.
            nearest = a if middle - a < b - middle else b
            if low < nearest < high:
                found.append(nearest)
            return
        value, slope = evaluate(middle)
        if value - (value_a + slope_a * (middle - a)) < SAME_VALUE:
            found.append(middle)
            return
        between(a, at_a, middle, (value, slope))
        between(middle, (value, slope), b, at_b)

    found: list[float] = []
    between(low, evaluate(low), high, evaluate(high))
    places: list[float] = []
    for place in sorted(found):
        if not places or place - places[-1] > SAME_PLACE:
            places.append(place)
    return places
