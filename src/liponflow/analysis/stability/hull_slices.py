"""Sections through a phase diagram of many elements, ready to draw.

A ternary section is spanned by three compositions. The charge-neutral section of Li-P-O-N is a
square, as for reciprocal salts: Li or P in the one direction, O or N in the other, both in
equivalents of charge, so that mixing stays on straight lines (E. Jänecke).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.hull import ON_HULL, Hull
from liponflow.analysis.stability.materials import CHARGES, Material, parse_formula
from liponflow.analysis.stability.result import HullSlice
from liponflow.arrays import FloatArray

IN_PLANE = 1e-6
"""Distance (atomic fraction) within which a composition lies in a section."""

NEARLY_NEUTRAL = 0.05
"""Excess charge (share of the positive charge) up to which a glass is still marked."""

Point = tuple[float, float]
Place = Callable[[Mapping[str, float]], Point | None]


def ternary_slice(
    entries: EntrySet,
    corners: Sequence[str],
    material: Material | None = None,
    *,
    near: float = 0.05,
) -> HullSlice:
    """Return the section spanned by three compositions.

    Parameters
    ----------
    entries
        Phases on one scale.
    corners
        Three formulas, elements or compounds, none a mixture of the others.
    material
        Material to mark if it lies in the section.
    near
        Phases up to this far above the hull (eV/atom) are kept; the others crowd the drawing.

    Returns
    -------
    HullSlice
        Places in a triangle of unit side, by atoms, the first corner lower left, the second
        lower right, the third on top. Tie lines are those of the whole diagram: two phases of
        the section that coexist in equilibrium, not merely neighbours in the plane.

    Raises
    ------
    ValueError
        If there are not three corners, they do not span a plane, or an element is missing.
    """
    if len(corners) != 3:  # noqa: PLR2004 - a triangle
        raise ValueError(f"a ternary section has three corners, not {len(corners)}: {corners}")
    compositions = [parse_formula(corner) for corner in corners]
    elements = sorted({symbol for composition in compositions for symbol in composition})
    hull = Hull.of(entries.within(elements))
    basis = np.column_stack([hull.vector(composition) for composition in compositions])
    if np.linalg.matrix_rank(basis, tol=IN_PLANE) < 3:  # noqa: PLR2004 - a triangle
        raise ValueError(f"{', '.join(corners)} do not span a plane: choose other corners")
    drawing = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])

    def place(composition: Mapping[str, float]) -> Point | None:
        if not composition.keys() <= set(elements):
            return None
        target = hull.vector(composition)
        # There may be more elements than corners. Least squares then also finds shares for a point
        # outside the plane, which the comparison below refuses.
        shares: FloatArray = np.asarray(np.linalg.lstsq(basis, target, rcond=None)[0], dtype=float)
        if np.abs(basis @ shares - target).max() > IN_PLANE or shares.min() < -IN_PLANE:
            return None
        x, y = shares @ drawing / shares.sum()
        return float(x), float(y)

    return _slice(
        entries,
        hull,
        place,
        corners=list(corners),
        title="-".join(corners),
        marked=place(material.composition) if material else None,
        near=near,
    )


def neutral_square(
    entries: EntrySet, material: Material | None = None, *, near: float = 0.05
) -> HullSlice:
    """Return the charge-neutral section of Li-P-O-N with Li2O, P2O5, P3N5 and Li3N as corners.

    Parameters
    ----------
    entries
        Phases on one scale, of these four elements among others.
    material
        Material to mark if it is charge-neutral, or nearly, at its place without the excess.
    near
        As in :func:`ternary_slice`.

    Returns
    -------
    HullSlice
        Places in the unit square: share of P in the positive and of N in the negative charge.

    Raises
    ------
    ValueError
        If one of the elements is missing.
    """
    hull = Hull.of(entries.within(["Li", "N", "O", "P"]))

    def place(composition: Mapping[str, float], tolerance: float = IN_PLANE) -> Point | None:
        if not composition.keys() <= {"Li", "P", "O", "N"}:
            return None
        charge = {s: CHARGES[s] * composition.get(s, 0.0) for s in ("Li", "P", "O", "N")}
        cations, anions = charge["Li"] + charge["P"], -charge["O"] - charge["N"]
        if not cations or not anions or abs(cations - anions) > tolerance * cations:
            return None
        return charge["P"] / cations, -charge["N"] / anions

    return _slice(
        entries,
        hull,
        place,
        corners=["Li2O", "P2O5", "P3N5", "Li3N"],
        title="charge-neutral Li-P-O-N",
        marked=place(material.composition, NEARLY_NEUTRAL) if material else None,
        near=near,
    )


def _slice(
    entries: EntrySet,
    hull: Hull,
    place: Place,
    *,
    corners: list[str],
    title: str,
    marked: Point | None,
    near: float,
) -> HullSlice:
    kept: list[tuple[Entry, Point, float]] = []
    taken: set[str] = set()
    for entry in sorted(entries.entries, key=lambda entry: entry.energy_per_atom):
        point = place(entry.composition)
        if point is None or entry.formula in taken:
            continue
        taken.add(entry.formula)  # of polymorphs, the lowest
        above = max(0.0, entry.energy_per_atom - hull.energy(entry.composition))
        if above <= near:
            kept.append((entry, point, 0.0 if above < ON_HULL else above))
    stable = [index for index, (_, _, above) in enumerate(kept) if not above]
    lines = [(a, b) for a, b in combinations(stable, 2) if _coexist(hull, kept[a][0], kept[b][0])]
    return HullSlice(
        title=title,
        corners=corners,
        names=[entry.name for entry, _, _ in kept],
        formulas=[entry.formula for entry, _, _ in kept],
        points=[point for _, point, _ in kept],
        above_hull=[above for _, _, above in kept],
        tie_lines=lines,
        marked=marked,
    )


def _coexist(hull: Hull, first: Entry, second: Entry) -> bool:
    """Return whether a mixture of equal numbers of atoms of two stable phases is on the hull."""
    middle = {
        symbol: first.composition.get(symbol, 0.0) / first.n_atoms
        + second.composition.get(symbol, 0.0) / second.n_atoms
        for symbol in {*first.composition, *second.composition}
    }
    # The hull is convex: if it touches a tie line in the middle, it does so everywhere.
    mean = (first.energy_per_atom + second.energy_per_atom) / 2
    return mean - hull.energy(middle) < ON_HULL
