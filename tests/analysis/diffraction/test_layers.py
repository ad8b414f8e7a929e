import numpy as np
import pytest

from liponflow.analysis.diffraction.layers import find_layers, interval


def drawn(shares, rows: int, seed: int):
    """Return tiles with the phases of each column by chance, independent of each other."""
    rng = np.random.default_rng(seed)
    return rng.random((rows, *np.shape(shares))) < np.asarray(shares)


SHARES = np.repeat([[0.5, 0.5, 0.0], [0.3, 0.3, 0.4], [0.0, 0.4, 0.4], [0, 0, 0]], 20, axis=0)
ENDS = [0, 20, 40, 60, 80]


def test_finds_layers_with_their_shares() -> None:
    found = find_layers(drawn(SHARES, 20, 0), 1.0, 2)
    np.testing.assert_allclose(found.ends, ENDS, atol=2)
    np.testing.assert_allclose(found.shares, SHARES[::20], atol=0.1)


def test_one_layer_where_nothing_changes() -> None:
    # The criterion splits a uniform map in few cases: 30 maps.
    split = sum(
        len(find_layers(drawn(np.full((60, 3), 0.4), 2, seed), 1.0, 2).ends) > 2
        for seed in range(30)
    )
    assert split <= 1
    assert find_layers(np.zeros((5, 20, 0), dtype=bool), 1.0, 2).ends.tolist() == [0, 20]


def test_intervals_hold_the_true_boundaries() -> None:
    # 12 maps with 2 boundaries each at 95 %: fewer than 19 of 24 has a probability below 1e-3.
    held = 0
    shares = np.repeat([[0.5, 0.0], [0.3, 0.3], [0.0, 0.4]], 20, axis=0)
    for seed in range(12):
        found = find_layers(drawn(shares, 8, seed), 1.0, 2)
        if len(found.ends) == 4:
            limits = [interval(found.samples[:, place]) for place in (1, 2)]
            held += sum(low <= 20 * n <= high for n, (low, high) in enumerate(limits, start=1))
    assert held >= 19


def test_dynamic_programming_finds_the_best_of_all_partitions() -> None:
    present = drawn(np.repeat([[0.8], [0.2], [0.7]], 5, axis=0), 6, 3)
    counts = present.sum(axis=0)[:, 0]

    def likelihood(part) -> float:
        number, total = 6 * len(part), int(part.sum())
        share = total / number
        return sum(n * np.log(p) for n, p in ((total, share), (number - total, 1 - share)) if n)

    found = find_layers(present, 1.0, 1)
    trials = [
        (sum(likelihood(part) for part in np.split(counts, [a, b])), [0, a, b, 15])
        for a in range(1, 15)
        for b in range(a + 1, 15)
    ]
    assert found.ends.tolist() == max(trials)[1]


@pytest.mark.parametrize("rows", [1, 2])
def test_few_lines_have_no_samples(rows: int) -> None:
    assert len(find_layers(drawn(SHARES, rows, 0), 1.0, 2).samples) == 0


def test_layers_are_at_least_as_long_as_asked() -> None:
    found = find_layers(drawn(SHARES, 3, 1), 1.0, 15)
    assert np.diff(found.ends).min() >= 15
