"""Whole numbers of atoms near occupancies."""

import numpy as np
import pytest

from liponflow.structures.ordering.counts import VACANT, whole_counts


@pytest.mark.parametrize("seed", range(5))
def test_numbers_are_rounded_up_or_down_and_keep_the_totals(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sites = {kind: int(rng.integers(1, 30)) for kind in range(4)}
    mixtures = {
        kind: dict(
            zip(("Li", "Na", "K"), map(float, rng.dirichlet([1, 1, 1, 1])[:3]), strict=True)
        )
        for kind in sites
    }
    found = whole_counts(mixtures, sites)
    assert found is not None
    for kind, atoms in found.atoms.items():
        assert sum(atoms.values()) == sites[kind]
        for symbol in mixtures[kind]:
            assert abs(atoms[symbol] - mixtures[kind][symbol] * sites[kind]) < 1
    for symbol in ("Li", "Na", "K"):
        wanted = sum(mixtures[kind][symbol] * sites[kind] for kind in sites)
        assert sum(atoms[symbol] for atoms in found.atoms.values()) == round(wanted)


def test_occupancies_of_the_file_fit_within_their_digits() -> None:
    third = {0: {"Ni": 0.33, "Mn": 0.33, "Co": 0.34}}
    found = whole_counts(third, {0: 3})
    assert found is not None
    assert found.atoms == {0: {"Ni": 1, "Mn": 1, "Co": 1}}
    assert found.change == pytest.approx(1 / 3 - 0.33, abs=0.004)
    assert not found.fits  # 0.34 is 0.0067 off
    assert found.tolerated
    rounded = whole_counts({0: {"Li": 0.333}}, {0: 3})
    assert rounded is not None
    assert rounded.fits
    assert rounded.atoms[0] == {"Li": 1, VACANT: 2}
