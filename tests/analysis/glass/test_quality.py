import numpy as np
import pytest
from glass_frames import ARM, dimer, molecule, network_of, pairs_of, po3n, shared_edge
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.quality import defects
from liponflow.structures.phases import phase


def found(*structures: Structure) -> dict[str, list[int]]:
    frames, pairs = pairs_of(list(structures), 3.4)
    counts = defects(network_of(list(structures)), pairs, frames.symbols)
    return {name: numbers.tolist() for name, numbers in counts.items() if numbers.any()}


@pytest.mark.parametrize(
    "name", ["Li3PO4_gamma", "Li4P2O7_tri", "Li2PO2N_SD", "LiPN2", "LiPO3_P2c", "Li7PN4"]
)
def test_crystals_have_no_defects(name: str) -> None:
    assert found(phase(name).structure()) == {}


def test_broken_tetrahedra_and_free_anions_are_counted() -> None:
    whole, broken = dimer("N"), dimer("N")
    broken.translate_sites([2], [0.3, 0.3, 0])
    assert found(whole, broken) == {"P with fewer than 4 anions": [0, 1], "free O": [0, 1]}


def test_former_with_five_anions_is_counted() -> None:
    symbols = ["P", "O", "O", "O", "O", "O"]
    structure = molecule(symbols, np.vstack([np.zeros(3), ARM, [[0, 0, 1.9]]]))
    assert found(structure) == {"P with more than 4 anions": [1]}


@pytest.mark.parametrize(("pair", "name"), [("NN", "N2"), ("OO", "O2"), ("NO", "NO")])
def test_molecules_of_free_anions_are_counted(pair: str, name: str) -> None:
    structure = po3n()
    for element, x in zip(pair, (0.0, 1.2), strict=True):
        structure.append(element, [3 + x, 3, 3], coords_are_cartesian=True)
    counts = found(structure)
    assert counts.pop(f"{name} molecules") == [1]
    assert sum(n for (n,) in counts.values()) == 2
    assert all(key.startswith("free") for key in counts)


def test_peroxide_group_is_a_bond_and_not_a_molecule() -> None:
    symbols = ["P", "O", "O", "O", "O", "O"]
    end = ARM[3] * (1 + 1.45 / 1.55)
    structure = molecule(symbols, np.vstack([np.zeros(3), ARM, [end]]))
    assert found(structure) == {"O-O bonds": [1], "free O": [1]}


def test_bonds_between_formers_are_counted() -> None:
    structure = molecule(
        ["P", "P", "O", "O"], np.array([[0, 0, 0], [2.2, 0, 0], [-1.5, 0, 0], [3.7, 0, 0]])
    )
    counts = found(structure)
    assert counts["P-P bonds"] == [1]
    assert counts["P with fewer than 4 anions"] == [2]


def test_shared_edges_and_triply_coordinated_n_of_p3n5_are_counted() -> None:
    counts = found(phase("P3N5_alpha").structure())
    assert counts == {
        "N bonded to 3 or more formers": [8],
        "pairs of formers that share an edge": [4],
    }


@pytest.mark.parametrize("formers", ["PP", "PS", "SS"])
def test_close_formers_across_a_shared_edge_are_no_bond(formers: str) -> None:
    assert found(shared_edge(2.4, formers)) == {"pairs of formers that share an edge": [1]}


def test_three_coordinated_boron_is_no_defect() -> None:
    flat = np.array(
        [[0, 0, 0], *(1.37 * np.array([[1, 0, 0], [-0.5, 0.866, 0], [-0.5, -0.866, 0]]))]
    )
    assert found(molecule(["B", "O", "O", "O"], flat)) == {}
    assert found(molecule(["P", "O", "O", "O"], flat)) == {"P with fewer than 4 anions": [1]}
