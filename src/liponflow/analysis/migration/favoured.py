"""Which of two mechanisms carries a dopant through a host over the lower barrier."""

from collections.abc import Sequence

from liponflow.analysis.migration.hop_documents import Mover, SiteEnergy
from liponflow.analysis.migration.result import Favoured, Migration

LEFT_OUT = (
    "concentrations of the defects are not compared: they depend on the chemical potentials of "
    "the atom and of the electrons"
)


def favoured_mechanisms(
    migrations: Sequence[Migration], sites: Sequence[SiteEnergy], host_energy: float | None
) -> list[Favoured]:
    """Compare the mechanisms of every dopant that was computed by both.

    Parameters
    ----------
    migrations, sites
        Of all dopants and mechanisms.
    host_energy
        Energy of the supercell of the perfect host by the same engine, eV; None if it is unknown.
    """
    found = []
    for dopant in dict.fromkeys(one.dopant for one in migrations):
        by = {one.mechanism: one for one in migrations if one.dopant == dopant}
        if len(by) == 1:
            continue
        barriers = {
            name: one.percolating_barrier
            for name, one in by.items()
            if one.percolating_barrier is not None
        }
        order = sorted(barriers, key=lambda name: barriers[name])
        best, other = (*order, None, None)[:2]
        pair = _frenkel(dopant, sites, host_energy)
        if best is None:
            said = ": neither mechanism has converged hops that cross the crystal"
        else:
            said = f" by {best}: {_of(by[best])}"
            said += (
                f", against {_of(by[other])} for the {other}"
                if other is not None
                else "; the other mechanism has no converged hops that cross it"
            )
        if pair is not None:
            said += (
                f". A vacancy and an interstitial far apart, in neutral cells, take {pair:.2f} eV "
                "together, which a crystal that has neither must pay for in addition"
            )
        found.append(
            Favoured(
                dopant=dopant,
                mechanism=best,
                barrier=None if best is None else barriers[best],
                other_barrier=None if other is None else barriers[other],
                frenkel_energy=pair,
                statement=f"{dopant}{said}; {LEFT_OUT}",
            )
        )
    return found


def _of(found: Migration) -> str:
    return f"{found.percolating_barrier:.2f} eV in {found.network_dimension} of 3 directions"


def _frenkel(dopant: str, sites: Sequence[SiteEnergy], host_energy: float | None) -> float | None:
    """Return the energy (eV) of the lowest vacancy and the lowest interstitial together."""
    if host_energy is None:
        return None
    total = -2 * host_energy
    for mechanism in ("vacancy", "interstitial"):
        energies = [
            site.calculation.energy
            for site in sites
            if site.mover == Mover(dopant, mechanism)
            and site.site_energy is not None
            and site.calculation is not None
        ]
        if not energies:
            return None
        total += min(energies)
    return total
