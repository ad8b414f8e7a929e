import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.checked import StructureError
from liponflow.structures.lithiation.contents import asked_contents, default_contents
from liponflow.structures.lithiation.host import LithiationHost, host
from liponflow.structures.lithiation.spinel import ordered_lnmo


def layered(alkali: str, metal: str) -> LithiationHost:
    """Return a layered oxide with three formula units."""
    return host(
        Structure.from_spacegroup(
            "R-3m",
            Lattice.hexagonal(2.82, 14.05),
            [alkali, metal, "O"],
            [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.26]],
        )
    )


@pytest.fixture(scope="module")
def spinel() -> LithiationHost:
    return host(ordered_lnmo())


def titanate() -> LithiationHost:
    """Return Li4Ti5O12, the hexagonal cell of the spinel with Li on two of twelve 16d sites."""
    cell = ordered_lnmo()
    cell.replace_species({"Ni": "Ti", "Mn": "Ti"})
    primitive = cell.get_primitive_structure()
    rows = [[1, -1, 0], [0, 1, -1], [1, 1, 1]]
    hexagonal = primitive.make_supercell(rows)
    first, *_, last = hexagonal.indices_from_symbol("Ti")
    for site in (first, last):
        hexagonal.replace(site, "Li")
    return host(hexagonal, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))


def test_built_in_host_has_the_published_contents(spinel: LithiationHost) -> None:
    assert default_contents(spinel, 2, insert_to=2.0).x == [0, 0.5, 1, 1.5, 2]
    assert default_contents(spinel, 8, insert_to=2.0).x == [n / 8 for n in range(17)]


def test_nothing_is_inserted_unless_it_is_asked_for(spinel: LithiationHost) -> None:
    assert default_contents(spinel, 2).x == [0, 0.5, 1]
    assert default_contents(spinel, 2).remarks == []
    assert asked_contents(spinel, [1, 1.5]).x == [1, 1.5]


@pytest.mark.parametrize(("alkali", "metal"), [("Li", "Co"), ("Na", "Co"), ("K", "Mn")])
def test_steps_fit_the_supercell(alkali: str, metal: str) -> None:
    found = default_contents(layered(alkali, metal), 2)
    assert found.x == pytest.approx([0, 2 / 3, 1])
    assert default_contents(layered(alkali, metal), 8).x == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_host_without_d_electrons_takes_up_what_its_octahedra_hold() -> None:
    found = default_contents(titanate(), 2)
    assert found.x == [4, 5.5, 7]
    assert "cannot be oxidised further" in found.remarks[0]


def test_contents_beyond_the_metals_are_remarked(spinel: LithiationHost) -> None:
    assert asked_contents(spinel, [0, 2]).remarks == []
    [remark] = asked_contents(titanate(), [3, 7]).remarks
    assert remark.startswith("x = 3: below x = 4 in LixTi5O12")


def test_host_whose_metals_have_one_state_left_is_refused() -> None:
    with pytest.raises(StructureError, match="no transition metal"):
        layered("Li", "Sc")
