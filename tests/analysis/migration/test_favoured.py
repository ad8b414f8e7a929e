"""Which mechanism is favoured, and what stands beside published hops."""

from functools import cache

import pytest
from migration_example import OTO, calculation, cell, made_up_hop, provenance
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.dopant import Way
from liponflow.analysis.migration.favoured import LEFT_OUT
from liponflow.analysis.migration.hop_documents import HopBarrier, Mover, SiteEnergy
from liponflow.analysis.migration.result import MigrationResult
from liponflow.analysis.migration.summary import site_energy, summarise, with_energies

INTERSTITIAL, VACANCY = Mover("Li", "interstitial"), Mover("Li", "vacancy")
HOST_ENERGY = -100.0
ENERGIES = {INTERSTITIAL: -101.2, VACANCY: -97.1}
"""eV, of the supercell with one atom more or less."""


def site(mover: Mover) -> SiteEnergy:
    return site_energy(
        "Li",
        "octahedral" if mover == INTERSTITIAL else "Li",
        positions=[0],
        radius=1.5,
        calculation=calculation(cell().supercell, ENERGIES[mover]),
        ends_at="Li",
        displacement=0.1,
        moved=None,
        mechanism=mover.mechanism,
    )


@cache
def any_hop() -> HopBarrier:
    return made_up_hop("N", OTO, 0.3, 0.0)


def hop(mover: Mover, barrier: float, **changes: object) -> HopBarrier:
    ends = {"start_site": "Li", "end_site": "Li", "hop": "Li-Li"} if mover == VACANCY else {}
    heights = {"barrier": barrier, "reverse_barrier": barrier}
    of_li = {"dopant": "Li", "mechanism": mover.mechanism, **heights, **ends}
    return any_hop().model_copy(update=of_li | changes)


def result(
    host: Structure, hops: list[HopBarrier], ways: dict[Mover, Way | None]
) -> MigrationResult:
    sites, known = with_energies([site(mover) for mover in ways], hops)
    return summarise(
        host,
        cell().sites.frac_coords.tolist(),
        sites,
        known,
        ways,
        host_atoms=54,
        provenance=provenance(),
        vacancy_positions={"Li": cell().sites.frac_coords.tolist()},
        host_energy=HOST_ENERGY,
    )


def layered() -> Structure:
    return Structure.from_spacegroup(
        "R-3m",
        Lattice.hexagonal(2.82, 14.05),
        ["Li", "Co", "O"],
        [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.26]],
    )


def test_mechanisms_have_energies_of_their_own_and_the_lower_barrier_wins() -> None:
    found = result(
        cell().sites.host,
        [hop(INTERSTITIAL, 0.5), hop(VACANCY, 0.2)],
        {INTERSTITIAL: Way(3, 0.5, [OTO]), VACANCY: Way(2, 0.2, ["Li-Li"])},
    )
    assert [site.site_energy for site in found.sites] == [0, 0]
    assert [one.percolating_barrier for one in found.migrations] == [0.5, 0.2]
    [favoured] = found.favoured
    assert (favoured.mechanism, favoured.barrier, favoured.other_barrier) == ("vacancy", 0.2, 0.5)
    # One atom is taken from a site and put on an interstice: -97.1 - 101.2 + 2 x 100.
    assert favoured.frenkel_energy == pytest.approx(1.7)
    said = "Li by vacancy: 0.20 eV in 2 of 3 directions, against 0.50 eV in 3 of 3"
    assert favoured.statement.startswith(said)
    assert LEFT_OUT in favoured.statement
    assert found.hops_of(*VACANCY) == [found.hops[1]]


def test_mechanism_without_a_path_loses() -> None:
    found = result(
        cell().sites.host,
        [hop(INTERSTITIAL, 0.5), hop(VACANCY, 0.2)],
        {INTERSTITIAL: Way(3, 0.5, [OTO]), VACANCY: None},
    )
    [favoured] = found.favoured
    assert (favoured.mechanism, favoured.other_barrier) == ("interstitial", None)
    neither = result(cell().sites.host, [hop(VACANCY, 0.2)], {INTERSTITIAL: None, VACANCY: None})
    assert neither.favoured[0].mechanism is None
    assert neither.favoured[0].statement.startswith("Li: neither mechanism has converged hops")


def test_published_barriers_stand_beside_their_hops_only() -> None:
    beside = hop(VACANCY, 0.1, hop="Li-Li beside a vacancy", environment="divacancy")
    far = hop(VACANCY, 0.9, hop="Li-Li 2")
    found = result(
        layered(),
        [hop(VACANCY, 0.4), beside, far],
        {VACANCY: Way(2, 0.4, ["Li-Li"])},
    )
    quoted = [(one.published_barrier, one.published_barrier_high) for one in found.hops]
    assert quoted == [(0.8, None), (0.2, 0.6), (None, None)]
    assert "not checked in the text" in str(found.hops[0].published_source)
    # The second vacancy starts from another state.
    assert [one.saddle_energy for one in found.hops] == [0.4, None, 0.9]
    assert "oxidises Co3+" in str(found.migrations[0].charge)
    assert found.favoured == []
