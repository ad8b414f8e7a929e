"""Edges averaged over sites and models."""

import numpy as np
import pytest

from liponflow.analysis.eels.result import EdgeResult
from liponflow.analysis.eels.sampling import Sample
from liponflow.analysis.eels.spectrum import SiteSpectrum, Spectrum
from liponflow.analysis.eels.summary import (
    SampledModel,
    averaged_edge,
    unconverged_sites,
    unknown_errors,
)

ENERGY = np.arange(100, 140, 0.05)


def run(site: int, height: float, level: str = "L3", *, converged: bool = True) -> SiteSpectrum:
    return SiteSpectrum.model_validate(
        {
            "element": "P",
            "level": level,
            "site": site,
            "spectrum": Spectrum.from_arrays(ENERGY, height * np.exp(-((ENERGY - 120) ** 2))),
            "scf_converged": converged,
            "scf_iterations": 9,
            "scf_change": 0.01 * site,
            "scf_radius": 3,
            "fms_radius": 4,
            "cluster_atoms": 40 + site,
            "seconds": 2.0,
            "made_by": f"run {site}",
        }
    )


def model(heights: list[float], *, edge: str = "P L3", converged: bool = True) -> SampledModel:
    """Return a model with one group of two sites per height, one computed."""
    levels = ["L2", "L3"] if edge == "P L23" else ["L3"]
    n = len(heights)
    return SampledModel(
        sample=Sample(
            groups=np.arange(n),
            sizes=np.full(n, 2),
            variances=np.full(n, 0.5),
            distances=np.abs(np.subtract.outer(heights, heights)),
        ),
        members=[(2 * i, 2 * i + 1) for i in range(n)],
        runs=[
            [run(2 * i, height, level, converged=converged) for level in levels]
            for i, height in enumerate(heights)
        ],
        choice=f"{n} of {2 * n}",
    )


def edge(*models: SampledModel, name: str = "P L3") -> EdgeResult:
    return averaged_edge("glass", name, models)


def pair_of(heights: tuple[float, float]) -> SampledModel:
    """Return a model with one group of four sites, two computed."""
    low, high = heights
    return SampledModel(
        sample=Sample(
            groups=np.zeros(2, dtype=int),
            sizes=np.array([4]),
            variances=np.array([0.5]),
            distances=np.array([[0.0, 1.0], [1.0, 0.0]]),
        ),
        members=[(0, 1, 2, 3)],
        runs=[[run(0, low)], [run(1, high)]],
        choice="2 of 4",
    )


def test_average_and_counts_of_one_model() -> None:
    found = edge(model([1, 3]))
    assert max(found.spectrum.intensities) == pytest.approx(2)
    assert found.error is None
    assert unknown_errors([edge(pair_of((1, 3)))]) == []
    [warning] = unknown_errors([found, edge(model([2]), name="P L2")])
    assert warning.startswith("glass P L3, glass P L2: the error of the average")
    assert "set second_members=1" in warning
    assert (found.n_sites, found.n_computed, found.n_runs) == (4, 2, 2)
    assert found.model_spread is None
    assert [site.stands_for for site in found.sites] == [[0, 1], [2, 3]]
    assert found.sites[1].scf_change == pytest.approx(0.02)
    assert found.converged


def test_l2_and_l3_are_added() -> None:
    found = edge(model([1, 3], edge="P L23"), name="P L23")
    assert max(found.spectrum.intensities) == pytest.approx(4)
    assert found.n_runs == 4
    assert found.sites[0].made_by == ["run 0", "run 0"]
    assert found.sites[0].seconds == 4


def test_models_have_equal_weights_whatever_their_sites() -> None:
    found = edge(model([2]), model([4, 4, 4]))
    assert max(found.spectrum.intensities) == pytest.approx(3)
    # Heights of 2 and 4: a standard deviation of √2 around 3.
    assert found.model_spread == pytest.approx(np.sqrt(2) / 3, rel=1e-6)
    assert found.error is None  # nothing says how the second site of the first model differs
    assert [site.weight for site in found.sites] == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])


def test_errors_of_models_are_independent() -> None:
    one = edge(pair_of((1, 3)))
    two = edge(pair_of((1, 3)), pair_of((1, 3)))
    # s² = 2 lines², two of four sites: E² = (1/2) (2/2) = 1/2 line², of an average of 2 lines.
    assert one.error == pytest.approx(np.sqrt(1 / 2) / 2)
    assert two.error == pytest.approx(one.error / np.sqrt(2))


def test_potentials_that_are_not_self_consistent_are_named() -> None:
    found = edge(model([1]), model([1, 2], converged=False))
    assert not found.converged
    first, second = unconverged_sites(found)
    assert first.startswith("glass P L3: the potentials of site 0 of model 1 are not self-")
    assert "site 2 of model 1" in second
