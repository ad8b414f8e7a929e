"""Structural units that make up a composition."""

from collections import Counter
from itertools import product
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pymatgen.core.composition import Composition

from liponflow.structures.glass.composition import choose, n_bridges, solutions
from liponflow.structures.glass.roles import CompositionError, roles, whole_atoms
from liponflow.structures.glass.units import unit

LIPON = Composition("Li46P16O55N5")

# LiPON derivatives from a review: W. Dai et al. (2022), Table 2.
DERIVATIVES = [
    "Li2.3Si0.2PO1.4N1.1",
    "Li1.9Si0.28PO1.1N1.0",
    "Li2.9Si0.35PO1.5N1.26",
    "Li2.9Si0.45PO1.6N1.3",
    "Li3.9Si0.08PO1.69N1.52",
    "Li4.2Si0.39PO2.75N1.76",
    "Li6.2Si0.93PO3.22N2.14",
    "Li0.94Si0.30P0.70O2.17",
    "Li0.97Si0.59P0.41O2.19",
    "Li2.40Si0.88P0.12O2.28",
    "Li0.54Si0.26P0.74O1.38N0.76",
    "Li0.56Si0.56P0.44O1.22N0.72",
    "Li1.35Si0.79P0.21O1.98N0.98",
    "Li0.29S0.28O0.35N0.09",
    "Li3SO3N",
    "Li1.62PO2.84S0.11N0.32",
    "Li3.09BO2.53N0.52",
    "Li2.65B0.11P0.89O3.00N0.15",
    "Li3.25C0.03PO3.87N0.21",
]


def brute_force(p: int, o: int, n: int) -> set[tuple[int, int, int, int]]:
    """Return all numbers of PO4, P2O7, P2O6N and PO3N with these atoms by exhaustive search."""
    found = set()
    for po4, p2o7, p2o6n, po3n in product(range(p + 1), repeat=4):
        if (
            po4 + 2 * p2o7 + 2 * p2o6n + po3n == p
            and 4 * po4 + 7 * p2o7 + 6 * p2o6n + 3 * po3n == o
            and p2o6n + po3n == n
        ):
            found.add((po4, p2o7, p2o6n, po3n))
    return found


@settings(deadline=None, max_examples=60)
@given(p=st.integers(1, 9), o=st.integers(0, 36), n=st.integers(0, 9))
def test_solutions_agree_with_brute_force(p: int, o: int, n: int) -> None:
    assume(o + n > 0)
    composition = Composition({"Li": 3, "P": p, "O": o, "N": n})
    expected = brute_force(p, o, n)
    try:
        found, complete = solutions(composition)
    except CompositionError:
        found, complete = [], True
    names = ("PO4", "P2O7", "P2O6N", "PO3N")
    assert complete
    assert {tuple(item.names.get(name, 0) for name in names) for item in found} == expected
    assert len(found) == len(expected)


@settings(deadline=None, max_examples=12)
@given(
    lone=st.dictionaries(
        st.sampled_from(["PO4", "SiO4", "BO3", "PO3N", "SiO3N"]), st.integers(1, 2), max_size=3
    ),
    pairs=st.dictionaries(
        st.sampled_from(["P2O7", "P2O6N", "PSiO7", "Si2O7"]), st.integers(1, 2), max_size=2
    ),
)
def test_solutions_contain_the_units_that_make_up_the_composition(
    lone: dict[str, int], pairs: dict[str, int]
) -> None:
    assume(lone or pairs)
    wanted = Counter(lone) + Counter(pairs)
    total = Composition()
    for name, number in wanted.items():
        total += unit(name).composition * number
    found, complete = solutions(total + Composition("Li"))
    assert not complete or dict(wanted) in [item.names for item in found]
    for item in found[:50]:
        made = Composition()
        for kind, number in item.units:
            made += kind.composition * number
        assert made == total


def test_published_model_has_five_solutions() -> None:
    assert n_bridges(roles(LIPON)) == 4
    found, complete = solutions(LIPON)
    assert complete
    assert len(found) == 5
    assert choose(found, 2 / 3).names == {"PO4": 5, "PO3N": 3, "P2O7": 2, "P2O6N": 2}


@pytest.mark.parametrize(("ratio", "bridging"), [(0, 0), (0.25, 1), (1.5, 3), (inf, 4)])
def test_ratio_sets_the_number_of_bridging_nitrogen(ratio: float, bridging: int) -> None:
    chosen = choose(solutions(LIPON)[0], ratio)
    assert (chosen.bridging_nitrogen, chosen.apical_nitrogen) == (bridging, 5 - bridging)


def test_negative_ratio_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio of -1 is negative"):
        choose(solutions(LIPON)[0], -1)


@pytest.mark.parametrize("formula", DERIVATIVES)
def test_published_derivatives_are_solved_or_refused_with_the_reason(formula: str) -> None:
    composition = whole_atoms(formula, 240).composition
    known = roles(composition)
    if n_bridges(known) > sum(known.formers.values()) // 2:
        # The measured anion content is too low for a network of isolated tetrahedra and pairs.
        with pytest.raises(CompositionError, match="longer than pairs"):
            solutions(composition, free_anions=True)
        return
    chosen = choose(solutions(composition, free_anions=True)[0], 1.0)
    made = Composition(dict(chosen.free))
    for kind, number in chosen.units:
        made += kind.composition * number
    assert made == Composition({**known.formers, **known.anions})


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("Li3PO5", r"1 anions more than the corners .*free_anions=true"),
        ("LiPO3", "longer than pairs"),
        ("Li12P4N9O7", "do not fit"),
    ],
)
def test_impossible_compositions_are_refused(formula: str, message: str) -> None:
    with pytest.raises(CompositionError, match=message):
        solutions(Composition(formula))


def test_excess_oxygen_is_free() -> None:
    found, _ = solutions(Composition("Li5PO5"), free_anions=True)
    assert [item.names for item in found] == [{"PO4": 1, "O": 1}]
