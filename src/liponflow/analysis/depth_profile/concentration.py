"""Areal concentration of Li from counts of tritons, relative to a reference of ¹⁰B.

Equation 3.2 of D. Cheng, dissertation, UC San Diego (2023), section 5.2.5. Cross-sections for
neutrons of 2200 m/s are those of V. F. Sears, Neutron News 3, 26 (1992); they are in proportion to
1/v in both isotopes, so that their ratio holds for cold neutrons, too.
"""

from dataclasses import dataclass

import numpy as np

from liponflow.analysis.measured.table import Table, TableError
from liponflow.arrays import FloatArray

BORON_CROSS_SECTION = 3835.0
"""Absorption cross-section of ¹⁰B (barn)."""
LITHIUM_CROSS_SECTION = 940.0
"""Absorption cross-section of ⁶Li (barn)."""
LITHIUM_6 = 0.0759
"""Natural abundance of ⁶Li (IUPAC)."""
TRITON = 2727.92
"""Energy of the triton of ⁶Li(n,α)³H (keV), eq. 3.1 there."""
_MOST_BINS = 10_000


@dataclass(frozen=True)
class Reference:
    """Reference of ¹⁰B.

    Attributes
    ----------
    density
        Atoms/cm².
    counts
        Counts of its particles.
    time
        Time of its measurement (s).
    error
        Standard error of the density relative to it.
    """

    density: float
    counts: float
    time: float
    error: float = 0.0

    def per_rate(self, lithium_6: float) -> float:
        """Return the atoms of Li per cm² for one count per second.

        Examples
        --------
        >>> reference = Reference(density=1e15, counts=38350.0, time=1000.0)
        >>> f"{reference.per_rate(1.0):.4g}"
        '1.064e+14'
        """
        boron = self.density * BORON_CROSS_SECTION / (self.counts / self.time)
        return boron / (lithium_6 * LITHIUM_CROSS_SECTION)

    @property
    def relative_error(self) -> float:
        """Standard error that all concentrations share: counting of the reference, and density."""
        return float(np.hypot(1 / np.sqrt(self.counts), self.error))


@dataclass(frozen=True)
class Profile:
    """Concentration of Li by channel.

    Attributes
    ----------
    energy
        Middle of each channel (keV), shape (n,).
    values
        Atoms of Li per cm² in each channel.
    variance
        Of the values, without what all have in common; None if it is not known.
    """

    energy: FloatArray
    values: FloatArray
    variance: FloatArray | None

    def minus(self, other: "Profile") -> "Profile":
        """Return the difference to a profile with the same channels."""
        both = self.variance is not None and other.variance is not None
        variance = self.variance + other.variance if both else None  # type: ignore[operator]
        return Profile(self.energy, self.values - other.values, variance)

    def binned(self, edges: FloatArray) -> "Profile":
        """Return the sums within bins.

        Parameters
        ----------
        edges
            Edges of the bins (keV), ascending, shape (m + 1,).
        """
        place = np.digitize(self.energy, edges) - 1
        inside = (place >= 0) & (place < len(edges) - 1)

        def summed(values: FloatArray) -> FloatArray:
            sums = np.bincount(place[inside], values[inside], minlength=len(edges) - 1)
            return np.asarray(sums, dtype=np.float64)

        middles = 0.5 * (edges[:-1] + edges[1:])
        variance = None if self.variance is None else summed(self.variance)
        return Profile(middles, summed(self.values), variance)


def is_concentration(table: Table) -> bool:
    """Tell whether a table holds concentrations: its second column is named per cm²."""
    names = table.names
    return bool(names) and any(
        text in names[1].lower() for text in ("cm-2", "cm^-2", "cm2", "cm²")
    )


def from_table(table: Table) -> Profile:
    """Return the profile of a table of energy (keV), atoms of Li per cm² and, perhaps, error."""
    values = table.values
    _check_energies(table)
    variance = values[:, 2] ** 2 if values.shape[1] > 2 else None  # noqa: PLR2004 - an error
    if variance is not None and not (variance > 0).all():
        raise TableError(
            f"{table.path}: an error of the third column is 0: give a standard error of each "
            "channel, or two columns"
        )
    return Profile(values[:, 0], values[:, 1], variance)


def from_counts(
    table: Table,
    time: float,
    reference: Reference,
    background: tuple[Table, float] | None,
    *,
    lithium_6: float,
) -> Profile:
    """Return the profile of a table of energy (keV) and counts.

    Parameters
    ----------
    table
        Counts of the sample by channel.
    time
        Time of the measurement (s), of the same neutron flux as the reference.
    reference
        Reference of ¹⁰B.
    background
        Counts without a sample and their time (s), with the same channels; None without.
    lithium_6
        Part of the Li that is ⁶Li.

    Raises
    ------
    TableError
        If counts are negative or the channels of the background are others.
    """
    _check_energies(table)
    counts = table.values[:, 1]
    rate, variance = counts / time, np.maximum(counts, 1.0) / time**2
    if background is not None:
        other, other_time = background
        check_same_channels(table, other)
        rate = rate - other.values[:, 1] / other_time
        variance = variance + other.values[:, 1] / other_time**2
    for item in (table, *([background[0]] if background else [])):
        if (item.values[:, 1] < 0).any():
            raise TableError(
                f"{item.path}: counts are negative; give raw counts, or concentrations under a "
                "heading such as 'Li (atoms/cm2)'"
            )
    factor = reference.per_rate(lithium_6)
    return Profile(table.values[:, 0], factor * rate, factor**2 * variance)


def check_same_channels(one: Table, other: Table) -> None:
    """Refuse two tables with different energies.

    Raises
    ------
    TableError
        With both files.
    """
    same = len(one.values) == len(other.values)
    if not same or not np.allclose(one.values[:, 0], other.values[:, 0], atol=0.1):
        raise TableError(
            f"{other.path}: its channels are not those of {one.path}: give both with the same "
            "energies (keV)"
        )


def bin_edges(energy: FloatArray, width: float, through: float) -> FloatArray:
    """Return edges of bins of one width that cover all energies, one of them at a given energy.

    Raises
    ------
    ValueError
        If the bins are far too many.

    Examples
    --------
    >>> bin_edges(np.array([2330.0, 2400.0]), 22.0, 2358.0)
    array([2314., 2336., 2358., 2380., 2402.])
    """
    first = np.floor((energy.min() - through) / width)
    last = np.floor((energy.max() - through) / width) + 1
    if last - first > _MOST_BINS:
        raise TableError(f"{last - first:.0f} bins of {width:g} keV: choose a higher --resolution")
    return np.asarray(through + width * np.arange(first, last + 1))


def _check_energies(table: Table) -> None:
    energy = table.values[:, 0]
    if len(energy) < 2 or (np.diff(energy) <= 0).any():  # noqa: PLR2004 - a channel has a width
        raise TableError(
            f"{table.path}: energies do not ascend: give energy (keV) in the first column"
        )
