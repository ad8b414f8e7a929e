"""Result of a migration campaign from made-up calculations."""

import math

import pytest
from migration_example import (
    LIMIT,
    OTO,
    TO,
    TOT,
    TT,
    calculation,
    cell,
    made_up_hop,
    made_up_site,
    migration_result,
    provenance,
)

from liponflow.analysis.migration.dopant import Way
from liponflow.analysis.migration.hop_documents import Mover
from liponflow.analysis.migration.result import MigrationResult, ModelBarrier
from liponflow.analysis.migration.summary import (
    barrier_spreads,
    finite_size,
    finite_sizes,
    model_barriers,
    site_energy,
    stable_sites,
    summarise,
    with_energies,
)
from liponflow.structures.lithium import bcc_lithium
from liponflow.units import BOLTZMANN

MEV = 1e-3  # eV


@pytest.fixture(scope="module")
def result() -> MigrationResult:
    return migration_result()


@pytest.fixture(scope="module")
def unconverged() -> MigrationResult:
    return migration_result(unconverged="N")


def test_every_dopant_has_lowest_site_and_percolating_barrier(result: MigrationResult):
    found = {
        m.dopant: (m.lowest_site, m.network_dimension, m.percolating_hops)
        for m in result.migrations
    }
    assert found == {
        "N": ("octahedral", 3, [OTO]),
        "P": ("tetrahedral", 3, [TT]),
        "O": ("octahedral", 3, [TO]),
    }
    barriers = {m.dopant: m.percolating_barrier for m in result.migrations}
    # The barrier of O is counted from its lowest site, not from the start of the hop.
    assert barriers == pytest.approx({"N": 0.263, "P": 0.12, "O": 0.20}, abs=MEV)


def test_result_survives_json(result: MigrationResult):
    text = result.model_dump_json()
    again = MigrationResult.model_validate_json(text)
    assert again.model_dump_json() == text
    assert again.of("N") == result.migrations[0]
    assert again.of("S") is None
    assert [hop.hop for hop in again.hops_of("P")] == [TT, TOT]


def test_published_barriers_accompany_dopants_and_hops_that_explain_them(result: MigrationResult):
    assert {m.dopant: m.published_barrier for m in result.migrations} == {
        "P": 0.42,
        "N": 0.50,
        "O": 1.08,
    }
    hops = {(hop.dopant, hop.hop): hop.published_barrier for hop in result.hops}
    assert {key: value for key, value in hops.items() if value is not None} == {("P", TOT): 0.42}
    assert ("P", TT) in hops
    reasons = {m.dopant: (m.published_explained_by, m.published_reason) for m in result.migrations}
    assert reasons["N"] == reasons["O"] == (None, None)
    hop, reason = reasons["P"]
    assert hop == TOT
    assert "GPAW" in str(reason)


def test_other_host_has_no_published_values():
    sodium = bcc_lithium(4.2)
    sodium.replace_species({"Li": "Na"})
    sites, hops = with_energies(
        [made_up_site("N", "octahedral", 0.0)], [made_up_hop("N", OTO, 0.2, 0.0)]
    )
    found = summarise(
        sodium,
        cell().sites.frac_coords.tolist(),
        sites,
        hops,
        {Mover("N", "interstitial"): None},
        host_atoms=54,
        provenance=provenance(),
    )
    [migration] = found.migrations
    assert migration.published_barrier is None
    assert migration.time_to_published_width is None


def test_dopant_with_lower_barrier_diffuses_faster_and_farther(result: MigrationResult):
    nitrogen, phosphorus = result.of("N"), result.of("P")
    assert nitrogen is not None
    assert phosphorus is not None
    assert nitrogen.diffusivity_300 is not None
    assert phosphorus.diffusivity_300 is not None
    assert phosphorus.diffusivity_300 > nitrogen.diffusivity_300
    assert (phosphorus.time_to_published_width or math.inf) < (
        nitrogen.time_to_published_width or 0
    )
    for found in result.migrations:
        assert found.diffusivities == sorted(found.diffusivities)
        at_300 = dict(zip(found.temperatures, found.diffusivities, strict=True))[300]
        assert at_300 == found.diffusivity_300


