"""Result of a migration campaign from its calculations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration.charge import charge_of_vacancy
from liponflow.analysis.migration.dopant import Conditions, Way, dopant_migration
from liponflow.analysis.migration.favoured import favoured_mechanisms
from liponflow.analysis.migration.hop_documents import (
    HopBarrier,
    Mechanism,
    Mover,
    SiteEnergy,
    hop_label,
)
from liponflow.analysis.migration.published import PublishedMigration, published_migration
from liponflow.analysis.migration.published_hops import PublishedHop, published_hops
from liponflow.analysis.migration.result import (
    FiniteSize,
    MigrationResult,
    ModelBarrier,
    Refinement,
)
from liponflow.analysis.migration.warnings import migration_warnings
from liponflow.analysis.plausible import barrier_doubts
from liponflow.analysis.result import Calculation, Provenance
from liponflow.analysis.spread import EngineSpread, Observable, engine_spreads
from liponflow.formulas import reduced_formula


@dataclass(frozen=True)
class Extras:
    """Results beyond the hops themselves."""

    models: Sequence[ModelBarrier] = field(default_factory=list)
    finite_size: Sequence[FiniteSize] = field(default_factory=list)
    refinements: Sequence[Refinement] = field(default_factory=list)
    warnings: Sequence[str] = field(default_factory=list)


def site_energy(
    dopant: str,
    site: str,
    *,
    positions: Sequence[int],
    radius: float,
    calculation: Calculation | None,
    ends_at: str,
    displacement: float,
    moved: str | None,
    fewer_atoms: bool = False,
    mechanism: Mechanism = "interstitial",
) -> SiteEnergy:
    """Return the record of one relaxed end point.

    Parameters
    ----------
    dopant
        Element of the dopant.
    site
        Kind of site that it started from.
    positions
        Indices of all sites of this kind in the host's cell.
    radius
        Distance from the site to the nearest host atom, Å.
    calculation
        The relaxation; None if it failed.
    ends_at
        Kind of site at which it ends.
    displacement
        Largest displacement of a host atom, Å.
    moved
        Description of where it moved; None if it stayed.
    fewer_atoms
        Whether the host lacks an atom, as with a substitutional dopant.
    mechanism
        How the dopant moves.

    Returns
    -------
    SiteEnergy
        With the reason for exclusion, if it is excluded. :func:`with_energies` fills in its
        relative energy.
    """
    if calculation is None:
        reason: str | None = "the relaxation failed; the run's report names its directory"
    else:
        reason = unconverged_reason(calculation) or moved
    if reason is None and fewer_atoms:
        reason = (
            "one host atom fewer than the other sites: its energy is on another scale and does "
            "not enter the network"
        )
    return SiteEnergy(
        dopant=dopant,
        mechanism=mechanism,
        site=site,
        multiplicity=len(positions),
        positions=list(positions),
        radius=radius,
        site_energy=None,
        ends_at=ends_at,
        displacement=displacement,
        moved=moved,
        max_force=calculation.max_force if calculation else None,
        converged=calculation is not None and calculation.converged,
        reason=reason,
        calculation=calculation,
    )


def stable_sites(sites: Sequence[SiteEnergy]) -> list[str]:
    """Return the kinds of site at which a dopant or vacancy stays, lowest energy first."""
    energies = {
        site.site: site.calculation.energy
        for site in sites
        if site.reason is None and site.calculation is not None and site.positions
    }
    lowest = min(energies, key=lambda label: energies[label], default=None)
    return sorted(energies, key=lambda label: label != lowest)


def with_energies(
    sites: Sequence[SiteEnergy], hops: Sequence[HopBarrier]
) -> tuple[list[SiteEnergy], list[HopBarrier]]:
    """Return sites and hops with the energies of each dopant on one scale.

    Parameters
    ----------
    sites, hops
        Of any dopants.

    Returns
    -------
    list of SiteEnergy, list of HopBarrier
        Copies; the sites that count have ``site_energy``, and the hops with a barrier from or to
        such a site have ``saddle_energy``, both above the lowest site of the dopant by this
        mechanism (eV). Hops beside another defect have none: they start from another state.
    """
    known = {
        (site.mover, site.site): site.calculation.energy
        for site in sites
        if site.calculation is not None and site.reason is None
    }
    lowest: dict[Mover, float] = {}
    for (mover, _), energy in known.items():
        lowest[mover] = min(energy, lowest.get(mover, energy))

    def relative(mover: Mover, site: str) -> float | None:
        energy = known.get((mover, site))
        return None if energy is None else energy - lowest[mover]

    def saddle(hop: HopBarrier) -> float | None:
        if hop.environment is not None:
            return None
        for site, climb in (
            (hop.start_site, hop.barrier),
            (hop.end_site, hop.reverse_barrier),
        ):
            energy = relative(hop.mover, site)
            if climb is not None and energy is not None:
                return energy + climb
        return None

    return (
        [s.model_copy(update={"site_energy": relative(s.mover, s.site)}) for s in sites],
        [hop.model_copy(update={"saddle_energy": saddle(hop)}) for hop in hops],
    )


def model_barriers(
    hops: Mapping[str, Sequence[HopBarrier]],
    published: PublishedMigration | None,
    quoted: Sequence[PublishedHop] = (),
) -> list[ModelBarrier]:
    """Return the hops of several potentials with the published barriers.

    Parameters
    ----------
    hops
        By name of the potential.
    published
        Published values for the host; None without any.
    quoted
        Published barriers of its hops.
    """
    return [
        ModelBarrier(
            dopant=hop.dopant,
            hop=hop.hop,
            model=name,
            barrier=hop.barrier,
            lowest_on_the_way=hop.lowest_on_the_way,
            max_force=hop.max_force,
            converged=hop.converged,
            reason=hop.reason,
            published_barrier=_published(hop, published, quoted)["published_barrier"],
        )
        for name, found in hops.items()
        for hop in found
    ]


def _published(
    hop: HopBarrier, published: PublishedMigration | None, quoted: Sequence[PublishedHop]
) -> dict[str, Any]:
    """Return the fields of a hop with its published barrier."""
    for known in quoted:
        if (known.dopant, known.mechanism, known.hop) == (hop.dopant, hop.mechanism, hop.hop):
            return {
                "published_barrier": known.low,
                "published_barrier_high": known.high if known.high > known.low else None,
                "published_source": f"{known.source}; verified: {known.verified}",
            }
    # The barriers published for dopants in Li are of interstitials.
    known_dopants = published if hop.mechanism == "interstitial" else None
    return {
        "published_barrier": None
        if known_dopants is None
        else known_dopants.barrier_of_hop(hop.dopant, hop.hop)
    }


def observables(hops: Sequence[HopBarrier | ModelBarrier]) -> list[Observable]:
    """Return the barriers of hops as what is compared between engines (eV)."""
    return [
        Observable("barrier", hop_label(hop.dopant, hop.hop), "eV", hop.barrier) for hop in hops
    ]


def barrier_spreads(models: Sequence[ModelBarrier]) -> list[EngineSpread]:
    """Return the spread over potentials, the error bar of each hop.

    Parameters
    ----------
    models
        The same hops with several potentials.

    Returns
    -------
    list of EngineSpread
        One per hop with two or more converged bands.
    """
    names = dict.fromkeys(model.model for model in models)
    return engine_spreads(
        {name: observables([one for one in models if one.model == name]) for name in names}, {}
    )


def finite_size(
    dopant: str, hop: str, small: tuple[int, float], large: tuple[int, float]
) -> FiniteSize:
    """Return a barrier extrapolated from cells of two sizes.

    Parameters
    ----------
    dopant, hop
        Which hop.
    small, large
        Host atoms and barrier (eV) of each cell.

    Returns
    -------
    FiniteSize
        The strain fields of periodic images interact as the inverse of the volume.

    Raises
    ------
    ValueError
        If the second cell is not the larger one.

    Examples
    --------
    >>> finite_size("N", "hop", (50, 0.30), (100, 0.25)).barrier_extrapolated
    0.2
    """
    (n_small, barrier_small), (n_large, barrier_large) = small, large
    if n_large <= n_small:
        raise ValueError(
            f"cells of {n_small} and {n_large} atoms: the second must be larger to extrapolate"
        )
    # E(n) = E + c / n through both: the interaction of elastic dipoles falls with the volume, C.
    # Varvenne, F. Bruneval, M.-C. Marinica and E. Clouet, Phys. Rev. B 88, 134102 (2013).
    limit = (n_large * barrier_large - n_small * barrier_small) / (n_large - n_small)
    return FiniteSize(
        dopant=dopant,
        hop=hop,
        n_atoms_small=n_small,
        barrier_small=barrier_small,
        n_atoms_large=n_large,
        barrier_large=barrier_large,
        barrier_extrapolated=limit,
    )


def finite_sizes(
    small: Sequence[HopBarrier], large: Sequence[HopBarrier], *, n_atoms: tuple[int, int]
) -> list[FiniteSize]:
    """Return the extrapolated barriers of hops with a barrier in cells of both sizes.

    Parameters
    ----------
    small, large
        Hops in the smaller and the larger cell.
    n_atoms
        Host atoms of these cells.
    """
    barriers = {(hop.dopant, hop.hop): hop.barrier for hop in large}
    n_small, n_large = n_atoms
    return [
        finite_size(hop.dopant, hop.hop, (n_small, hop.barrier), (n_large, barrier))
        for hop in small
        if hop.barrier is not None and (barrier := barriers.get((hop.dopant, hop.hop))) is not None
    ]


def quoted_for(host: Structure) -> Sequence[PublishedHop]:
    """Return the published barriers of hops in a host, by its formula and space group."""
    _, number = host.get_space_group_info()
    return published_hops(reduced_formula(host.composition), int(number))


def summarise(
    host: Structure,
    site_positions: Sequence[Sequence[float]],
    sites: Sequence[SiteEnergy],
    hops: Sequence[HopBarrier],
    ways: Mapping[Mover, Way | None],
    *,
    host_atoms: int,
    provenance: Provenance,
    vacancy_positions: Mapping[str, Sequence[Sequence[float]]] | None = None,
    host_energy: float | None = None,
    conditions: Conditions | None = None,
    extras: Extras | None = None,
) -> MigrationResult:
    """Return the result of a campaign from its calculations.

    Parameters
    ----------
    host
        Cell of the host, to which the jumps refer.
    site_positions
        Its interstitial sites, fractional; empty if nothing moves between them.
    sites, hops
        From :func:`with_energies`.
    ways
        Easiest path through the crystal per dopant and mechanism, None if no path exists.
    host_atoms
        Host atoms of the supercell.
    provenance
        Provenance of the result.
    vacancy_positions
        By element, its sites in the cell, fractional.
    host_energy
        Energy of the supercell of the perfect host, eV.
    conditions
        Temperatures and prefactors.
    extras
        Results beyond the hops.

    Returns
    -------
    MigrationResult

    Raises
    ------
    ValueError
        If the list of dopants is empty.
    """
    conditions, extras = conditions or Conditions(), extras or Extras()
    if not ways:
        raise ValueError("no dopant is given: name one, such as dopant=N")
    published = published_migration(reduced_formula(host.composition))
    quoted = quoted_for(host)
    compared = [hop.model_copy(update=_published(hop, published, quoted)) for hop in hops]
    spreads = barrier_spreads(extras.models)
    vacant = vacancy_positions or {}
    migrations = [
        dopant_migration(
            mover.dopant,
            [site for site in sites if site.mover == mover],
            [hop for hop in hops if hop.mover == mover and hop.environment is None],
            way,
            n_sites=len(
                site_positions if mover.mechanism == "interstitial" else vacant[mover.dopant]
            ),
            spreads=spreads,
            published=published,
            conditions=conditions,
            mechanism=mover.mechanism,
            quoted=next(
                (
                    known
                    for known in quoted
                    if Mover(known.dopant, known.mechanism) == mover and known.hop is None
                ),
                None,
            ),
            charge=charge_of_vacancy(host.composition, mover.dopant)
            if mover.mechanism == "vacancy"
            else None,
        )
        for mover, way in ways.items()
    ]
    limits = [hop.force_limit for hop in hops]
    forces = [hop.max_force for hop in hops if hop.max_force is not None]
    reached = f"{max(forces):.3f}" if forces else "unknown"
    return MigrationResult(
        formula=reduced_formula(host.composition),
        converged=all(hop.converged for hop in hops)
        and {hop.mover for hop in hops} >= ways.keys(),
        criterion=(
            f"largest force perpendicular to the path below {max(limits, default=0):g} eV/Å in "
            f"every band; reached {reached}"
        ),
        provenance=provenance,
        warnings=[
            *extras.warnings,
            *migration_warnings(sites, hops, migrations),
            *barrier_doubts({hop_label(hop.dopant, hop.hop): hop.barrier for hop in hops}),
        ],
        host_atoms=host_atoms,
        host_lattice=host.lattice.matrix.tolist(),
        site_positions=[[float(x) for x in position] for position in site_positions],
        vacancy_positions={
            element: [[float(x) for x in position] for position in positions]
            for element, positions in vacant.items()
        },
        migrations=migrations,
        favoured=favoured_mechanisms(migrations, sites, host_energy),
        sites=list(sites),
        hops=compared,
        models=list(extras.models),
        engine_spreads=spreads,
        finite_size=list(extras.finite_size),
        refinements=list(extras.refinements),
    )
