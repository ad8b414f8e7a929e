"""Jobs of an EELS campaign: the scan of radii, and the averages over sites."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jobflow import Flow, Maker, Response, job
from pydantic import ConfigDict, Field

from liponflow.analysis.eels.broadening import Broadening
from liponflow.analysis.eels.comparison import Edge, compared
from liponflow.analysis.eels.result import EdgeScan, EELSMaterial, EELSResult, RadiusScan
from liponflow.analysis.eels.sampling import Sample
from liponflow.analysis.eels.scan import SHIFT_LIMIT, radius_scan
from liponflow.analysis.eels.spectrum import SiteSpectrum
from liponflow.analysis.eels.summary import (
    SampledModel,
    averaged_edge,
    unconverged_sites,
    unknown_errors,
)
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.document import Document
from liponflow.structures.eels.sites import SiteChoice
from liponflow.workflows.jobs import named


class EdgePlan(Document):
    """An edge of one model of a material.

    Attributes
    ----------
    material
        Number of the material.
    model
        Number of its model.
    edge
        Edge as the user names it.
    choice
        Sites that are computed.
    """

    model_config = ConfigDict(frozen=True)

    material: int = Field(ge=0)
    model: int = Field(ge=0)
    edge: str
    choice: SiteChoice


class ScanPlan(Document):
    """A scan of radii on one site.

    Attributes
    ----------
    material
        Name of the material.
    edge
        Edge of the runs, of L23 only L3.
    site
        Index of the absorber.
    scf_radii, fms_radii
        Radii (Å); those of the potentials are only one if they are not scanned.
    fms_radius
        Radius of multiple scattering in the scan of the potentials (Å).
    limit
        Largest change at which a radius counts as converged.
    """

    model_config = ConfigDict(frozen=True)

    material: str
    edge: str
    site: int
    scf_radii: tuple[float, ...] = Field(min_length=1)
    fms_radii: tuple[float, ...]
    fms_radius: float
    limit: float

    @property
    def name(self) -> str:
        """Material, edge and site, as the names of jobs have them."""
        return f"{self.material} {self.edge} site {self.site}"


@job
def scan_scf(
    spectra: Sequence[SiteSpectrum],
    structure: Any,
    makers: Sequence[Sequence[Maker]],
    plan: ScanPlan,
) -> Response[EdgeScan]:
    """Find the converged radius of the potentials, and scan that of multiple scattering with it.

    Parameters
    ----------
    spectra
        Spectra at the radii of the potentials; one, or none, if they are not scanned.
    structure
        Structure of the absorber.
    makers
        Maker of spectra for every radius of the potentials and of multiple scattering.
    plan
        The scan.

    Returns
    -------
    Response
        The scan; replaced by its further runs if multiple scattering is scanned.
    """
    scf = None
    chosen = len(plan.scf_radii) - 1
    if len(plan.scf_radii) > 1:
        scf = radius_scan(
            "SCF",
            plan.scf_radii,
            [one.spectrum for one in spectra],
            other_radius=plan.fms_radius,
            limit=plan.limit,
        )
        if scf.converged_radius is not None:
            chosen = plan.scf_radii.index(scf.converged_radius)
    if not plan.fms_radii:
        return Response(
            output=EdgeScan(
                material=plan.material, edge=plan.edge, site=plan.site, scf=scf, fms=None
            )
        )
    runs = []
    for maker, radius in zip(makers[chosen], plan.fms_radii, strict=True):
        run = maker.make(structure, plan.site, plan.edge)
        runs.append(named(run, f"scan FMS {radius:g} Å {plan.name}"))
    last = named(
        scan_fms([run.output for run in runs], scf, plan.scf_radii[chosen], plan),
        f"scan {plan.name}",
    )
    return Response(replace=Flow([*runs, last], output=last.output))


@job
def scan_fms(
    spectra: Sequence[SiteSpectrum], scf: RadiusScan | None, scf_radius: float, plan: ScanPlan
) -> EdgeScan:
    """Compare the spectra at increasing radii of multiple scattering.

    Parameters
    ----------
    spectra
        Spectra at these radii.
    scf
        Scan of the radius of the potentials, if there was one.
    scf_radius
        Radius of the potentials (Å).
    plan
        The scan.
    """
    fms = radius_scan(
        "FMS",
        plan.fms_radii,
        [one.spectrum for one in spectra],
        other_radius=scf_radius,
        limit=plan.limit,
    )
    return EdgeScan(material=plan.material, edge=plan.edge, site=plan.site, scf=scf, fms=fms)


@job
def conclude_eels(
    materials: Sequence[EELSMaterial],
    plans: Sequence[EdgePlan],
    spectra: Sequence[Sequence[Sequence[SiteSpectrum | None]]],
    scans: Sequence[EdgeScan | None],
    *,
    broadening: Broadening,
    engine: EngineInfo,
    made: dict[str, Any],
) -> EELSResult:
    """Average the edges over sites and models.

    Parameters
    ----------
    materials
        Materials.
    plans
        Edges of their models.
    spectra
        Of every plan, of every computed site, its one or two runs; None for a failed one.
    scans
        Convergence scans; None for a failed one.
    broadening
        Widths that are added for the comparison with published peaks.
    engine
        Description of the engine before it ran.
    made
        Provenance known before the run.

    Raises
    ------
    ValueError
        If no edge is complete, or none can be averaged.
    """
    warnings = []
    edges = []
    # L3 may be asked for beside L23, which contains it.
    entered: set[tuple[int, int, str, int]] = set()
    for material, edge in dict.fromkeys((plan.material, plan.edge) for plan in plans):
        name = materials[material].name
        own = [
            (plan, runs)
            for plan, runs in zip(plans, spectra, strict=True)
            if (plan.material, plan.edge) == (material, edge)
        ]
        failed = sum(run is None for _, sites in own for runs in sites for run in runs)
        if failed:
            warnings.append(
                f"{name} {edge} is left out: {failed} of its runs failed; the run's report names "
                "their directories and causes, and `liponflow resume` repeats them"
            )
            continue
        try:
            edges.append(averaged_edge(name, edge, [_sampled(plan, runs) for plan, runs in own]))
        except ValueError as error:
            warnings.append(f"{name} {edge} is left out: its spectra cannot be averaged: {error}")
            continue
        entered |= {
            (material, plan.model, run.edge, run.site)
            for plan, sites in own
            for runs in sites
            for run in runs
            if run is not None
        }
    if not edges:
        raise ValueError(f"no edge is complete: {'; '.join(warnings)}")
    for item in edges:
        warnings += unconverged_sites(item)
    warnings += unknown_errors(edges)
    warnings += [
        f"{item.name}: {item.source}" for item in materials if "NOT CONVERGED" in item.source
    ]
    done = [scan for scan in scans if scan is not None]
    if len(done) < len(scans):
        warnings.append(f"{len(scans) - len(done)} of {len(scans)} convergence scans failed")
    for scan in done:
        warnings += _unconverged_radii(scan)
    formulas = {item.name: item.formula for item in materials}
    comparison, left_out = compared(
        [Edge(one.material, formulas[one.material], one.edge, one.spectrum) for one in edges],
        broadening,
    )
    warnings += [f"not compared with published peaks, nor drawn: {reason}" for reason in left_out]
    good = sum(site.scf_converged for edge in edges for site in edge.sites)
    sites = sum(edge.n_computed for edge in edges)
    missing = len(dict.fromkeys((plan.material, plan.edge) for plan in plans)) - len(edges)
    return EELSResult(
        formula=", ".join(dict.fromkeys(item.formula for item in materials)),
        converged=good == sites
        and not missing
        and len(done) == len(scans)
        and not any(map(_unconverged_radii, done)),
        criterion=f"self-consistent potentials of every run: {good} of {sites} sites"
        + (f"; edges left out: {missing}" if missing else "")
        + ("; radii by a scan" if scans else "; radii were not scanned"),
        provenance=provenance(engine=engine, **made),
        warnings=warnings,
        materials=list(materials),
        edges=edges,
        n_runs=len(entered),
        energy_scale=(comparison.in_words if comparison else "that of the code: not compared"),
        comparison=comparison,
        scans=done,
    )


def _sampled(plan: EdgePlan, runs: Sequence[Sequence[SiteSpectrum | None]]) -> SampledModel:
    choice = plan.choice
    return SampledModel(
        sample=Sample(
            groups=np.array(choice.group_numbers),
            sizes=np.array([len(group.members) for group in choice.groups]),
            variances=np.array([group.variance for group in choice.groups]),
            distances=np.array(choice.distances),
        ),
        members=[group.members for group in choice.groups],
        runs=[[run for run in one if run is not None] for one in runs],
        choice=choice.text,
    )


def _unconverged_radii(scan: EdgeScan) -> list[str]:
    """Return the radii that a scan found too small, in words."""
    found = []
    for one in (scan.scf, scan.fms):
        if one is None or one.converged_radius is not None:
            continue
        before = one.steps[-2]  # The last radius has no larger one to be compared with.
        last = (
            f"the last step changes the spectrum by {before.change:.3f} (limit {one.limit:g}) and "
            f"shifts it by {before.shift:+.2f} eV (limit {SHIFT_LIMIT:g} eV)"
            if before.change
            else "the last step adds no atoms, and so shows nothing"
        )
        found.append(
            f"{scan.material} {scan.edge}: not converged with the {one.what} radius up to "
            f"{one.steps[-1].radius:g} Å: {last}; add larger radii to scan_{one.what.lower()}"
        )
    return found
