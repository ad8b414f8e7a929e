"""Migration of one dopant from its sites and hops: easiest path, diffusivity and error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liponflow.analysis.migration.barrier import WELL
from liponflow.analysis.migration.diffusion_length import time_to_reach
from liponflow.analysis.migration.hop_diffusion import jump_network, with_barrier_shifted
from liponflow.analysis.migration.hop_documents import HopBarrier, Mechanism, SiteEnergy, hop_label
from liponflow.analysis.migration.published import PublishedMigration
from liponflow.analysis.migration.published_hops import PublishedHop
from liponflow.analysis.migration.random_walk import JumpNetwork, diffusivity
from liponflow.analysis.migration.result import Migration
from liponflow.analysis.spread import EngineSpread

ATTEMPT_FREQUENCY = 10.0
"""Attempt frequency (THz) of hops without a computed one; our choice, typical of phonons."""

ROOM = 300.0
"""Temperature (K) of the diffusion lengths."""

TEMPERATURES = (250.0, 300.0, 350.0, 400.0, 450.0, 500.0, 600.0)
"""Default temperatures of the diffusivities (K)."""


@dataclass(frozen=True)
class Way:
    """The easiest path through the crystal (from ``structures.percolation.Network``).

    Attributes
    ----------
    dimension
        Directions in which it extends without end, 1 to 3.
    saddle_energy
        Highest saddle on it above the lowest site, eV.
    hops
        Hops that it takes.
    """

    dimension: int
    saddle_energy: float
    hops: Sequence[str]


@dataclass(frozen=True)
class Conditions:
    """Conditions at which the transport is evaluated.

    Attributes
    ----------
    attempt_frequency
        Prefactor of hops for which none was computed, THz.
    temperatures
        Temperatures of the diffusivities, K.
    """

    attempt_frequency: float = ATTEMPT_FREQUENCY
    temperatures: Sequence[float] = TEMPERATURES


def dopant_migration(
    dopant: str,
    sites: Sequence[SiteEnergy],
    hops: Sequence[HopBarrier],
    way: Way | None,
    *,
    n_sites: int,
    spreads: Sequence[EngineSpread],
    published: PublishedMigration | None,
    conditions: Conditions,
    mechanism: Mechanism = "interstitial",
    quoted: PublishedHop | None = None,
    charge: str | None = None,
) -> Migration:
    """Return the migration of one dopant by one mechanism from its sites and hops.

    Parameters
    ----------
    dopant
        Element.
    sites, hops
        Its sites and hops, with their energies.
    way
        Its easiest path through the crystal; None without one.
    n_sites
        Sites of the host's cell between which it moves.
    spreads
        Error bars of hops, of any dopant.
    published
        Published values for the host, if any.
    conditions
        Temperatures and prefactors.
    mechanism
        How it moves.
    quoted
        Published barrier of this mechanism that belongs to no hop.
    charge
        What the defect does to the electrons of the host.

    Returns
    -------
    Migration
        Without diffusivities if it has no path.
    """
    energies = {site.site: site.site_energy for site in sites if site.site_energy is not None}
    places = {site.site: site.positions for site in sites}
    bottleneck = _bottleneck(hops, way)
    rest = _rest(hops, energies)
    barrier = None if way is None else way.saddle_energy - rest
    low, high = _spread(barrier, bottleneck, spreads)

    def network(temperature: float) -> JumpNetwork | None:
        return jump_network(
            hops,
            energies,
            n_sites=n_sites,
            temperature=temperature,
            attempt_frequency=conditions.attempt_frequency,
            positions=places,
        )

    values = {}
    room = None
    if way is not None and (at_room := network(ROOM)) is not None:
        for temperature in conditions.temperatures:
            at = network(temperature)
            assert at is not None  # noqa: S101 - it has the jumps that it has at room temperature
            # An atom in a state below all sites must climb out of it.
            values[temperature] = with_barrier_shifted(diffusivity(at), -rest, temperature)
        room = with_barrier_shifted(diffusivity(at_room), -rest, ROOM)

    def shifted(to: float | None) -> list[float]:
        if to is None or barrier is None:
            return []
        return [with_barrier_shifted(d, to - barrier, t) for t, d in values.items()]

    def room_shifted(to: float | None) -> float | None:
        if room is None or to is None or barrier is None:
            return None
        return with_barrier_shifted(room, to - barrier, ROOM)

    own = bottleneck.attempt_frequency if bottleneck else None
    # The barriers and the width published for dopants in Li are of interstitials.
    known = published if mechanism == "interstitial" else None
    explained = known.barriers.explained.get(dopant) if known else None
    barrier_published = known.barrier(dopant) if known else None
    return Migration(
        dopant=dopant,
        mechanism=mechanism,
        charge=charge,
        lowest_site=min(energies, key=lambda site: energies[site], default=None),
        percolating_barrier=barrier,
        network_dimension=way.dimension if way else 0,
        percolating_hops=list(way.hops) if way else [],
        attempt_frequency=own or conditions.attempt_frequency,
        attempt_frequency_source="Vineyard" if own else "assumed",
        barrier_low=low,
        barrier_high=high,
        published_barrier=quoted.low if quoted else barrier_published,
        published_citation=quoted.citation if quoted else None,
        published_explained_by=explained.hop if explained else None,
        published_reason=f"{explained.reason} ({explained.source})" if explained else None,
        temperatures=list(values),
        diffusivities=list(values.values()),
        diffusivities_low=shifted(high),
        diffusivities_high=shifted(low),
        diffusivity_300=room,
        diffusivity_300_low=room_shifted(high),
        diffusivity_300_high=room_shifted(low),
        time_to_published_width=(
            time_to_reach(room, known.interphase.nm) if known and room else None
        ),
    )


def _bottleneck(hops: Sequence[HopBarrier], way: Way | None) -> HopBarrier | None:
    """Return the hop of the path with the highest saddle."""
    taken = [hop for hop in hops if way and hop.hop in way.hops and hop.saddle_energy is not None]
    return max(taken, key=lambda hop: hop.saddle_energy or 0.0, default=None)


def _rest(hops: Sequence[HopBarrier], energies: Mapping[str, float]) -> float:
    """Return the energy (eV) of the deepest state on the way below the lowest site, else 0."""
    wells = [
        energies[hop.start_site] + hop.lowest_on_the_way
        for hop in hops
        if hop.lowest_on_the_way is not None and hop.start_site in energies
    ]
    return min((well for well in wells if well < -WELL), default=0.0)


def _spread(
    barrier: float | None, bottleneck: HopBarrier | None, spreads: Sequence[EngineSpread]
) -> tuple[float | None, float | None]:
    """Return the lowest and highest percolating barrier over the potentials, eV."""
    if barrier is None or bottleneck is None or bottleneck.barrier is None:
        return None, None
    for spread in spreads:
        if spread.subject == hop_label(bottleneck.dopant, bottleneck.hop):
            below = min(spread.low - bottleneck.barrier, 0.0)
            above = max(spread.high - bottleneck.barrier, 0.0)
            return barrier + below, barrier + above
    return None, None
