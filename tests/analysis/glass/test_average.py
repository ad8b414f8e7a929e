"""Means and spreads over fingerprints of several models."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.glass.average import average_fingerprints, spread
from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.result import Fingerprint
from liponflow.analysis.glass.settings import FingerprintSettings

SETTINGS = FingerprintSettings(r_max=5.0)


def model(edge: float, nitrogen: int) -> Structure:
    """Return four tetrahedra in a cube, with the given number of N in place of O, without Li."""
    tetrahedron = 1.54 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    centres = edge * np.array([[0.25, 0.25, 0.25], [0.75, 0.75, 0.25], [0.25, 0.75, 0.75]])
    species, coords = [], []
    for index, centre in enumerate(centres):
        species += ["P", "N" if index < nitrogen else "O", "O", "O", "O"]
        coords += [centre, *(centre + tetrahedron)]
    return Structure(Lattice.cubic(edge), species, coords, coords_are_cartesian=True)


@pytest.fixture(scope="module")
def found() -> list[Fingerprint]:
    return [
        fingerprint_structure(model(edge, nitrogen), SETTINGS)
        for edge, nitrogen in ((11.0, 1), (11.2, 1), (11.4, 2))
    ]


def test_shares_are_averaged_with_absent_units_as_zero(found: list[Fingerprint]) -> None:
    mean = average_fingerprints(found)
    units = {share.name: share for share in mean.units}
    values = [1 / 3, 1 / 3, 2 / 3]
    assert units["Q0_1"].share == pytest.approx(np.mean(values))
    assert units["Q0_1"].error == pytest.approx(np.std(values, ddof=1))
    assert sum(share.share for share in mean.units) == pytest.approx(1)
    only = average_fingerprints([found[0], found[2].model_copy(update={"units": []})])
    halved = {share.name: share.share for share in only.units}
    assert halved["Q0_1"] == pytest.approx(1 / 6)


def test_densities_have_mean_and_standard_deviation(found: list[Fingerprint]) -> None:
    mean = average_fingerprints(found)
    densities = [item.density for item in found]
    assert mean.density == pytest.approx(np.mean(densities))
    assert mean.density_error == pytest.approx(np.std(densities, ddof=1))
    assert mean.n_frames == 3


def test_curves_are_averaged_point_by_point(found: list[Fingerprint]) -> None:
    mean = average_fingerprints(found)
    for index, pair in enumerate(mean.pairs):
        curves = np.array([item.pairs[index].g for item in found])
        assert np.allclose(pair.g, curves.mean(axis=0))
        assert np.allclose(pair.g_error, curves.std(axis=0, ddof=1))
    sums = np.array([item.scattering[0].s for item in found])
    assert np.allclose(mean.scattering[0].s, sums.mean(axis=0))


def test_bonds_missing_in_a_model_affect_only_the_number(found: list[Fingerprint]) -> None:
    def number(item: Fingerprint) -> dict[str, float]:
        return {bond.name: bond.number for bond in item.bonds}

    without = found[2].model_copy(
        update={"bonds": [b for b in found[2].bonds if not b.name.startswith("P-N")]}
    )
    mean = average_fingerprints([found[0], without])
    assert number(mean)["P-N"] == pytest.approx(number(found[0])["P-N"] / 2)
    lengths = {bond.name: bond.length for bond in mean.bonds}
    assert lengths["P-N"] == pytest.approx(1.54, abs=1e-3)


def test_one_model_has_no_spread(found: list[Fingerprint]) -> None:
    mean = average_fingerprints(found[:1])
    assert mean.density_error is None
    assert all(share.error is None for share in mean.units)
    assert mean.pairs[0].g_error is None
    assert spread([1.0]) is None


def test_average_without_models_is_refused() -> None:
    with pytest.raises(ValueError, match="no fingerprint"):
        average_fingerprints([])
