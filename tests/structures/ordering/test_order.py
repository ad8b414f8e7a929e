"""Ordered cells against pymatgen's own ordering, known cells and limits."""

from itertools import combinations

import numpy as np
import pytest
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Structure
from pymatgen.transformations.standard_transformations import (
    OrderDisorderedStructureTransformation,
)

from liponflow.crystals.checked import StructureError
from liponflow.structures.lithiation.spinel import LATTICE_PARAMETER, ordered_lnmo
from liponflow.structures.ordering import arrangements
from liponflow.structures.ordering import order as order_module
from liponflow.structures.ordering.arrangements import lowest
from liponflow.structures.ordering.counts import whole_counts
from liponflow.structures.ordering.order import order
from liponflow.structures.ordering.parent import parent_of

LAYERED = [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2415]]


def layered(lithium: object, metals: object) -> Structure:
    lattice = Lattice.hexagonal(2.86, 14.23)
    return Structure.from_spacegroup("R-3m", lattice, [lithium, metals, "O"], LAYERED)


def spinel(metals: dict[str, float], a: float = LATTICE_PARAMETER) -> Structure:
    """Return Li[M2]O4 in Fd-3m with a mixture on 16d."""
    return Structure.from_spacegroup(
        "Fd-3m", Lattice.cubic(a), ["Li", metals, "O"], [[0] * 3, [5 / 8] * 3, [0.3875] * 3]
    )


def ewald_energy(structure: Structure, states: dict[str, float]) -> float:
    """Return the Ewald energy of pymatgen (eV)."""
    charged = structure.copy()
    charged.add_oxidation_state_by_element(states)
    return float(EwaldSummation(charged).total_energy)


def formula(structure: Structure) -> str:
    return structure.composition.formula


def test_energy_is_that_of_pymatgens_own_ordering() -> None:
    """LiFeO2 as disordered rock salt, 8 cation sites: 70 arrangements."""
    states = {"Li": 1, "Fe": 3, "O": -2}
    mixed = {"Li": 0.5, "Fe": 0.5}
    lattice = Lattice.cubic(4.16)
    cell = Structure.from_spacegroup("Fm-3m", lattice, [mixed, "O"], [[0] * 3, [0.5] * 3])
    cell.make_supercell([2, 1, 1])
    parent = parent_of(cell)
    counts = whole_counts({0: mixed}, {0: 8})
    assert counts is not None
    found = lowest(parent, counts, states, seed=0)
    assert found is not None
    assert len(found.energies) == 70
    cell.add_oxidation_state_by_element(states)
    theirs = OrderDisorderedStructureTransformation().apply_transformation(cell)
    assert found.energy == pytest.approx(EwaldSummation(theirs).total_energy, abs=1e-4)
    ours = Structure(cell.lattice, found.symbols, cell.frac_coords)
    assert ewald_energy(ours, states) == pytest.approx(found.energy, abs=1e-4)


def test_energy_is_the_lowest_of_all_arrangements_of_the_cubic_spinel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """LNMO: every choice of 4 Ni among 16 sites, each summed anew at a few, none lower."""
    monkeypatch.setattr(order_module, "MOST_SHAPES", 1)
    states = {"Li": 1, "Ni": 2, "Mn": 4, "O": -2}
    found = order(spinel({"Ni": 0.25, "Mn": 0.75}))
    assert formula(found.structure) == "Li8 Mn12 Ni4 O32"
    assert found.structure.lattice.abc == pytest.approx([LATTICE_PARAMETER] * 3)
    assert "in the given cell: Li8 Mn12 Ni4 O32 as in the file" in found.remark
    lowest = ewald_energy(found.structure, states)
    # The order of experiments is higher for rigid ions; docs/own_material.md says so.
    assert ewald_energy(ordered_lnmo(), states) - lowest == pytest.approx(56 * 0.0392, abs=0.01)
    metals = [i for i, site in enumerate(found.structure) if site.specie.symbol in {"Ni", "Mn"}]
    rng = np.random.default_rng(3)
    choices = list(combinations(metals, 4))
    for number in rng.choice(len(choices), 3, replace=False):
        other = found.structure.copy()
        for site in metals:
            other.replace(site, "Ni" if site in choices[number] else "Mn")
        assert ewald_energy(other, states) > lowest - 1e-6


