"""Sites that a path passes, and paths through them."""

from itertools import pairwise

import numpy as np
import pytest
from pymatgen.core.structure import Structure

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.hop_cell import HopCell, hop_cell, site_start
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.images import interpolate, path_mirror
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.structures.migration.passed import passed_sites, path_through

OTO = "octahedral-tetrahedral-octahedral"


@pytest.fixture(scope="module")
def cell() -> HopCell:
    return hop_cell(interstitial_sites(bcc_lithium(3.44)), (3, 3, 3))


def path_of(cell: HopCell, label: str, images: int = 5) -> list[Structure]:
    [hop] = [hop for hop in distinct_hops(cell.sites) if hop.label == label]
    ends = hop_starts(cell, hop, "N")
    return interpolate(ends.start, ends.end, images)


@pytest.mark.parametrize(
    ("label", "passed"),
    [
        (OTO, ["tetrahedral"]),
        ("tetrahedral-octahedral-tetrahedral", ["octahedral"]),
        ("tetrahedral-tetrahedral", []),
        ("tetrahedral-octahedral", []),
    ],
)
def test_sites_between_the_end_points_are_found(
    cell: HopCell, label: str, passed: list[str]
) -> None:
    found = passed_sites(cell, path_of(cell, label))
    assert [site.label for site in found] == passed
    for site in found:
        assert site.share == pytest.approx(3, abs=0.05)
        assert site.distance < 0.05


def test_drift_of_all_atoms_does_not_hide_a_site(cell: HopCell) -> None:
    drifted = [
        image.copy().translate_sites(range(len(image)), [0.1, 0.07, 0.12])
        for image in path_of(cell, OTO)
    ]
    [site] = passed_sites(cell, drifted)
    assert site.label == "tetrahedral"
    assert site.distance < 0.05


def test_a_bent_path_passes_the_sites_that_it_comes_near(cell: HopCell) -> None:
    path = path_of(cell, OTO)
    for image, aside in zip(path[1:-1], (0.2, 0.35, 0.4, 0.35, 0.2), strict=True):
        image.translate_sites([54], [0, aside, aside], frac_coords=False)
    assert passed_sites(cell, path) == []
    assert [site.label for site in passed_sites(cell, path, within=0.7)] != []


@pytest.mark.parametrize("images", [1, 4, 5])
def test_a_path_leads_through_the_relaxed_site(cell: HopCell, images: int) -> None:
    path = path_of(cell, OTO, images)
    mirror = path_mirror(cell, path[0], path[-1])
    [site] = passed_sites(cell, path)
    first = int(cell.sites.positions_of("tetrahedral")[0])
    relaxed = site_start(cell, "N", first)
    near = np.argsort(relaxed.distance_matrix[-1])[1:5]
    for atom in near:  # towards the dopant, in the symmetry of the site
        away = relaxed[-1].distance_and_image(relaxed[int(atom)])[1]
        vector = relaxed.frac_coords[-1] - relaxed.frac_coords[atom] - away
        relaxed.translate_sites([int(atom)], 0.1 * vector, to_unit_cell=False)
    through, mirrored = path_through(cell, path, site, relaxed, mirror)
    assert len(through) == images + 2
    assert (through[0], through[-1]) == (path[0], path[-1])
    assert mirrored is (images % 2 == 1)
    middle = min(
        through,
        key=lambda image: abs(np.sort(image.distance_matrix[-1])[1:5].sum() - 4 * 0.9 * 1.9230),
    )
    shortest = np.sort(relaxed.distance_matrix[-1])[1:5]
    assert np.sort(middle.distance_matrix[-1])[1:5] == pytest.approx(shortest, abs=1e-6)
    assert max(
        np.linalg.norm(b.cart_coords - a.cart_coords) for a, b in pairwise(through)
    ) < 2 * np.linalg.norm(path[-1].cart_coords - path[0].cart_coords)


def test_a_path_without_images_leads_through_no_site(cell: HopCell) -> None:
    path = path_of(cell, OTO)
    [site] = passed_sites(cell, path)
    with pytest.raises(ValueError, match="without images between"):
        path_through(cell, [path[0], path[-1]], site, path[3])
