import numpy as np
import pytest
from glass_frames import dimer, network_of, pairs_of, po3n, random_structure
from hypothesis import given, settings
from hypothesis import strategies as st

from liponflow.analysis.glass.bonding import contact_lengths, network_angles, network_bonds
from liponflow.structures.phases import phase

TETRAHEDRAL = np.degrees(np.arccos(-1 / 3))
EXACT = 1e-6


def test_regular_tetrahedron_has_ideal_bonds_and_angles() -> None:
    net = network_of(po3n())
    angles = network_angles(net)
    assert {name: len(found.values) for name, found in angles.items()} == {"O-P-O": 3, "O-P-N": 3}
    for found in angles.values():
        assert found.values == pytest.approx(TETRAHEDRAL, abs=EXACT)
    bonds = network_bonds(net)
    assert set(bonds) == {"P-O", "P-O (terminal)", "P-N", "P-N (apical)"}
    for found in bonds.values():
        assert found.values == pytest.approx(1.55, abs=EXACT)


def test_bridging_bonds_and_angles_are_found() -> None:
    net = network_of([dimer("N"), dimer("N")])
    assert len(network_bonds(net)["P-N (bridging)"].values) == 4
    [first, second] = network_angles(net)["P-N-P"].values
    assert first == second == pytest.approx(180, abs=1e-4)  # arccos amplifies rounding near 180°
    assert network_angles(net)["P-N-P"].frames.tolist() == [0, 1]


def test_lengths_and_angles_of_crystal_agree_with_pymatgen() -> None:
    structure = phase("Li4P2O7_tri").structure()
    net = network_of(structure)
    lengths, angles = [], []
    for p in structure:
        if p.specie.symbol != "P":
            continue
        near = [n for n in structure.get_neighbors(p, 2.1) if n.specie.symbol == "O"]
        lengths += [n.nn_distance for n in near]
        vectors = [(n.coords - p.coords) / n.nn_distance for n in near]
        angles += [
            np.degrees(np.arccos(a @ b)) for i, a in enumerate(vectors) for b in vectors[i + 1 :]
        ]
    assert np.sort(network_bonds(net)["P-O"].values) == pytest.approx(np.sort(lengths))
    assert np.sort(network_angles(net)["O-P-O"].values) == pytest.approx(np.sort(angles))
    # Published for pyrophosphates: bridging P-O is longer than terminal P-O by at least 0.1 Å.
    bonds = network_bonds(net)
    longer = bonds["P-O (bridging)"].values.mean() - bonds["P-O (terminal)"].values.mean()
    assert longer > 0.1


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_every_pair_of_bonds_of_a_former_gives_one_angle(seed: int) -> None:
    net = network_of([random_structure(seed + k, list("PPOOON")) for k in (0, 1)])
    at_former = sum(
        len(found.values)
        for name, found in network_angles(net).items()
        if name.split("-")[1] == "P"
    )
    n = net.coordination
    assert at_former == (n * (n - 1) // 2).sum()


def test_lithium_contacts_of_crystal_are_counted() -> None:
    frames, pairs = pairs_of(phase("Li2PO2N_SD").structure(), 3.0)
    found = contact_lengths(frames.symbols, pairs, "Li", ["O", "N"], 2.6)
    assert {name: len(values.values) for name, values in found.items()} == {"Li-O": 24, "Li-N": 8}
    assert found["Li-N"].values.min() == pytest.approx(2.077, abs=0.01)  # from the phase record
