import numpy as np
import pytest
from glass_frames import (
    dimer,
    molecule,
    network_of,
    po3n,
    random_structure,
    shared_edge,
    slow_units,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.structural_units import anion_sites, classify_units, structural_units
from liponflow.structures.phases import phase


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Li3PO4_beta", "Q0_0"),
        ("Li3PO4_gamma", "Q0_0"),
        ("Li4P2O7_tri", "Q1_0"),
        ("Li4P2O7_mono", "Q1_0"),
        ("LiPO3_P2c", "Q2_0"),
        ("P2O5_Pnma", "Q3_0"),
        ("Li2PO2N_SD", "Q2_2"),
        ("Li7PN4", "Q0_4"),
        ("Li14P2N6O3", "Q0_3"),
        ("PON_cristobalite_ordered", "Q4_2"),
        ("LiPN2", "Q4_4"),
    ],
)
def test_crystals_have_one_type_of_unit(name: str, unit: str) -> None:
    assert structural_units(phase(name).structure()).fractions == {unit: 1.0}


@pytest.mark.parametrize(
    ("structure", "fractions"),
    [
        (po3n(), {"Q0_1": 1.0}),
        (dimer("O"), {"Q1_0": 1.0}),
        (dimer("N"), {"Q1_1": 1.0}),
        # A unit with bridging O and apical N differs from one with bridging N.
        (dimer("O", "OONOOO"), {"Q1_1 (1 apical N)": 0.5, "Q1_0": 0.5}),
        (dimer("N", "OONOON"), {"Q1_2": 1.0}),
        (dimer("O", "OOFOOO"), {"Q1_0 (1 F)": 0.5, "Q1_0": 0.5}),
    ],
)
def test_molecules_have_known_units(structure: Structure, fractions: dict[str, float]) -> None:
    found = structural_units(structure)
    assert found.fractions == fractions
    assert sum(found.fractions.values()) == pytest.approx(1)


def test_units_are_assigned_to_sites() -> None:
    structure = dimer("O", "OONOOO")
    assert structural_units(structure).sites == {0: "Q1_1 (1 apical N)", 5: "Q1_0"}


def test_units_do_not_depend_on_the_periodic_boundary() -> None:
    structure = dimer("N")
    for shift in np.linspace(0, 1, 7):
        moved = structure.copy()
        moved.translate_sites(range(len(moved)), [shift, shift / 2, -shift], to_unit_cell=True)
        assert structural_units(moved).fractions == {"Q1_1": 1.0}


def test_chain_with_one_former_per_cell_bridges_to_its_own_image() -> None:
    # P-N-P-N along a with one PO2N per period: both bonds lead to images of the same N.
    structure = Structure(
        [[2.9, 0, 0], [0, 9, 0], [0, 0, 9]],
        ["P", "N", "O", "O"],
        [[0.1, 0, 0], [1.55, 0.6, 0], [0.1, -0.9, 1.2], [0.1, -0.9, -1.2]],
        coords_are_cartesian=True,
    )
    assert structural_units(structure).fractions == {"Q2_2": 1.0}


@pytest.mark.parametrize("distance", [2.3, 2.4, 2.45, 2.5])
def test_formers_that_share_an_edge_are_bridged_and_not_bonded(distance: float) -> None:
    structure = shared_edge(distance)
    assert structural_units(structure).fractions == {"Q2_0": 1.0}
    # The same across the boundary of the cell.
    structure.translate_sites(range(8), [0.5, 0, 0], to_unit_cell=True)
    assert structural_units(structure).fractions == {"Q2_0": 1.0}


def test_formers_with_one_anion_between_them_may_be_bonded() -> None:
    symbols, bent = ["P", "P", "O"], [[-1.1, 0, 0], [1.1, 0, 0], [0, 1.3, 0]]
    assert len(network_of(molecule(symbols, np.array(bent))).former_bonds.first) == 1


