"""Warnings of a migration result."""

from collections.abc import Iterator, Sequence

from liponflow.analysis.migration.barrier import WELL
from liponflow.analysis.migration.hop_documents import HopBarrier, SiteEnergy
from liponflow.analysis.migration.result import Migration

ENDS_AGREE = 0.01
"""Largest difference (eV) between the two ends of a band and the sites relaxed for them."""


def migration_warnings(
    sites: Sequence[SiteEnergy], hops: Sequence[HopBarrier], migrations: Sequence[Migration]
) -> list[str]:
    """Return warnings on what did not converge, moved, disagrees or does not cross the crystal.

    Parameters
    ----------
    sites, hops
        Sites and hops with their energies.
    migrations
        Migration of each dopant.

    Returns
    -------
    list of str
        Each with the value, the limit and the remedy.
    """
    found = [f"{s.mover}, {s.site} site: {s.reason}" for s in sites if s.reason]
    energies = {(s.mover, s.site): s.site_energy for s in sites if s.site_energy is not None}
    for hop in hops:
        ends = (hop.start_site, hop.end_site) if hop.environment is None else ()
        start, end = (*(energies.get((hop.mover, site)) for site in ends), None, None)[:2]
        found += [f"{hop.mover}, {hop.hop} hop: {text}" for text in _of_hop(hop, start, end)]
    found += [f"{one.mover}: {one.charge}" for one in migrations if one.charge]
    found += [
        f"{migration.mover}: the converged hops cross the crystal in "
        f"{migration.network_dimension} of 3 directions; converge or add hops (max_distance)"
        for migration in migrations
        if migration.network_dimension < 3  # noqa: PLR2004 - directions of space
    ]
    return found


def _of_hop(hop: HopBarrier, start: float | None, end: float | None) -> Iterator[str]:
    if hop.reason:
        yield hop.reason
    if hop.saddle_reason:
        yield hop.saddle_reason
    if hop.restart:
        yield hop.restart.reason
    if start is None:
        return
    if hop.barrier is not None and hop.reverse_barrier is not None and end is not None:
        off = abs(hop.barrier - hop.reverse_barrier - (end - start))
        if off > ENDS_AGREE:
            yield (
                f"the ends of the band and the relaxed sites differ by {off:.3f} eV (limit "
                f"{ENDS_AGREE:g}); relax the end points to a smaller force"
            )
    if hop.lowest_on_the_way is not None and start + hop.lowest_on_the_way < -WELL:
        yield (
            f"a state on the way lies {-start - hop.lowest_on_the_way:.3f} eV below the lowest "
            "site; barrier and diffusivity are counted from it; relax it as a separate site"
        )
