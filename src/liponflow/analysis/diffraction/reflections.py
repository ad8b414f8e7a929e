"""Reflections of a crystal: spacings, directions and structure factors."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pymatgen.analysis.diffraction.xrd import ATOMIC_SCATTERING_PARAMS
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula

Radiation = Literal["electron", "x-ray"]

MOST_VECTORS = 400_000
"""Largest number of reciprocal lattice vectors, about 200 MB with their phases."""

SAME_SPACING = 1e-5
"""Relative difference below which two families have one line."""

_MOTT_BETHE = 41.78214
"""f_x = Z - 41.78214 s² f_e, with s = sin(θ)/λ in 1/Å and f_e in Å (Mott and Bethe)."""

_WEAKEST = 1e-8
"""Relative intensity below which a reflection is extinct, and not only weak."""


@dataclass(frozen=True)
class Reflections:
    """Lines of one crystal, in order of falling spacing.

    Attributes
    ----------
    name
        Name of the crystal.
    formula
        Reduced formula.
    spacing
        Spacing of each line (Å), shape (lines,).
    intensity
        Sum of |F|² over the vectors of each line, relative to the strongest, shape (lines,).
    indices
        Miller indices of every vector of each line that is not extinct; shape (vectors, 3) each.
    reciprocal
        Vectors of the reciprocal lattice, without 2π (1/Å), in rows.
    """

    name: str
    formula: str
    spacing: FloatArray
    intensity: FloatArray
    indices: tuple[IntArray, ...]
    reciprocal: FloatArray

    def label(self, line: int) -> str:
        """Return the indices of a line, those of its first vector.

        They are the largest in the usual order, so that (1 1 1) stands for all of {111}.
        """
        vectors = [tuple(int(part) for part in row) for row in self.indices[line]]
        best = max(vectors, key=lambda row: (sum(part >= 0 for part in row), row))
        return miller_text(best)


def miller_text(indices: tuple[int, ...]) -> str:
    """Return Miller indices as text.

    Examples
    --------
    >>> miller_text((1, 1, 0)), miller_text((0, -1, 2)), miller_text((10, 0, 0))
    ('(110)', '(0-12)', '(10 0 0)')
    """
    separator = " " if any(abs(part) > 9 for part in indices) else ""  # noqa: PLR2004 - digits
    return f"({separator.join(map(str, indices))})"


def reflections(
    structure: Structure, d_min: float, radiation: Radiation = "electron", name: str = ""
) -> Reflections:
    """Return the lines of a crystal down to a spacing.

    Parameters
    ----------
    structure
        Ordered crystal in any cell; the indices are those of this cell.
    d_min
        Least spacing (Å).
    radiation
        What is scattered. Atomic factors are those of P. A. Doyle and P. S. Turner, Acta Cryst.
        A 24, 390 (1968), as pymatgen tabulates them; those of X-rays follow by the formula of
        Mott and Bethe.
    name
        What to call the crystal.

    Returns
    -------
    Reflections
        Kinematical, at rest: without temperature factors, absorption, Lorentz and polarisation
        factors or multiple scattering, which can light up what is extinct here.

    Raises
    ------
    ValueError
        If an element is not tabulated, or the cell has too many lines down to `d_min`.
    """
    reciprocal = structure.lattice.reciprocal_lattice_crystallographic
    expected = 4 / 3 * np.pi / d_min**3 * structure.volume
    if expected > MOST_VECTORS:
        raise ValueError(
            f"a cell of {structure.volume:.0f} Å³ has {expected:,.0f} reflections down to "
            f"{d_min:g} Å, more than {MOST_VECTORS:,}; give the primitive cell, or a "
            "larger spacing"
        )
    found: Any = reciprocal.get_points_in_sphere([[0, 0, 0]], [0, 0, 0], 1 / d_min)
    points = sorted((point for point in found if point[1] > 0), key=lambda point: point[1])
    vectors = np.rint([point[0] for point in points]).astype(int).reshape(-1, 3)
    lengths = np.array([point[1] for point in points])
    power = np.abs(structure_factors(structure, vectors, lengths, radiation)) ** 2
    begins = np.flatnonzero(np.diff(lengths, prepend=0.0) > SAME_SPACING * lengths)
    sums = np.add.reduceat(power, begins) if len(begins) else np.empty(0)
    strongest = sums.max(initial=0.0)
    groups = np.split(np.arange(len(lengths)), begins[1:])
    lines = [line for line, total in enumerate(sums) if total > _WEAKEST * strongest]
    present = power > _WEAKEST * power.max(initial=0.0)
    return Reflections(
        name=name or reduced_formula(structure.composition),
        formula=reduced_formula(structure.composition),
        spacing=1 / lengths[begins[lines]],
        intensity=sums[lines] / strongest,
        indices=tuple(vectors[groups[line]][present[groups[line]]] for line in lines),
        reciprocal=reciprocal.matrix,
    )


def structure_factors(
    structure: Structure, vectors: IntArray, lengths: FloatArray, radiation: Radiation
) -> "np.ndarray[tuple[int], np.dtype[np.complex128]]":
    """Return F = Σ f exp(2πi h·r) over the atoms of the cell.

    Parameters
    ----------
    structure
        Ordered crystal.
    vectors
        Miller indices, shape (vectors, 3).
    lengths
        Their lengths 1/d (1/Å), shape (vectors,).
    radiation
        See :func:`reflections`.

    Raises
    ------
    ValueError
        If an element is not tabulated.
    """
    squares = (lengths / 2) ** 2
    symbols = np.array([site.specie.symbol for site in structure])
    total = np.zeros(len(vectors), dtype=complex)
    for element in structure.composition.elements:
        if element.symbol not in ATOMIC_SCATTERING_PARAMS:
            raise ValueError(f"no scattering factor of {element.symbol} is tabulated")
        table = np.array(ATOMIC_SCATTERING_PARAMS[element.symbol])
        factor = (table[:, 0] * np.exp(-np.outer(squares, table[:, 1]))).sum(axis=1)
        if radiation == "x-ray":
            factor = element.Z - _MOTT_BETHE * squares * factor
        for place in structure.frac_coords[symbols == element.symbol]:
            total += factor * np.exp(2j * np.pi * (vectors @ place))
    return total
