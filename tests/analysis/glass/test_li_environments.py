from collections import Counter

import pytest
from glass_frames import pairs_of, random_structure, slow_bonds
from hypothesis import given, settings
from hypothesis import strategies as st

from liponflow.analysis.glass.li_environments import environments
from liponflow.structures.phases import phase


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Li2O", {"Li[O4]": 8}),
        ("Li3PO4_gamma", {"Li[O4]": 12}),
        ("Li2PO2N_SD", {"Li[O3N]": 8}),
        ("LiPN2", {"Li[N4]": 4}),
        ("LiNiPO4", {"Li[O6]": 4}),
    ],
)
def test_crystals_have_known_li_environments(name: str, expected: dict[str, int]) -> None:
    frames, pairs = pairs_of(phase(name).structure(), 3.0)
    found = environments(frames.symbols, pairs, "Li", ["O", "N"], 2.6)
    assert {name: int(counts[0]) for name, counts in found.items()} == expected


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 100_000), cutoff=st.floats(1.0, 3.2))
def test_environments_agree_with_an_explicit_loop(seed: int, cutoff: float) -> None:
    structures = [random_structure(seed + k, ["Li", "O", "N", "Li", "O", "P"]) for k in range(2)]
    frames, pairs = pairs_of(structures, 3.3)
    found = environments(frames.symbols, pairs, "Li", ["O", "N"], cutoff)
    for number, structure in enumerate(structures):
        expected: Counter = Counter()
        bonds = {e: slow_bonds(structure, "Li", e, cutoff) for e in "ON"}
        for li in (0, 3):
            o, n = (sum(bond[0] == li for bond in bonds[e]) for e in "ON")
            parts = [f"{e}{k if k > 1 else ''}" for e, k in (("O", o), ("N", n)) if k]
            expected[f"Li[{''.join(parts)}]"] += 1
        there = {name: int(counts[number]) for name, counts in found.items() if counts[number]}
        assert there == dict(expected)
