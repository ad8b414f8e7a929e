"""Size of a calculation."""

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.engines.gpaw.memory import bands
from liponflow.engines.gpaw.size import calculation_size, irreducible_kpoints, moments
from liponflow.inputs.gpaw.settings import GpawSettings, topic_settings
from liponflow.structures.lithium import bcc_lithium


@pytest.fixture
def settings() -> GpawSettings:
    return topic_settings("migration", "quick")


@pytest.fixture
def lithium() -> Structure:
    return bcc_lithium(3.44)


@pytest.mark.parametrize(
    ("mesh", "gamma", "number"),
    [
        # GPAW's own numbers for bcc Li: Γ alone, and shifted and unshifted meshes.
        ((1, 1, 1), False, 1),
        ((4, 4, 4), False, 4),
        ((4, 4, 4), True, 10),
        ((3, 3, 3), False, 4),
        # A density: 6 x 6 x 6.
        (3.2, False, 10),
    ],
)
def test_kpoints_are_reduced_by_symmetry(
    settings: GpawSettings, lithium: Structure, mesh: object, number: int, *, gamma: bool
) -> None:
    chosen = settings.replaced({"kpts": mesh, "gamma": gamma})
    assert irreducible_kpoints(chosen, lithium) == number


def test_electrons_are_those_of_the_data_sets(settings: GpawSettings, lithium: Structure) -> None:
    lithium.append("Mn", [0.5, 0, 0])
    known = calculation_size(settings, lithium, {"Li": 1.0, "Mn": 15.0})
    assert known.bands == bands(2 + 15, 5)  # with the starting moment of Mn
    # Without GPAW, those outside the noble-gas shells.
    assert calculation_size(settings, lithium, None).bands == bands(2 + 7, 5)
    three = settings.replaced({"li_electrons": 3})
    assert calculation_size(three, lithium, {"Li": 1.0, "Mn": 15.0}).bands == bands(6 + 15, 5)


def test_starting_moments_decide_on_spin(settings: GpawSettings) -> None:
    oxide = Structure(Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert moments(settings, oxide) == [5.0, 0.0]
    assert calculation_size(settings, oxide, None).spins == 2
    oxide.add_site_property("magmom", [2.0, -1.0])
    assert moments(settings, oxide) == [2.0, -1.0]
    without = settings.replaced({"spin": False})
    assert moments(without, oxide) == [0.0, 0.0]
    assert calculation_size(without, oxide, None).spins == 1