def test_spread_of_potentials_gives_the_error_of_the_diffusivity(result: MigrationResult):
    found = result.of("N")
    assert found is not None
    assert (found.barrier_low, found.barrier_high) == pytest.approx((0.06, 0.263), abs=MEV)
    assert found.diffusivity_300_high is not None
    assert found.diffusivity_300 is not None
    ratio = math.log(found.diffusivity_300_high / found.diffusivity_300)
    assert ratio == pytest.approx((0.263 - 0.06) / (BOLTZMANN * 300), rel=0.01)
    assert len(found.diffusivities_low) == len(found.temperatures)


def test_dopant_without_second_potential_for_its_hop_has_no_error(result: MigrationResult):
    found = result.of("O")  # the other potentials computed its other hop only
    assert found is not None
    assert found.barrier_low is None
    assert found.diffusivities_low == []


def test_source_of_prefactors_is_recorded(result: MigrationResult):
    assert {m.attempt_frequency_source for m in result.migrations} == {"Vineyard"}
    plain = [
        hop.model_copy(update={"attempt_frequency": None})
        for hop in result.hops
        if hop.dopant == "N"
    ]
    found = summarise(
        cell().sites.host,
        result.site_positions,
        result.sites,
        plain,
        {Mover("N", "interstitial"): None},
        host_atoms=54,
        provenance=provenance(),
    )
    assert found.migrations[0].attempt_frequency_source == "assumed"
    assert found.migrations[0].attempt_frequency == 10


def test_dopant_with_unconverged_band_has_no_barrier(unconverged: MigrationResult):
    assert not unconverged.converged
    found = unconverged.of("N")
    assert found is not None
    assert found.percolating_barrier is None
    assert found.diffusivity_300 is None
    assert found.network_dimension == 0
    texts = [text for text in unconverged.warnings if text.startswith("N, octahedral-")]
    assert any("0.400 eV/Å after" in text and "raise max_steps" in text for text in texts)
    assert "reached 0.400" in unconverged.criterion
    other = unconverged.of("P")
    assert other is not None
    assert other.percolating_barrier == pytest.approx(0.12, abs=MEV)


def test_site_energies_are_relative_and_missing_for_moved_dopants(result: MigrationResult):
    energies = {(site.dopant, site.site): site.site_energy for site in result.sites}
    assert energies["O", "tetrahedral"] == pytest.approx(0.14)
    assert energies["O", "octahedral"] == 0
    assert energies["N", "tetrahedral"] is None
    assert any("N left the tetrahedral site" in text for text in result.warnings)


@pytest.mark.parametrize(
    ("tetrahedral", "octahedral"),
    [(0.14, 0.0), (None, 0.0), (0.14, None)],
    ids=["both", "end", "start"],
)
def test_saddle_energy_follows_from_either_known_end_point(
    tetrahedral: float | None, octahedral: float | None
):
    """0.06 eV up from tetrahedral, 0.20 eV down to octahedral: the saddle is the same."""
    sites = [
        made_up_site("O", "tetrahedral", tetrahedral),
        made_up_site("O", "octahedral", octahedral),
    ]
    _, [hop] = with_energies(sites, [made_up_hop("O", TO, 0.06, -0.14)])
    lowest = 0.0 if octahedral is not None else 0.14
    assert hop.saddle_energy == pytest.approx(0.20 - lowest, abs=MEV)


def test_barrier_is_counted_from_an_intermediate_minimum_below_all_sites():
    hop = made_up_hop("N", OTO, 0.2, 0.0).model_copy(update={"lowest_on_the_way": -0.05})
    sites, hops = with_energies([made_up_site("N", "octahedral", 0.0)], [hop])
    positions = cell().sites.frac_coords.tolist()
    way = {Mover("N", "interstitial"): Way(3, hops[0].saddle_energy or 0, [OTO])}
    options = {"host_atoms": 54, "provenance": provenance()}
    found = summarise(cell().sites.host, positions, sites, hops, way, **options)
    plain = [hops[0].model_copy(update={"lowest_on_the_way": None})]
    above = summarise(cell().sites.host, positions, sites, plain, way, **options)
    assert found.migrations[0].percolating_barrier == pytest.approx(0.25, abs=MEV)
    slower = math.exp(-0.05 / (BOLTZMANN * 300))
    assert found.migrations[0].diffusivity_300 == pytest.approx(
        (above.migrations[0].diffusivity_300 or 0) * slower
    )
    assert any("0.050 eV below the lowest site" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("force", "moved", "reason"),
    [
        (0.03, None, None),
        (0.2, None, "largest force 0.200 eV/Å after 20 steps, limit 0.05"),
        (0.03, "N left", "N left"),
    ],
)
def test_excluded_site_has_a_reason(force: float, moved: str | None, reason: str | None):
    made = site_energy(
        "N",
        "octahedral",
        positions=[12],
        radius=1.7,
        calculation=calculation(cell().supercell, -1.0, force),
        ends_at="octahedral",
        displacement=0.1,
        moved=moved,
    )
    assert (made.reason is None) == (reason is None)
    assert (reason or "") in (made.reason or "")
    known, _ = with_energies([made], [])
    assert (known[0].site_energy == 0) == (reason is None)