def test_smallest_cell_of_lto() -> None:
    """Li4Ti5O12 needs three primitive cells, 42 atoms."""
    found = order(spinel({"Li": 1 / 6, "Ti": 5 / 6}, 8.36))
    assert formula(found.structure) == "Li8 Ti10 O24"
    assert "in the smallest cell" in found.remark
    assert found.structure.volume == pytest.approx(0.75 * 8.36**3)


def test_metals_of_nmc_mix_within_the_layers() -> None:
    """Three occupancies of 0.333 are a full site, and no layer has one metal alone."""
    found = order(layered("Li", {"Ni": 0.333, "Mn": 0.333, "Co": 0.333})).structure
    assert formula(found) == "Li3 Mn1 Co1 Ni1 O6"
    for symbol in ("Ni", "Mn", "Co"):
        [site] = found.indices_from_symbol(symbol)
        near = {neighbor.specie.symbol for neighbor in found.get_neighbors(found[site], 3.0)}
        assert near & {"Ni", "Mn", "Co"} == {"Ni", "Mn", "Co"} - {symbol}


def test_sample_finds_the_energy_of_the_full_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_module, "MOST_SHAPES", 1)
    mixed = spinel({"Ni": 0.25, "Mn": 0.75})
    listed = order(mixed)
    assert "lowest Ewald energy of 1,820 arrangements (4 share it)" in listed.remark
    monkeypatch.setattr(arrangements, "MOST_ENUMERATED", 100)
    sampled = order(mixed)
    assert "lowest Ewald energy of a sample of 40 from 1,820 arrangements" in sampled.remark
    states = {"Li": 1, "Ni": 2, "Mn": 4, "O": -2}
    lowest_energy = ewald_energy(listed.structure, states)
    assert ewald_energy(sampled.structure, states) == pytest.approx(lowest_energy, abs=1e-4)
    assert order(mixed).structure == sampled.structure


def test_split_positions_of_a_garnet_are_never_both_filled() -> None:
    """Li7La3Zr2O12 in Ia-3d: pairs of 96h are 0.84 Å apart, far too many ways to list."""
    garnet = Structure.from_spacegroup(
        "Ia-3d",
        Lattice.cubic(12.98),
        ["La", "Zr", "O", {"Li": 0.54}, {"Li": 0.448}],
        [
            [1 / 8, 0, 1 / 4],
            [0, 0, 0],
            [0.2804, 0.1005, 0.1945],
            [3 / 8, 0, 1 / 4],
            [0.0961, 0.6875, 0.5774],
        ],
    )
    lithium = [i for i, site in enumerate(garnet) if not site.is_ordered]
    close = garnet.distance_matrix[np.ix_(lithium, lithium)]
    assert 0.5 < close[close > 0].min() < 0.9
    found = order(garnet)
    assert formula(found.structure) == "Li28 La12 Zr8 O48"
    assert "Li28 La12 Zr8 O48, Li27.98 La12 Zr8 O48 in the file" in found.remark
    distances = found.structure.distance_matrix + 9 * np.eye(96)
    assert distances.min() > 1.5


def test_overfull_split_positions_are_refused() -> None:
    sites = [[0, 0, 0], [0.1, 0, 0], [0.5, 0.5, 0.5]]
    split = Structure(Lattice.cubic(4), [{"Li": 0.8}, {"Li": 0.8}, "O"], sites)
    with pytest.raises(StructureError, match="two atoms closer than 1 Å"):
        order(split)
    halves = Structure(Lattice.cubic(4), [{"Li": 0.5}, {"Li": 0.5}, "Cl"], sites)
    assert formula(order(halves).structure) == "Li1 Cl1"
    # Both Li of one place, as some programs write split positions.
    same = Structure(Lattice.cubic(4), [{"Li": 0.5}, {"Li": 0.5}, "Cl"], [sites[0], *sites[::2]])
    assert formula(order(same).structure) == "Li1 Cl1"


