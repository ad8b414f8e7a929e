"""Documents of what was seen of a run: sites, van Hove functions, density and regions."""

from collections.abc import Mapping
from typing import Any

from liponflow.analysis.transport.conductivity import CM2_S, nernst_einstein
from liponflow.analysis.transport.density import Density
from liponflow.analysis.transport.estimate import Diffusion
from liponflow.analysis.transport.observation import ObservedRegion
from liponflow.analysis.transport.regions import along_slab
from liponflow.analysis.transport.residence import residence_time, survival
from liponflow.analysis.transport.result import (
    DensityGrid,
    JumpNetwork,
    RegionTransport,
    Residence,
    SiteAnalysis,
    SiteShare,
    VanHoveCurve,
)
from liponflow.analysis.transport.run import Run
from liponflow.analysis.transport.sites import Group, Sites
from liponflow.analysis.transport.van_hove import VanHoveFunction

ALL_SITES = "all"
"""Name of the residence on sites of every environment."""


def describe_observed(run: Run, found: Diffusion | None, charge: int) -> Mapping[str, Any]:
    """Return the fields of a temperature that come from what was seen of its run.

    Parameters
    ----------
    run
        The run.
    found
        Its diffusion; None if it is not diffusive.
    charge
        Charge number of the ions.
    """
    seen = run.observed
    start = None if found is None else int(run.squares.lags[found.first])
    return {
        "sites": None if seen.sites is None else _sites(seen.sites),
        "van_hove": [_curve(function, run.interval) for function in seen.van_hove],
        "density": None if seen.density is None else _grid(seen.density),
        "regions": [
            _region(run, region, start, charge, number)
            for number, region in enumerate(seen.regions, start=1)
        ],
    }


def _sites(sites: Sites) -> SiteAnalysis:
    whole = sites.groups[0]
    times, shares = survival(sites.completed, sites.open, sites.interval)
    network = sites.network
    return SiteAnalysis(
        cutoff=sites.cutoff.length,
        cutoff_origin=sites.cutoff.origin,
        persistence=sites.persistence * sites.interval,
        shares=_shares(whole),
        residences=[
            _residence(ALL_SITES, whole, list(whole.stays), sites.interval),
            *(
                _residence(name, whole, [name], sites.interval)
                for name, _ in whole.stays.most_common()
            ),
        ],
        returns=sites.returns / sites.jumps if sites.jumps else None,
        jump_length=None if sites.square_length is None else sites.square_length**0.5,
        survival_times=times.tolist(),
        survival=shares.tolist(),
        network=JumpNetwork(
            sites=network.sites,
            paths=network.paths,
            largest=network.largest,
            dimensions=network.dimensions,
        ),
    )


def _shares(group: Group) -> list[SiteShare]:
    means, errors = group.shares.means(), group.shares.errors()
    found = [SiteShare(name=name, share=means[name], error=errors[name]) for name in means]
    return sorted(found, key=lambda share: (-share.share, share.name))


def _residence(name: str, group: Group, names: list[str], interval: float) -> Residence:
    stay = sum(group.stays[one] for one in names) * interval
    jumps = sum(group.jumps[one] for one in names)
    time, low, high = residence_time(stay, jumps)
    return Residence(
        environment=name, stay=stay, jumps=jumps, time=time, time_low=low, time_high=high
    )


def _curve(function: VanHoveFunction, interval: float) -> VanHoveCurve:
    return VanHoveCurve(
        time=function.lag * interval,
        r=function.r.tolist(),
        own=function.own.tolist(),
        beyond=function.beyond,
        distinct=function.distinct.tolist(),
        non_gaussian=function.alpha,
    )


def _grid(density: Density) -> DensityGrid:
    return DensityGrid(
        cell=density.cell.tolist(),
        shape=list(density.counts.shape),
        counts=density.counts.ravel().tolist(),
        frames=density.frames,
    )


def _region(
    run: Run, seen: ObservedRegion, start: int | None, charge: int, number: int
) -> RegionTransport:
    region, sites = seen.region, run.observed.sites
    found = None
    if start is not None:
        found = along_slab(seen.squares, region.normal(run.cell), start)
    limits = [None] * 3 if found is None else [value * CM2_S / run.interval for value in found]
    factor = 0.0
    if seen.ions:
        volume = run.volume * region.part / seen.ions
        factor = nernst_einstein(1, volume, charge, run.temperature)
    conductivity = [None if value is None else factor * value for value in limits]
    group = None if sites is None else sites.groups[number]
    return RegionTransport(
        name=region.name,
        vector="abc"[region.axis],
        low=region.low,
        high=region.high,
        ions=seen.ions,
        diffusivity=limits[0],
        diffusivity_low=limits[1],
        diffusivity_high=limits[2],
        conductivity=conductivity[0],
        conductivity_low=conductivity[1],
        conductivity_high=conductivity[2],
        shares=[] if group is None else _shares(group),
        residence=None
        if group is None or sites is None
        else _residence(ALL_SITES, group, list(group.stays), sites.interval),
    )