def test_failed_relaxation_is_reported():
    made = site_energy(
        "N",
        "octahedral",
        positions=[12],
        radius=1.7,
        calculation=None,
        ends_at="unknown",
        displacement=0.0,
        moved=None,
    )
    assert not made.converged
    assert "failed" in (made.reason or "")


def test_spread_needs_two_potentials():
    def model(name: str, barrier: float | None) -> ModelBarrier:
        return ModelBarrier(
            dopant="N",
            hop=OTO,
            model=name,
            barrier=barrier,
            max_force=0.1,
            converged=barrier is not None,
        )

    assert barrier_spreads([model("a", 0.1)]) == []
    assert barrier_spreads([model("a", 0.1), model("b", None)]) == []
    [spread] = barrier_spreads([model("a", 0.1), model("b", 0.4), model("c", None)])
    assert (spread.n_engines, spread.low, spread.high) == (2, 0.1, 0.4)
    assert spread.mean == pytest.approx(0.25)


def test_extrapolation_is_exact_for_inverse_volume_error():
    true, strain = 0.31, 1.7  # eV, eV times atoms
    found = finite_size("N", OTO, (54, true + strain / 54), (128, true + strain / 128))
    assert found.barrier_extrapolated == pytest.approx(true, abs=1e-12)
    with pytest.raises(ValueError, match="the second must be larger"):
        finite_size("N", OTO, (54, 0.1), (54, 0.1))


def test_dopant_without_hops_makes_the_result_unconverged(result: MigrationResult):
    own = [hop for hop in result.hops if hop.dopant == "P"]
    found = summarise(
        cell().sites.host,
        result.site_positions,
        result.sites,
        own,
        {Mover("P", "interstitial"): None, Mover("N", "interstitial"): None},
        host_atoms=54,
        provenance=provenance(),
    )
    assert not found.converged


def test_result_without_dopants_is_refused():
    with pytest.raises(ValueError, match="dopant=N"):
        summarise(cell().sites.host, [], [], [], {}, host_atoms=54, provenance=provenance())


def test_criterion_states_the_force_limit(result: MigrationResult):
    assert f"below {LIMIT} eV/Å" in result.criterion
    assert result.converged


def test_cell_sizes_are_compared_for_hops_with_both_barriers() -> None:
    small = [made_up_hop("N", OTO, 0.30, 0.0), made_up_hop("O", TO, 0.10, 0.0)]
    large = [made_up_hop("N", OTO, 0.25, 0.0), made_up_hop("P", TT, 0.40, 0.0)]
    [found] = finite_sizes(small, large, n_atoms=(50, 100))
    assert (found.dopant, found.hop) == ("N", OTO)
    assert found.barrier_extrapolated == pytest.approx(0.2, abs=2 * MEV)


def test_barriers_of_every_potential_are_listed() -> None:
    listed = model_barriers(
        {"a": [made_up_hop("N", OTO, 0.30, 0.0)], "b": [made_up_hop("N", OTO, 0.25, 0.0)]}, None
    )
    assert [(found.model, found.dopant, found.published_barrier) for found in listed] == [
        ("a", "N", None),
        ("b", "N", None),
    ]
    assert [found.barrier for found in listed] == pytest.approx([0.30, 0.25], abs=MEV)


def test_stable_sites_are_sorted_by_energy() -> None:
    sites = [made_up_site("O", "tetrahedral", 0.14), made_up_site("O", "octahedral", 0.0)]
    assert stable_sites(sites) == ["octahedral", "tetrahedral"]
    assert stable_sites([made_up_site("N", "tetrahedral", None), sites[0]]) == ["tetrahedral"]
    assert stable_sites([]) == []
