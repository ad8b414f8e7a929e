"""Li sites of common battery hosts."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.checked import StructureError
from liponflow.structures.lithiation.host import Family, LithiationHost, host
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo

BOND = 1.946  # Å, Li-O and metal-O of the built spinel
FACE_SHARING = np.sqrt(3) / 8 * 8.17  # Å, centres of a tetrahedron and an octahedron of a spinel


def shortest(spinel: LithiationHost, family: Family, partner: str) -> float:
    """Return the shortest distance (Å) from candidate sites to an element of the pristine cell."""
    others = spinel.pristine.frac_coords[spinel.pristine.indices_from_symbol(partner), :]
    return float(spinel.pristine.lattice.get_all_distances(spinel.sites(family), others).min())


@pytest.mark.parametrize("structure", [ordered_lnmo(), disordered_lnmo(seed=1)])
def test_spinel_has_8_pristine_16_octahedral_and_8_tetrahedral_sites(structure: Structure):
    spinel = host(structure)
    assert spinel.pristine.composition == structure.composition
    assert spinel.formula_units == 8
    assert len(spinel.octahedral_sites) == 16
    assert len(spinel.tetrahedral_sites) == 8
    assert len(spinel.framework) == 48


def test_tetrahedral_sites_of_spinel_share_faces_with_four_metal_octahedra():
    spinel = host(ordered_lnmo())
    metals = [i for i, s in enumerate(spinel.framework) if s.specie.is_transition_metal]
    distances = spinel.framework.lattice.get_all_distances(
        spinel.tetrahedral_sites, spinel.framework.frac_coords[metals]
    )
    assert ((distances < FACE_SHARING + 0.01).sum(axis=1) == 4).all()
    assert distances.min() == pytest.approx(FACE_SHARING, abs=1e-6)


def test_spinel_sites_have_the_distances_of_the_ideal_crystal():
    spinel = host(ordered_lnmo())
    assert shortest(spinel, Family.VACANCY, "O") == pytest.approx(BOND, abs=1e-3)
    assert shortest(spinel, Family.OCTAHEDRAL_ADDED, "O") == pytest.approx(2.149, abs=1e-3)
    assert shortest(spinel, Family.OCTAHEDRAL_ADDED, "Mn") == pytest.approx(8.17 / np.sqrt(8))
    assert shortest(spinel, Family.OCTAHEDRAL_ADDED, "Li") == pytest.approx(FACE_SHARING)
    # The 8b sites are small and near the metals; energies decide whether Li occupies them.
    assert shortest(spinel, Family.TETRAHEDRAL_ADDED, "O") == pytest.approx(1.592, abs=1e-3)
    assert shortest(spinel, Family.TETRAHEDRAL_ADDED, "Mn") == pytest.approx(FACE_SHARING)


def test_skewed_cell_becomes_the_conventional_cell():
    manganate = ordered_lnmo()
    manganate.replace_species({"Ni": "Mn"})
    primitive = manganate.get_primitive_structure()
    assert len(primitive) == 14
    spinel = host(primitive)
    assert spinel.pristine.lattice.parameters == pytest.approx([8.17] * 3 + [90] * 3)
    assert (len(spinel.li_sites), len(spinel.octahedral_sites)) == (8, 16)
    assert len(spinel.tetrahedral_sites) == 8


def test_right_angled_cell_is_kept_unchanged():
    given = disordered_lnmo(seed=4).perturb(0.03, seed=1)
    spinel = host(given, (1, 1, 2))
    assert spinel.pristine.matches(given * (1, 1, 2))
    assert spinel.pristine.lattice.abc == pytest.approx((8.17, 8.17, 16.34))
    assert (len(spinel.octahedral_sites), len(spinel.tetrahedral_sites)) == (32, 16)


def test_oxidation_states_and_spins_of_the_input_are_ignored():
    decorated = ordered_lnmo()
    decorated.add_oxidation_state_by_element({"Li": 1, "Ni": 2, "Mn": 4, "O": -2})
    decorated.add_spin_by_element({"Ni": -2, "Mn": 4})
    assert host(decorated).pristine == host(ordered_lnmo()).pristine


def test_layered_oxide_has_no_free_octahedra(licoo2: Structure):
    layered = host(licoo2, (2, 2, 1))
    assert layered.formula_units == 12
    assert len(layered.octahedral_sites) == 0
    assert len(layered.tetrahedral_sites) == 24  # inside the CoO2 slabs, next to three Co each


def test_olivine_sites_are_far_from_phosphorus_and_iron(lifepo4: Structure):
    olivine = host(lifepo4)
    assert olivine.formula_units == 4
    assert len(olivine.octahedral_sites) == 8  # half of the 16 octahedra hold Li and Fe
    for family in (Family.OCTAHEDRAL_ADDED, Family.TETRAHEDRAL_ADDED):
        assert shortest(olivine, family, "P") > 1.5
        assert shortest(olivine, family, "Fe") > 1.5


def test_lithiated_structure_is_complete_and_sorted_by_element():
    spinel = host(disordered_lnmo(seed=0))
    filled = spinel.with_lithium(spinel.octahedral_sites)
    assert filled.composition.formula == "Li16 Mn12 Ni4 O32"
    order = list(dict.fromkeys(s.symbol for s in filled.species))
    assert order == ["Li", "Mn", "Ni", "O"]
    assert len(order) == len(filled.to(fmt="poscar").splitlines()[5].split())


def remade(**species: str) -> Structure:
    structure = ordered_lnmo()
    structure.replace_species(species)
    return structure


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (remade(Li="Mg"), "has no alkali metal .* --set intercalant=Li"),
        (remade(Ni="Mg", Mn="Al"), "has no transition metal"),
        (remade(O="Al"), "has no anion"),
        (
            Structure(Lattice.cubic(4), [{"Li": 0.5, "Ni": 0.5}], [[0, 0, 0]]),
            "partial occupancies",
        ),
    ],
)
def test_unsuitable_structure_is_refused(structure: Structure, message: str):
    with pytest.raises(StructureError, match=message):
        host(structure)


def test_any_alkali_metal_is_inserted() -> None:
    sodium = host(remade(Li="Na"))
    assert (sodium.unit.intercalant, sodium.unit.variable) == ("Na", "NaxNi0.5Mn1.5O4")
    filled = sodium.with_lithium(sodium.octahedral_sites)
    assert filled.composition["Na"] == 16


def test_framework_without_the_intercalant_is_a_host_for_the_one_that_is_named() -> None:
    framework = ordered_lnmo().copy().remove_species(["Li"])
    empty = host(framework, intercalant="Na")
    assert (empty.unit.variable, empty.unit.content) == ("NaxNi0.25Mn0.75O2", 0)
    assert (empty.formula_units, len(empty.li_sites)) == (16, 0)


def test_empty_supercell_is_refused():
    with pytest.raises(ValueError, match=r"\(1, 0, 1\): give three whole numbers of 1 or more"):
        host(ordered_lnmo(), (1, 0, 1))


def layered() -> Structure:
    """Return the conventional cell of LiCoO2."""
    sites = [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2605]]
    lattice = Lattice.hexagonal(2.816, 14.05)
    return Structure.from_spacegroup("R-3m", lattice, ["Li", "Co", "O"], sites)


THREEFOLD = ((1, -1, 0), (1, 2, 0), (0, 0, 1))
"""Three cells in the plane, with the axes of a √3 x √3 superstructure."""


def test_given_supercell_without_right_angles_is_kept() -> None:
    given = layered().make_supercell([[1, 0, 0], [1, 3, 0], [0, 0, 1]])
    found = host(given)
    assert found.pristine.lattice == given.lattice
    assert found.formula_units == 9
    assert found.remark == ""


def test_matrix_is_applied_to_the_given_cell() -> None:
    primitive = layered().get_primitive_structure()
    assert host(primitive, ((1, 0, 0), (0, 1, 0), (0, 0, 1))).formula_units == 1
    found = host(layered(), THREEFOLD)
    assert found.formula_units == 9
    assert found.pristine.lattice.a == pytest.approx(3**0.5 * 2.816)
    assert len(found.octahedral_sites) == 3 * len(host(layered()).octahedral_sites)


def test_matrix_keeps_the_order_and_the_axes_of_a_small_cell() -> None:
    small = layered().get_primitive_structure() * (2, 1, 1)
    metals = small.indices_from_symbol("Co")
    small.replace(metals[0], "Ni")
    small.replace(metals[1], "Mn")
    kept = host(small, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    assert (kept.remark, kept.formula_units) == ("", 2)
    assert kept.pristine.lattice == small.lattice
    assert kept.pristine.matches(small, primitive_cell=False, scale=False)
    sheared = host(small, ((1, 0, 0), (1, 2, 0), (0, 0, 1)))
    assert sheared.pristine.lattice.matrix[1] == pytest.approx(
        small.lattice.matrix[0] + 2 * small.lattice.matrix[1]
    )
    assert sheared.pristine.matches(small, primitive_cell=True)


def test_moments_of_the_structure_are_said_to_be_unused() -> None:
    given = layered()
    given.add_site_property("magmom", [0.0] * len(given))
    assert host(given).remark == ""
    given.add_site_property("magmom", [3.0, *[0.0] * (len(given) - 1)])
    assert host(given).remark.startswith("the moments of the structure are not used")


def test_replacement_of_a_smaller_cell_is_said() -> None:
    found = host(layered().get_primitive_structure())
    assert found.remark.startswith(
        "the conventional cell of 12 atoms is taken instead of the given cell of 4; supercell="
        "[[1,0,0],[0,1,0],[0,0,1]] keeps that"
    )
    assert host(layered()).remark == ""


@pytest.mark.parametrize(("asked", "held"), [("Co2O4", "1.5"), ("Co9O18", "0.3333")])
def test_formula_unit_that_the_supercell_does_not_hold_is_refused(asked: str, held: str) -> None:
    with pytest.raises(StructureError, match=f"formula_unit={asked}: .* holds {held} of it"):
        host(layered(), unit=asked)


def test_rounded_formula_unit_keeps_x_on_the_grid_of_the_supercell() -> None:
    found = host(layered(), unit="Co0.9995O2")
    assert (found.formula_units, found.unit.content) == (3, 1)
