"""Compute every site of a glass, and compare averages over representatives with that over all.

Usage: ``python benchmarks/eels_sites.py [FOLDER [EDGE ...]]``; the store and the runs go to FOLDER
(a temporary one by default), from which a stopped run continues. The radii are small, since the
question is how many sites an average takes, not how converged each is.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from liponflow.analysis.eels.combine import common_grid, resampled
from liponflow.analysis.eels.result import EELSResult
from liponflow.analysis.eels.sampling import (
    Sample,
    sampled_average,
    sampled_error,
    squared_norm,
)
from liponflow.arrays import FloatArray
from liponflow.settings import Settings
from liponflow.structures.eels.sites import choose_sites
from liponflow.structures.glass.library import library_glass
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

EDGES = ["P L3"]
RADII = {"scf_radius": 2.0, "fms_radius": 2.6}
"""Å."""
GROUPS = (1, 2, 3, 4, 6)
SECOND = (0, 1, 3)
"""Groups of which a second member is computed."""
DRAWS = 500
"""Random choices of as many sites, for comparison."""


def all_sites(folder: Path, edges: list[str]) -> EELSResult:
    """Compute every site."""
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=2)
    if settings.runs_dir.exists():
        outcome = campaigns.resume(settings)
    else:
        chosen = {"phases": [], "glass": "LiPON", "edges": edges, "representatives": None}
        flow = get_campaign("eels").plan(
            preset="quick", engine="feff", overrides={**chosen, **RADII}
        )
        outcome = campaigns.run(flow, settings, {"command": sys.argv}, ["feff"])
    assert outcome.result is not None, outcome.report  # noqa: S101
    assert isinstance(outcome.result.result, EELSResult)  # noqa: S101
    return outcome.result.result


def random_error(energy: FloatArray, spectra: FloatArray, n: int) -> float:
    """Return the root mean square error of the average over n random sites."""
    random = np.random.default_rng(0)
    full = spectra.mean(axis=0)
    missed = [
        squared_norm(
            energy, spectra[random.choice(len(spectra), n, replace=False)].mean(axis=0) - full
        )
        for _ in range(DRAWS)
    ]
    return float(np.sqrt(np.mean(missed) / squared_norm(energy, full)))


def table(result: EELSResult, edge: str) -> None:
    """Print the errors of one edge."""
    found = result.edge("LiPON glass", edge)
    structure = library_glass("LiPON").structure()
    element = edge.split(maxsplit=1)[0]
    energy = common_grid([site.spectrum for site in found.sites])
    spectra = {site.site: resampled(site.spectrum, energy) for site in found.sites}
    full = np.array([spectra[site.site] for site in found.sites])
    runs = found.n_runs // found.n_computed
    print(f"\n## {edge}: all {found.n_sites} sites, {found.n_runs} runs\n")
    print("| groups | with a second member | FEFF runs | error | estimated | random sites |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for groups in GROUPS:
        for second in SECOND:
            if second > groups or groups >= found.n_sites:
                continue
            choice = choose_sites(structure, element, most=groups, second_members=second)
            sample = Sample(
                groups=np.array(choice.group_numbers),
                sizes=np.array([len(group.members) for group in choice.groups]),
                variances=np.array([group.variance for group in choice.groups]),
                distances=np.array(choice.distances),
            )
            chosen = np.array([spectra[site] for site in choice.computed])
            average = sampled_average(chosen, sample)
            missed = squared_norm(energy, average - full.mean(axis=0))
            error = np.sqrt(missed / squared_norm(energy, average))
            estimate = sampled_error(energy, chosen, sample).value
            text = "unknown" if estimate is None else f"{estimate:.3f}"
            by_chance = random_error(energy, full, len(choice.computed))
            print(
                f"| {groups} | {len(choice.computed) - groups} | {runs * len(choice.computed)} | "
                f"{error:.3f} | {text} | {by_chance:.3f} |"
            )


def main() -> None:
    """Compute every site and print the tables."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else mkdtemp(prefix="eels-"))
    edges = sys.argv[2:] or EDGES
    result = all_sites(folder, edges)
    for edge in edges:
        table(result, edge)
    print(f"\nengine: {result.provenance.engine.label}")


if __name__ == "__main__":
    main()
