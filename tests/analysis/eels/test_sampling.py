"""Averages over sampled sites, on spectra that are linear in their fingerprints."""

from typing import Any

import numpy as np
import pytest

from liponflow.analysis.eels.sampling import (
    NO_SECOND_MEMBER,
    Sample,
    sampled_average,
    sampled_error,
    squared_norm,
)

ENERGY = np.linspace(50, 70, 201)


def lines(n: int) -> Any:
    """Return n narrow lines on the grid, orthogonal and of unit norm."""
    grid = np.zeros((n, len(ENERGY)))
    for number in range(n):
        grid[number, 10 * number + 5] = 1
    return grid / np.sqrt(squared_norm(ENERGY, grid[0]))


class Glass:
    """Sites in groups with fingerprints, and spectra with the same distances as these."""

    def __init__(self, seed: int, sizes: list[int], *, gain: float = 1.0, hidden: float = 0.0):
        random = np.random.default_rng(seed)
        self.labels = np.repeat(np.arange(len(sizes)), sizes)
        centres = 3 * random.normal(size=(len(sizes), 4))
        self.prints = centres[self.labels] + random.normal(size=(sum(sizes), 4))
        noise = hidden * random.normal(size=(sum(sizes), 4))
        self.spectra = 20 * lines(9)[8] + gain * np.hstack([self.prints, noise]) @ lines(8)
        self.sizes = np.array(sizes)

    def sample(self, chosen: list[int]) -> Sample:
        """Return what a choice of sites tells."""
        prints = self.prints[chosen]
        return Sample(
            groups=self.labels[chosen],
            sizes=self.sizes,
            variances=np.array(
                [
                    self.prints[self.labels == k].var(axis=0, ddof=1).sum() if n > 1 else 0.0
                    for k, n in enumerate(self.sizes)
                ]
            ),
            distances=np.linalg.norm(prints[:, None] - prints[None], axis=-1),
        )

    def error(self, chosen: list[int]) -> float:
        """Return the error of the average, relative to it."""
        average = sampled_average(self.spectra[chosen], self.sample(chosen))
        missed = squared_norm(ENERGY, average - self.spectra.mean(axis=0))
        return float(np.sqrt(missed / squared_norm(ENERGY, average)))

    def drawn(self, seed: int, per_group: int) -> list[int]:
        """Draw members of every group."""
        random = np.random.default_rng(seed)
        members = [np.flatnonzero(self.labels == k) for k in range(len(self.sizes))]
        return [
            int(i)
            for m in members
            for i in random.choice(m, min(per_group, len(m)), replace=False)
        ]


def ratio(glass: Glass, per_group: int, n: int = 400) -> float:
    """Return the root mean square error over the estimated one, over draws of members."""
    true, estimated = [], []
    for seed in range(n):
        chosen = glass.drawn(seed, per_group)
        found = sampled_error(ENERGY, glass.spectra[chosen], glass.sample(chosen)).value
        assert found is not None
        estimated.append(found**2)
        true.append(glass.error(chosen) ** 2)
    return float(np.sqrt(np.mean(true) / np.mean(estimated)))


@pytest.mark.parametrize("gain", [0.1, 2.0])
def test_error_of_spectra_linear_in_the_fingerprint_is_exact_on_average(gain: float) -> None:
    glass = Glass(1, [12, 7, 5, 1], gain=gain)
    assert ratio(glass, per_group=2) == pytest.approx(1, abs=0.1)


def test_second_members_measure_what_the_fingerprint_does_not_contain() -> None:
    glass = Glass(2, [12, 7, 5, 3], hidden=2.0)
    assert ratio(glass, per_group=2) == pytest.approx(1, abs=0.1)


def test_the_gain_within_one_group_serves_the_others() -> None:
    """Groups of three and two: E² = (3/5)² · 1/3 · d²/4 + (2/5)² · 1/2 · g² v."""
    glass = Glass(3, [3, 2], gain=2.0)
    chosen = [0, 1, 3]
    sample = glass.sample(chosen)
    average = squared_norm(ENERGY, sampled_average(glass.spectra[chosen], sample))
    apart = squared_norm(ENERGY, glass.spectra[0] - glass.spectra[1])
    expected = np.sqrt((0.36 / 3 * apart / 4 + 0.16 / 2 * 4 * sample.variances[1]) / average)
    found = sampled_error(ENERGY, glass.spectra[chosen], sample)
    assert found.value == pytest.approx(expected)
    assert found.basis == "the spread within 1 of 2 groups"


def test_differences_between_groups_are_no_measure_of_the_spread_within_them() -> None:
    glass = Glass(3, [2, 2])
    found = sampled_error(ENERGY, glass.spectra[[0, 2]], glass.sample([0, 2]))
    assert found.value is None
    assert found.basis == NO_SECOND_MEMBER


def test_all_sites_leave_no_error() -> None:
    glass = Glass(4, [3, 2])
    chosen = list(range(5))
    found = sampled_error(ENERGY, glass.spectra[chosen], glass.sample(chosen))
    assert found.value == 0
    assert glass.error(chosen) == pytest.approx(0, abs=1e-12)


def test_one_site_tells_nothing_of_the_others() -> None:
    glass = Glass(5, [6])
    found = sampled_error(ENERGY, glass.spectra[[2]], glass.sample([2]))
    assert found.value is None
    assert found.basis == NO_SECOND_MEMBER
