"""Take a disordered crystal to the smallest ordered cell of its composition."""

from dataclasses import dataclass

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.checked import StructureError, checked_structure
from liponflow.structures.ordering.arrangements import (
    SAME_ENERGY,
    Lowest,
    lowest,
    number_of_arrangements,
)
from liponflow.structures.ordering.counts import (
    TOLERANCE,
    VACANT,
    Counts,
    whole_counts,
)
from liponflow.structures.ordering.parent import Parent, parent_of
from liponflow.structures.ordering.supercells import supercells
from liponflow.structures.oxidation_states import formal_states, stated_states

MOST_ATOMS = 200
"""Default of the largest number of atoms in an ordered cell."""

MOST_SHAPES = 10
"""Largest number of supercells of one size whose arrangements are compared."""

_ARRANGEMENTS = 200_000
"""Arrangements of all shapes together, beyond which fewer shapes are compared."""

_SAMPLED_SHAPES = 2
"""Shapes whose arrangements are sampled."""

_SAME_PER_ATOM = 1e-4
"""A shape has to be lower by this (eV/atom) to be taken instead of a more compact one."""

LARGEST_KEPT = 100
"""Largest number of atoms of a given cell that is kept although a smaller one would do.

Its axes are those of the file. The 56 atoms of cubic LiNi0.5Mn1.5O4 can have the order of P4_332,
which the 14 of the primitive cell can't.
"""

_LONG_NUMBER = 10_000_000

MOST_SITES = 1000
"""Largest number of sites, filled and vacant, of a cell whose arrangements are compared."""

MOST_READ = 3000
"""Largest number of sites of a disordered cell whose symmetry is searched."""

LARGEST = 500
"""Largest number of atoms up to which a cell is searched, to name it in a refusal."""


@dataclass(frozen=True)
class Ordered:
    """An ordered cell.

    Attributes
    ----------
    structure
        Plain elements, sorted by electronegativity.
    remark
        The choice in one line: cell, number of arrangements, rank, composition before and after;
        empty if there was none, as in a crystal that is ordered already.
    """

    structure: Structure
    remark: str


@dataclass(frozen=True)
class _Cells:
    """Supercells of one size and the atoms on their sublattices."""

    shapes: list[Parent]
    counts: Counts
    as_given: bool


def order(structure: Structure, *, most_atoms: int = MOST_ATOMS, seed: int = 0) -> Ordered:
    """Return the ordered cell of lowest Ewald energy.

    Parameters
    ----------
    structure
        Crystal with sites that are occupied in part, from a file.
    most_atoms
        Largest number of atoms in the ordered cell.
    seed
        Seed of the choice among arrangements of equal energy, and of samples.

    Returns
    -------
    Ordered
        The given cell if its occupancies are whole numbers of atoms there and it has up to
        LARGEST_KEPT atoms, else the smallest supercell of the primitive cell in which they are.
        All shapes of that size are compared, up to MOST_SHAPES.

    Raises
    ------
    StructureError
        If no cell within the limit holds the composition within TOLERANCE, or split positions
        leave no arrangement.

    Notes
    -----
    Sites with the same occupancies are one sublattice, and every arrangement on it that keeps the
    numbers of atoms is allowed. The charges are formal ones: this is a starting point, and not
    the ground state.
    """
    if len(structure) > MOST_READ:
        raise StructureError(
            f"{len(structure):,} sites, some of them occupied in part, are more than "
            f"{MOST_READ:,}; give a smaller cell, or an ordered structure"
        )
    given = parent_of(structure)
    if not given.sublattices:
        return Ordered(checked_structure(structure), "")
    primitive = given.primitive()
    cells = _smallest(given, primitive, most_atoms)
    composition = given.composition
    states = stated_states(structure) or formal_states(composition)
    found: list[tuple[Parent, Lowest]] = []
    for shape in cells.shapes:
        arrangement = lowest(shape, cells.counts, states, seed)
        if arrangement is not None:
            found.append((shape, arrangement))
            if arrangement.indifferent:
                break
    if not found:
        raise StructureError(
            "every arrangement of its partially occupied sites puts two atoms closer than 1 Å "
            "(split positions that are both filled); correct the occupancies, or give an ordered "
            "structure"
        )
    shape, best = found[0]
    for other, arrangement in found[1:]:
        if arrangement.energy < best.energy - _SAME_PER_ATOM * len(other.kinds):
            shape, best = other, arrangement
    ordered = _ordered(shape, best)
    before = composition * (len(shape.kinds) / len(given.kinds))
    kept = cells.as_given and shape is cells.shapes[0]
    return Ordered(
        ordered, _remark(ordered, before, cells.counts, [one for _, one in found], best, kept=kept)
    )


