"""Formation energies, lower hull and average voltages from energies against the Li content.

Energies are per formula unit, so that one unit of x is one Li per formula unit and eV per Li
is V against the Li electrode whose energy is given. The same holds for another alkali metal.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.arrays import FloatArray
from liponflow.document import Document

HULL_TOLERANCE = 1e-9
"""Energies (eV) closer to the hull than this lie on it."""


class VoltageStep(Document):
    """One plateau of the average-voltage staircase."""

    x_low: Annotated[float, Quantity("", heading="from x", fmt=".4g")] = Field(
        description="Li content at the charged end of the plateau."
    )
    x_high: Annotated[float, Quantity("", heading="to x", fmt=".4g")] = Field(
        description="Li content at the discharged end of the plateau."
    )
    voltage: Annotated[
        float,
        Quantity("V", heading="{unit} vs Li", fmt=".2f", label="average voltage against Li metal"),
    ] = Field(description="Average voltage against Li metal.")
    published: Annotated[str | None, Column(heading="published", wraps=True)] = Field(
        None, description="Published voltage over the same range of x, with its source."
    )


def energy_above_line(x: ArrayLike, energies: ArrayLike, ends: tuple[int, int]) -> FloatArray:
    """Return energies relative to the straight line between two states.

    With the states of lowest and highest x as ends this is the formation energy; with the ends
    of a two-phase region, a positive value means that the state decomposes into them.

    Parameters
    ----------
    x
        Li per formula unit, shape (n,).
    energies
        Total energies (eV per formula unit), shape (n,).
    ends
        Indices of the two states on the line.

    Returns
    -------
    numpy.ndarray
        Energy above the line, shape (n,), eV per formula unit.

    Raises
    ------
    ValueError
        If both ends have the same x.

    Examples
    --------
    >>> energy_above_line([0, 0.5, 1], [-10.0, -12.5, -14.0], ends=(0, 2))
    array([ 0. , -0.5,  0. ])
    """
    contents, values = np.asarray(x, dtype=float), np.asarray(energies, dtype=float)
    low, high = ends
    width = contents[high] - contents[low]
    if width == 0:
        raise ValueError(f"the two ends of the line have the same x = {contents[low]:g}")
    share = (contents - contents[low]) / width
    above: FloatArray = values - ((1 - share) * values[low] + share * values[high])
    return above


def lower_hull(x: ArrayLike, energies: ArrayLike) -> list[int]:
    """Return the vertices of the lower convex hull of energy against x.

    Parameters
    ----------
    x
        Li per formula unit, shape (n,), in any order, no value twice.
    energies
        Energies (eV per formula unit), shape (n,). The hull is the same for total and for
        formation energies, which differ by a straight line.

    Returns
    -------
    list of int
        Indices of the states on the hull, by ascending x.

    Raises
    ------
    ValueError
        If the lengths differ or an x occurs twice.

    Examples
    --------
    >>> lower_hull([0, 0.5, 1], [0.0, 0.1, 0.0])
    [0, 2]
    """
    contents, values = np.asarray(x, dtype=float), np.asarray(energies, dtype=float)
    if contents.shape != values.shape:
        raise ValueError(f"{contents.size} contents x for {values.size} energies")
    if np.unique(contents).size != contents.size:
        raise ValueError("an x occurs twice: give the lowest energy of each x only")
    # Monotone chain: A. M. Andrew, Inf. Process. Lett. 9, 216 (1979), its lower half.
    hull: list[int] = []
    for index in np.argsort(contents):
        while len(hull) > 1 and not _turns_up(contents, values, hull[-2], hull[-1], index):
            hull.pop()
        hull.append(int(index))
    return hull


def _turns_up(x: FloatArray, e: FloatArray, first: int, middle: int, last: int) -> bool:
    """Return whether the middle state lies below the line between its neighbours."""
    share = (x[middle] - x[first]) / (x[last] - x[first])
    line = (1 - share) * e[first] + share * e[last]
    return bool(e[middle] < line - HULL_TOLERANCE)


def energy_above_hull(x: ArrayLike, energies: ArrayLike) -> FloatArray:
    """Return the energy of every state above the lower hull of all states.

    Parameters
    ----------
    x, energies
        As in :func:`lower_hull`.

    Returns
    -------
    numpy.ndarray
        Energy above the hull, shape (n,), eV per formula unit, 0 on the hull.

    Examples
    --------
    >>> energy_above_hull([0, 0.5, 1], [0.0, 0.1, 0.0])
    array([0. , 0.1, 0. ])
    """
    contents, values = np.asarray(x, dtype=float), np.asarray(energies, dtype=float)
    hull = lower_hull(contents, values)
    above: FloatArray = values - np.interp(contents, contents[hull], values[hull])
    above[hull] = 0.0
    return above


def voltage_staircase(
    x: Sequence[float], energies: Sequence[float], li_energy: float
) -> list[VoltageStep]:
    """Return the average voltages between consecutive states on the hull.

    V = -[E(x2) - E(x1) - (x2 - x1) E(Li)] / (x2 - x1), the entropy and volume terms neglected:
    M. K. Aydinol et al., Phys. Rev. B 56, 1354 (1997).

    Parameters
    ----------
    x
        Li per formula unit, shape (n,), no value twice.
    energies
        Total energies (eV per formula unit), shape (n,).
    li_energy
        Energy of Li metal (eV per atom), from the same engine.

    Returns
    -------
    list of VoltageStep
        Plateaus by ascending x; the voltage falls from one to the next. Empty for one state.

    Examples
    --------
    >>> [(s.x_low, s.x_high, s.voltage) for s in voltage_staircase([0, 1], [-10, -16], -2)]
    [(0.0, 1.0, 4.0)]
    """
    hull = lower_hull(x, energies)
    return [
        VoltageStep(
            x_low=x[low],
            x_high=x[high],
            voltage=li_energy - (energies[high] - energies[low]) / (x[high] - x[low]),
        )
        for low, high in pairwise(hull)
    ]


def tie_lines(x: Sequence[float], energies: Sequence[float]) -> list[tuple[float, float]]:
    """Return the two-phase regions: lines of the hull below computed states.

    Parameters
    ----------
    x, energies
        As in :func:`lower_hull`.

    Returns
    -------
    list of (float, float)
        Ends of each line, by ascending x. A line without a computed state between its ends says
        nothing about phases, and is left out.

    Examples
    --------
    >>> tie_lines([0, 0.5, 1, 1.5, 2], [0, -3, -4, -4.4, -5])
    [(1, 2)]
    """
    hull = lower_hull(x, energies)
    return [
        (x[low], x[high])
        for low, high in pairwise(hull)
        if any(x[low] < content < x[high] for content in x)
    ]


def describe_two_phase(
    x: Sequence[float], energies: Sequence[float], pristine: float = 1.0
) -> str | None:
    """Return the position of the states relative to the tie lines of their range, in words.

    Parameters
    ----------
    x, energies
        As in :func:`lower_hull`.
    pristine
        Content that divides the ranges: extraction below it, insertion above.

    Returns
    -------
    str or None
        One finding with its number per range that has a state within; None without such a range.

    Examples
    --------
    >>> describe_two_phase([1.0, 1.5, 2.0], [-51.0, -53.4, -56.0])
    'two phases: every state between x = 1 and 2 lies above their tie line, the nearest
    (x = 1.5) by 100 meV per formula unit'
    """
    found = [
        _describe_range(x, energies, low, high)
        for low, high in ((min(x), pristine), (pristine, max(x)))
        if low < high and low in x and high in x and any(low < content < high for content in x)
    ]
    return "; ".join(found) or None


def _describe_range(x: Sequence[float], energies: Sequence[float], low: float, high: float) -> str:
    above = energy_above_line(x, energies, (x.index(low), x.index(high)))
    distance, nearest = min(
        (1000 * float(distance), content)
        for distance, content in zip(above, x, strict=True)
        if low < content < high
    )
    if distance >= 0:
        return (
            f"two phases: every state between x = {low:.4g} and {high:.4g} lies above their tie "
            f"line, the nearest (x = {nearest:.4g}) by {distance:.0f} meV per formula unit"
        )
    return (
        f"x = {nearest:.4g} lies {-distance:.0f} meV per formula unit below the tie line between "
        f"x = {low:.4g} and {high:.4g}: an intermediate phase, not two phases"
    )