def test_hydrogen_near_oxygen_is_a_bond_and_no_split_position() -> None:
    places = [[0, 0, 0], [0.16, 0, 0], [-0.16, 0, 0], [0, 0.16, 0], [0, -0.16, 0]]
    water = Structure(Lattice.cubic(6), ["O", *[{"H": 0.25, "D": 0.25}] * 4], places)
    found = order(water)
    assert formula(found.structure) == "H2 O1"
    assert found.structure.get_distance(0, 1) == pytest.approx(2 * 0.96)  # opposite


def test_one_percent_of_vacancies_is_filled_and_said() -> None:
    found = order(layered({"Li": 0.99}, "Co"))
    assert formula(found.structure) == "Li3 Co3 O6"
    assert "Li3 Co3 O6, Li2.97 Co3 O6 in the file" in found.remark
    assert "sites changed by 0.010, the limit is 0.02" in found.remark
    assert "the only arrangement" in found.remark
    doped = order(layered("Li", {"Co": 0.99, "Mg": 0.01}))
    assert "Li3 Co3 O6, Li3 Mg0.03 Co2.97 O6 in the file, without its Mg" in doped.remark


def test_composition_beyond_the_limit_is_refused_with_the_number_that_would_do() -> None:
    nca = layered("Li", {"Ni": 0.8, "Co": 0.15, "Al": 0.05})
    with pytest.raises(StructureError, match=r"up to 10 atoms .* by 0\.200\); set order_atoms=60"):
        order(nca, most_atoms=10)
    found = order(nca, most_atoms=60)
    assert formula(found.structure) == "Li15 Al1 Co2 Ni12 O30"
    assert "Li15 Al0.75 Co2.25 Ni12 O30 in the file" in found.remark
    with pytest.raises(StructureError, match="every ordered cell has more than 3 atoms; set"):
        order(nca, most_atoms=3)


def test_elements_of_equal_charge_are_drawn_by_the_seed() -> None:
    alloy = Structure(Lattice.cubic(3.7), [{"Cu": 0.5, "Au": 0.5}], [[0, 0, 0]])
    alloy.make_supercell(2)
    found = {str(order(alloy, seed=seed).structure) for seed in range(4)}
    assert len(found) > 1
    assert "a random one of 70 arrangements of equal Ewald energy" in order(alloy).remark


def test_charges_and_isotopes_on_one_site_are_no_disorder() -> None:
    mixed = layered("Li", {"Mn3+": 0.5, "Mn4+": 0.5})
    found = order(mixed)
    assert found.remark == ""
    assert formula(found.structure) == "Li3 Mn3 O6"


def test_states_of_the_file_decide_where_it_has_them() -> None:
    """Ni3+ and Mn3+ are as far apart as any; formal states would be Ni2+ and Mn4+."""
    stated = {"Ni3+": 0.5, "Mn3+": 0.5}
    remark = order(layered("Li", {"Ni": 0.5, "Mn": 0.5})).remark
    assert "lowest Ewald energy" in remark
    lattice = Lattice.hexagonal(2.86, 14.23)
    decorated = Structure.from_spacegroup("R-3m", lattice, ["Li+", stated, "O2-"], LAYERED)
    assert "mixed elements have equal charges" in order(decorated).remark


def test_cell_of_too_many_sites_is_refused_at_once() -> None:
    places = np.random.default_rng(0).random((order_module.MOST_READ + 1, 3))
    large = Structure(Lattice.cubic(60), [{"Li": 0.5}] * len(places), places)
    with pytest.raises(StructureError, match="3,001 sites, some of them occupied in part"):
        order(large)


def test_vacancies_of_lithium_are_ordered() -> None:
    found = order(layered({"Li": 0.5}, "Co"))
    assert formula(found.structure) == "Li1 Co2 O4"
    assert "Li1 Co2 O4 as in the file" in found.remark
