"""Edges of a material, averaged over the computed sites of its models."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liponflow.analysis.eels.combine import added, common_grid, resampled, weighted_mean
from liponflow.analysis.eels.result import ComputedSite, EdgeResult
from liponflow.analysis.eels.sampling import Sample, SampledError, sampled_error, squared_norm
from liponflow.analysis.eels.spectrum import SiteSpectrum, Spectrum
from liponflow.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class SampledModel:
    """Computed sites of an element in one model of a material.

    Attributes
    ----------
    sample
        What the computed sites stand for.
    members
        Indices of the sites of every group.
    runs
        Spectra of every computed site: one, or L2 and L3 for an L23 edge.
    choice
        Which sites are computed, in words.
    """

    sample: Sample
    members: Sequence[Sequence[int]]
    runs: Sequence[Sequence[SiteSpectrum]]
    choice: str


def averaged_edge(material: str, edge: str, models: Sequence[SampledModel]) -> EdgeResult:
    """Return an edge of a material, averaged over sites and models.

    Parameters
    ----------
    material
        Name of the material.
    edge
        Edge as a user names it.
    models
        Its models, which have equal weights.

    Returns
    -------
    EdgeResult
        Its error is the norm of those of the models, which are independent, over their number.
    """
    sites: list[ComputedSite] = []
    for number, model in enumerate(models):
        sites += _sites(number, model, 1 / len(models))
    average = weighted_mean([site.spectrum for site in sites], [site.weight for site in sites])
    errors = [_error(model, sites, number) for number, model in enumerate(models)]
    known = [error.value for error in errors if error.value is not None]
    complete = len(known) == len(errors)
    converged = all(site.scf_converged for site in sites)
    return EdgeResult(
        material=material,
        edge=edge,
        spectrum=average,
        n_sites=sum(int(model.sample.sizes.sum()) for model in models),
        n_computed=len(sites),
        n_runs=sum(len(runs) for model in models for runs in model.runs),
        choice="; ".join(dict.fromkeys(model.choice for model in models)),
        error=float(np.linalg.norm(known)) / len(models) if complete else None,
        error_basis="; ".join(dict.fromkeys(error.basis for error in errors)),
        model_spread=_spread(sites, len(models), average),
        sites=sites,
        converged=converged,
    )


def unconverged_sites(edge: EdgeResult) -> list[str]:
    """Return the sites whose potentials are not self-consistent, in words."""
    return [
        f"{edge.material} {edge.edge}: the potentials of site {site.site}"
        + (f" of model {site.model}" if site.model else "")
        + " are not self-consistent"
        + (f" (last change {site.scf_change:g} eV)" if site.scf_change is not None else "")
        + "; raise scf_iterations, or lower scf_acceleration to 0.05"
        for site in edge.sites
        if not site.scf_converged
    ]


def unknown_errors(edges: Sequence[EdgeResult]) -> list[str]:
    """Return the edges whose averages have an unknown error, in words; one line or none."""
    unknown = [f"{edge.material} {edge.edge}" for edge in edges if edge.error is None]
    if not unknown:
        return []
    warning = (
        f"{', '.join(unknown)}: the error of the average over representatives is unknown, as no "
        "group of sites has two computed ones; set second_members=1 to estimate it, or "
        "representatives=null to compute every site"
    )
    return [warning]


def _sites(number: int, model: SampledModel, share: float) -> list[ComputedSite]:
    found = []
    weighted = zip(model.runs, model.sample.weights, model.sample.groups, strict=True)
    for runs, weight, group in weighted:
        changes = [run.scf_change for run in runs if run.scf_change is not None]
        times = [run.seconds for run in runs if run.seconds is not None]
        found.append(
            ComputedSite(
                model=number,
                site=runs[0].site,
                weight=float(weight) * share,
                stands_for=list(model.members[int(group)]),
                spectrum=_sum([run.spectrum for run in runs]),
                scf_converged=all(run.scf_converged for run in runs),
                scf_change=max(changes, default=None),
                cluster_atoms=max(run.cluster_atoms for run in runs),
                seconds=sum(times) if len(times) == len(runs) else None,
                made_by=[run.made_by for run in runs],
            )
        )
    return found


def _sum(spectra: Sequence[Spectrum]) -> Spectrum:
    return added(spectra) if len(spectra) > 1 else spectra[0]


def _error(model: SampledModel, sites: Sequence[ComputedSite], number: int) -> SampledError:
    grid, heights = _on_one_grid([site.spectrum for site in sites if site.model == number])
    return sampled_error(grid, heights, model.sample)


def _spread(sites: Sequence[ComputedSite], n: int, average: Spectrum) -> float | None:
    """Return the standard deviation of the averages of models; None for one model."""
    if n == 1:
        return None
    means = [
        weighted_mean(
            [site.spectrum for site in sites if site.model == number],
            [site.weight for site in sites if site.model == number],
        )
        for number in range(n)
    ]
    grid, heights = _on_one_grid([*means, average])
    apart = sum(squared_norm(grid, row - heights[:-1].mean(axis=0)) for row in heights[:-1])
    return float(np.sqrt(apart / (n - 1) / squared_norm(grid, heights[-1])))


def _on_one_grid(spectra: Sequence[Spectrum]) -> tuple[FloatArray, FloatArray]:
    grid = common_grid(spectra)
    return grid, np.array([resampled(spectrum, grid) for spectrum in spectra])
