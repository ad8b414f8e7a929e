"""Space groups of end points and saddles, and saddles that symmetry holds in place."""

import numpy as np
import pytest
from migration_example import OTO, TO, TOT, TT, cell, hops
from pymatgen.core.structure import Structure

from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.images import interpolate, path_mirror
from liponflow.structures.migration.symmetry import (
    EXACT,
    direction_at_middle,
    left_along,
    middle_of,
    symmetrised,
)

TOLERANCE = 0.1


def rattled(structure: Structure, size: float = 0.005) -> Structure:
    noise = np.random.default_rng(1).normal(0, size, (len(structure), 3))
    places = structure.cart_coords + noise
    return Structure(structure.lattice, structure.species, places, coords_are_cartesian=True)


@pytest.mark.parametrize("images", [4, 5])
@pytest.mark.parametrize(
    ("label", "end", "saddle"),
    [
        (TT, "P-4m2 (115)", "Amm2 (38)"),
        (TOT, "P-4m2 (115)", "P4/mmm (123)"),
        (OTO, "P4/mmm (123)", "P-4m2 (115)"),
    ],
)
def test_saddles_of_mirrored_hops_are_fixed_by_their_space_groups(
    label: str, end: str, saddle: str, images: int
) -> None:
    ends = hop_starts(cell(), hops()[label], "P")
    path = interpolate(ends.start, ends.end, images)
    mirror = path_mirror(cell(), path[0], path[-1])
    assert mirror is not None
    assert symmetrised(rattled(path[0]), TOLERANCE).label == end
    middle = symmetrised(rattled(middle_of(path, mirror)), TOLERANCE)
    assert middle.label == saddle
    assert 0 < middle.moved < 0.05
    assert left_along(middle.structure, direction_at_middle(path)) < 1e-9


def test_symmetrised_state_has_its_symmetry_exactly_and_keeps_cell_and_order() -> None:
    ends = hop_starts(cell(), hops()[TT], "P")
    start = rattled(ends.start)
    made = symmetrised(start, TOLERANCE)
    assert symmetrised(made.structure, EXACT).moved == pytest.approx(0, abs=1e-8)
    assert made.structure.lattice == start.lattice
    assert made.structure.species == start.species
    shift = np.linalg.norm(made.structure.cart_coords - start.cart_coords, axis=1)
    assert shift.max() == pytest.approx(made.moved)


def test_path_without_a_mirror_is_free_along_its_direction() -> None:
    """A saddle between different sites keeps the symmetry of their line, which frees it."""
    ends = hop_starts(cell(), hops()[TO], "P")
    path = interpolate(ends.start, ends.end, 3)
    middle = symmetrised(path[2], EXACT)
    assert left_along(middle.structure, direction_at_middle(path)) == pytest.approx(1, abs=1e-6)


def test_overlapping_atoms_are_refused_with_the_remedy() -> None:
    start = hop_starts(cell(), hops()[TT], "P").start
    start.append("P", start[-1].frac_coords, validate_proximity=False)
    with pytest.raises(ValueError, match="check for overlapping atoms"):
        symmetrised(start, TOLERANCE)