def _smallest(given: Parent, primitive: Parent, most_atoms: int) -> _Cells:
    """Return the supercells of the smallest size in which the occupancies are whole numbers."""
    ratio = round(len(given.kinds) / len(primitive.kinds))
    per_cell = primitive.composition.num_atoms
    most_cells = int(most_atoms // max(per_cell - 0.5, 1)) + 1
    sizes = list(range(1, most_cells + 1))
    if given.composition.num_atoms <= LARGEST_KEPT:
        sizes.insert(0, ratio)
    nearest: tuple[float, int, Counts] | None = None
    tolerated: tuple[int, Counts] | None = None
    for size in sizes:
        counts = _counts(primitive, size)
        sites = size * len(primitive.kinds)
        if counts is None or sites > MOST_SITES or _atoms(primitive, size, counts) > most_atoms:
            continue
        if counts.fits:
            return _of_size(given, primitive, size, ratio, counts)
        if tolerated is None and counts.tolerated:
            tolerated = size, counts
        if nearest is None or counts.change < nearest[0]:
            nearest = counts.change, size, counts
    if tolerated is not None:
        return _of_size(given, primitive, tolerated[0], ratio, tolerated[1])
    raise StructureError(_refusal(primitive, most_atoms, nearest))


def _of_size(given: Parent, primitive: Parent, size: int, ratio: int, counts: Counts) -> _Cells:
    """Return the shapes of a size, the given cell first if it has that size."""
    possible = number_of_arrangements(counts)
    most = max(1, min(MOST_SHAPES, _ARRANGEMENTS // possible))
    if possible > _ARRANGEMENTS:
        most = _SAMPLED_SHAPES
    kept = given if size == ratio else None
    return _Cells(supercells(primitive, size, most, kept), counts, as_given=kept is not None)


def _counts(primitive: Parent, size: int) -> Counts | None:
    sites = {kind: number * size for kind, number in primitive.sublattices.items()}
    return whole_counts({kind: primitive.mixtures[kind] for kind in sites}, sites)


def _atoms(primitive: Parent, size: int, counts: Counts) -> int:
    full = len(primitive.kinds) - sum(primitive.sublattices.values())
    partly = sum(
        number for atoms in counts.atoms.values() for name, number in atoms.items() if name
    )
    return full * size + partly


def _ordered(shape: Parent, found: Lowest) -> Structure:
    filled = [number for number, symbol in enumerate(found.symbols) if symbol != VACANT]
    structure = Structure(
        Lattice(shape.lattice),
        [found.symbols[number] for number in filled],
        shape.frac_coords[filled],
    )
    return checked_structure(structure.get_sorted_structure())


def _remark(
    ordered: Structure,
    before: Composition,
    counts: Counts,
    shapes: list[Lowest],
    best: Lowest,
    *,
    kept: bool,
) -> str:
    """Return the choice in one line."""
    cell = "in the given cell" if kept else "in the smallest cell"
    after = ordered.composition
    changed = f", {_amounts(before)} in the file" if _amounts(before) != _amounts(after) else ""
    if lost := sorted(element.symbol for element in before if element not in after):
        changed += f", without its {' and '.join(lost)}"
    if not counts.fits:
        changed += (
            f" (the share of an element on its sites changed by {counts.change:.3f}, the limit is "
            f"{TOLERANCE}; on one sublattice by {counts.site_change:.3f})"
        )
    rank = _rank(shapes, best, len(ordered))
    return f"ordered {cell}: {_amounts(after)}{changed or ' as in the file'}; {rank}"


def _rank(shapes: list[Lowest], best: Lowest, atoms: int) -> str:
    """Return the rank of an arrangement among those of all shapes in words."""
    if best.possible == 1:
        return "the only arrangement"
    if best.indifferent:
        return (
            f"a random one of {_count(best.possible)} arrangements of equal Ewald energy, as the "
            "mixed elements have equal charges"
        )
    energies = np.concatenate([one.energies for one in shapes])
    number = f"{len(energies):,} arrangements"
    if not best.listed:
        number = f"a sample of {len(energies):,} from {_count(best.possible)} arrangements"
    if len(shapes) > 1:
        number += f" in {len(shapes)} cells of this size"
    higher = energies[energies > best.energy + SAME_ENERGY]
    equal = int((np.abs(energies - best.energy) <= SAME_ENERGY).sum())
    if not len(higher):
        return f"one of {number}, all of equal Ewald energy"
    gap = 1e3 * (higher.min() - best.energy) / atoms
    among = f" ({equal:,} share it)" if equal > 1 else ""
    return f"lowest Ewald energy of {number}{among}, the next is {gap:.3g} meV/atom higher"


def _count(number: int) -> str:
    return f"{number:,}" if number < _LONG_NUMBER else f"{float(number):.1e}"


def _amounts(composition: Composition) -> str:
    return " ".join(
        f"{element.symbol}{round(float(composition[element]), 2):g}"
        for element in sorted(composition)
    )


def _refusal(primitive: Parent, most_atoms: int, nearest: tuple[float, int, Counts] | None) -> str:
    per_cell = primitive.composition.num_atoms
    larger = None
    for size in range(1, int(LARGEST / per_cell) + 2):
        counts = _counts(primitive, size)
        if counts is None or not (counts.fits or counts.tolerated):
            continue
        atoms = _atoms(primitive, size, counts)
        if most_atoms < atoms <= LARGEST and size * len(primitive.kinds) <= MOST_SITES:
            larger = atoms
            break
    if nearest is None:
        problem = f"every ordered cell has more than {most_atoms} atoms"
    else:
        problem = (
            f"no ordered cell of up to {most_atoms} atoms has its occupancies within {TOLERANCE} "
            f"(the nearest changes one by {nearest[0]:.3f})"
        )
    remedy = "give an ordered structure"
    if larger is not None:
        remedy = f"set order_atoms={larger}, or {remedy}"
    return f"{problem}; {remedy}"
