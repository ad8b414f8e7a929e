"""Small linear programmes: the simplex method on a dense table.

The programmes of a phase diagram have a row per element and up to some hundred columns. A solver
for large sparse programmes takes far longer to receive one of these than this one to solve it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liponflow.arrays import FloatArray

SAME_COST = 1e-11
"""Gain per weight, relative to the largest cost in the basis, below which no column enters."""

NO_WEIGHT = 1e-12
"""Weights above minus this are not negative."""

SAME_STEP = 1e-13
"""Steps closer than this are one: several weights vanish at once (a degenerate vertex)."""

SMALLEST_PIVOT = 1e-9
"""Smaller numbers in a column of the table are rounding errors."""

FEASIBLE = 1e-7
"""Part of the target, relative to its largest number, that the columns may miss."""

MOST_PIVOTS = 10_000
"""Pivots after which a programme is given up; one of six rows takes about ten."""


class InfeasibleError(ValueError):
    """Error: no weights of the columns give the target."""


class UnboundedError(ValueError):
    """Error: the cost has no minimum."""


@dataclass(frozen=True)
class Vertex:
    """Solution of a linear programme, a vertex of its feasible set."""

    weights: FloatArray
    """Weight of every column, shape (n,); at most m are not 0."""
    cost: float
    """Sum of weight times cost."""
    prices: FloatArray
    """Derivative of the cost by each row of the target, shape (m,)."""
    basis: tuple[int, ...]
    """Columns that may have a weight, one for each independent row."""


def minimise(
    columns: FloatArray,
    costs: FloatArray,
    target: FloatArray,
    start: Sequence[int] = (),
) -> Vertex:
    """Return the non-negative weights of columns that give a target at the lowest cost.

    Parameters
    ----------
    columns
        Shape (m, n).
    costs
        Cost of each column, shape (n,).
    target
        Shape (m,).
    start
        Basis of the solution with other costs or another target, to start from. It only saves
        time, and is ignored if it does not lead to the target.

    Returns
    -------
    Vertex
        Minimum of ``costs @ weights`` where ``columns @ weights == target`` and ``weights >= 0``;
        one of the vertices that share it.

    Raises
    ------
    InfeasibleError
        If no such weights exist.
    UnboundedError
        If the cost has no minimum.

    Notes
    -----
    The column of the largest gain enters, by G. B. Dantzig. Where a pivot gains nothing, R. G.
    Bland's rule takes over until one does (Math. Oper. Res. 2, 103, 1977), since it cannot cycle.
    The table is computed once more from the last basis, so that a solution does not carry the
    rounding errors of the pivots.

    Examples
    --------
    >>> minimise(np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]]),
    ...          np.array([0.0, 0.0, -1.0]), np.array([0.75, 0.25])).weights
    array([0.5, 0. , 0.5])
    """
    count = costs.size
    basis = list(start)
    table = _table(columns, costs, target, basis) if basis else None
    if table is None or table[:-1, -1].min() < -NO_WEIGHT:
        columns, basis = _feasible(columns, costs, target)
        costs = np.append(costs, np.zeros(columns.shape[1] - count))
        table = _table(columns, costs, target, basis)
    while _descend(table, costs, basis, count):
        table = _table(columns, costs, target, basis)
    weights = np.zeros(costs.size)
    weights[basis] = np.maximum(table[:-1, -1], 0.0)
    prices = np.linalg.solve(columns[:, basis].T, costs[basis])
    return Vertex(
        weights=weights[:count],
        cost=-float(table[-1, -1]),
        prices=np.asarray(prices, dtype=float),
        basis=tuple(basis) if max(basis) < count else (),
    )


def _table(
    columns: FloatArray, costs: FloatArray, target: FloatArray, basis: list[int]
) -> FloatArray:
    """Return the table of a basis.

    The last column has the weights of the basis, the last row what a unit of each column would
    add to the cost, and minus the cost itself.
    """
    rows, count = columns.shape
    table = np.empty((rows + 1, count + 1))
    table[:rows, :count] = columns
    table[:rows, count] = target
    table[rows, :count] = costs
    table[rows, count] = 0.0
    table[:rows] = np.linalg.solve(columns[:, basis], table[:rows])
    table[rows] -= costs[basis] @ table[:rows]
    return table


def _descend(table: FloatArray, costs: FloatArray, basis: list[int], count: int) -> int:
    """Pivot until none of the first `count` columns lowers the cost; return the pivots taken."""
    reduced = table[-1, :count]
    least = -SAME_COST * max(1.0, float(np.abs(costs[basis]).max()))
    stalled = False
    for pivots in range(MOST_PIVOTS):
        entering = int(np.argmax(reduced < least)) if stalled else int(reduced.argmin())
        if not reduced[entering] < least:
            return pivots
        row, step = _leaving(table, basis, entering, by_index=stalled)
        _pivot(table, basis, row, entering)
        stalled = step <= SAME_STEP
    raise ArithmeticError(f"a linear programme did not end within {MOST_PIVOTS} pivots")


def _leaving(
    table: FloatArray, basis: list[int], entering: int, *, by_index: bool
) -> tuple[int, float]:
    """Return the row whose weight vanishes first as a column enters, and the step to there."""
    steps = [
        (weight / entry, entry, row)
        for row, (entry, weight) in enumerate(
            zip(table[:-1, entering].tolist(), table[:-1, -1].clip(0.0).tolist(), strict=True)
        )
        if entry > SMALLEST_PIVOT
    ]
    if not steps:
        raise UnboundedError("the cost of a linear programme has no minimum")
    shortest = min(steps)[0]
    tied = [item for item in steps if item[0] <= shortest + SAME_STEP]
    if by_index:
        row = min(tied, key=lambda item: basis[item[2]])[2]
    else:  # the largest entry loses the fewest digits
        row = max(tied, key=lambda item: item[1])[2]
    return row, shortest


def _pivot(table: FloatArray, basis: list[int], row: int, entering: int) -> None:
    """Let a column take the place of a row's in the basis."""
    pivot_row = table[row] / table[row, entering]
    table -= table[:, entering, None] * pivot_row
    table[row] = pivot_row
    basis[row] = entering


def _feasible(
    columns: FloatArray, costs: FloatArray, target: FloatArray
) -> tuple[FloatArray, list[int]]:
    """Return a basis that gives the target, and the columns with any that had to be added."""
    rows, count = columns.shape
    alone = np.count_nonzero(columns, axis=0) == 1
    basis: list[int] = []
    missing: list[FloatArray] = []
    for row in range(rows):
        sign = -1.0 if target[row] < 0 else 1.0
        pure = np.flatnonzero(alone & (sign * columns[row] > 0))
        if pure.size:
            basis.append(int(pure[(costs[pure] / np.abs(columns[row, pure])).argmin()]))
        else:
            basis.append(count + len(missing))
            missing.append(sign * np.eye(rows)[row])
    if not missing:
        return columns, basis
    # Phase one: make the weights of the added columns as small as possible, which must be 0.
    extended = np.column_stack([columns, *missing])
    added = np.r_[np.zeros(count), np.ones(len(missing))]
    table = _table(extended, added, target, basis)
    _descend(table, added, basis, count)
    if -table[-1, -1] > FEASIBLE * max(1.0, float(np.abs(target).max())):
        raise InfeasibleError("no weights of the columns give the target")
    for row in range(rows):
        # An added column that stays belongs to a row that follows from the others.
        best = int(np.abs(table[row, :count]).argmax())
        if basis[row] >= count and abs(table[row, best]) > SMALLEST_PIVOT:
            _pivot(table, basis, row, best)
    return extended, basis