@pytest.mark.parametrize(
    ("first", "second", "half"), [("Ti", "Ti", 1.65), ("W", "W", 1.7), ("P", "Ti", 1.5)]
)
def test_large_formers_are_bridged_by_one_anion(first: str, second: str, half: float) -> None:
    """M-O-M of 3.3 Å is shorter than the sum of the radii, but no bond."""
    bent = np.array([[-half, 0, 0], [half, 0, 0], [0, 0.9, 0]])
    bridged = molecule([first, second, "O"], bent)
    assert len(network_of(bridged).former_bonds.first) == 0
    bare = molecule([first, second, "O"], bent * [[1], [1], [-3]])
    assert len(network_of(bare).former_bonds.first) == 1


@pytest.mark.parametrize("former", ["Si", "B", "Al"])
def test_unit_names_include_formers_other_than_phosphorus(former: str) -> None:
    structure = po3n()
    structure.replace_species({"P": former})
    assert structural_units(structure).fractions == {f"{former} Q0_1": 1.0}


def test_corners_between_different_formers_are_bridging() -> None:
    structure = dimer("O")
    structure.replace(5, "Si", structure[5].frac_coords)
    assert structural_units(structure).fractions == {"Q1_0": 0.5, "Si Q1_0": 0.5}


def test_sulfur_is_former_or_anion() -> None:
    structure = po3n()
    structure.replace_species({"N": "S"})
    assert structural_units(structure, anions=("O", "S")).fractions == {"Q0_0 (1 S)": 1.0}
    as_former = structural_units(structure, cutoff={"S": 3.0}).fractions
    assert any(name.startswith("S ") for name in as_former)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    n_p=st.integers(1, 4),
    n_o=st.integers(1, 6),
    n_n=st.integers(0, 4),
    volume=st.floats(4.0, 14.0),
)
def test_units_agree_with_an_explicit_loop(
    seed: int, n_p: int, n_o: int, n_n: int, volume: float
) -> None:
    symbols = ["P"] * n_p + ["O"] * n_o + ["N"] * n_n + ["Li"]
    structure = random_structure(seed, symbols, volume)
    units = classify_units(network_of(structure))
    found = dict(zip(units.names, units.per_frame[0].tolist(), strict=True))
    assert found == dict(slow_units(structure))


def test_units_of_each_frame_are_independent_of_other_frames() -> None:
    structures = [random_structure(seed, ["P"] * 3 + ["O"] * 6 + ["N"] * 2) for seed in range(6)]
    units = classify_units(network_of(structures))
    for structure, counted in zip(structures, units.per_frame, strict=True):
        present = {n: int(c) for n, c in zip(units.names, counted, strict=True) if c}
        assert present == dict(slow_units(structure))


def test_nitrogen_sites_are_counted_per_frame() -> None:
    # The same atoms, with the bridging N of the second frame moved away: it is free.
    whole = dimer("N", "OOOOON")
    broken = whole.copy()
    broken.translate_sites([4], [0, 0, 0.3], frac_coords=True)
    sites = anion_sites(network_of([whole, broken]), "N")
    assert {name: counts.tolist() for name, counts in sites.items()} == {
        "free": [0, 1],
        "apical": [1, 1],
        "bridging": [1, 0],
        "triply coordinated": [0, 0],
    }


def test_triply_coordinated_nitrogen_of_p3n5_is_counted() -> None:
    structure = phase("P3N5_alpha").structure()
    sites = anion_sites(network_of(structure), "N")
    counted = {name: int(counts[0]) for name, counts in sites.items()}
    # Two of five N of P3N5 join three tetrahedra.
    assert counted == {"free": 0, "apical": 0, "bridging": 12, "triply coordinated": 8}


def test_structure_without_network_is_refused() -> None:
    with pytest.raises(ValueError, match="Li2O has no network former beside an anion"):
        structural_units(phase("Li2O").structure())


def test_former_without_anions_is_refused_with_the_nearest_distance() -> None:
    structure = molecule(["P", "O"], np.array([[0, 0, 0], [2.5, 0, 0]]))
    with pytest.raises(ValueError, match=r"atom 1 \(P\) has no anion within 2.1 Å; .* 2.50 Å"):
        structural_units(structure)
    assert structural_units(structure, cutoff=2.6).fractions == {"Q0_0 (1 anion)": 1.0}
