from collections.abc import Callable, Sequence

import pytest
from lithiation_example import Campaign

from liponflow.analysis.lithiation.result import LithiationCandidate, LithiationResult, lowest
from liponflow.analysis.result import EngineInfo

ENERGY_TOL = 1e-9  # eV: exact except for rounding


def test_states_ascend_in_x_and_use_static_calculations(
    campaign: Campaign, result: LithiationResult
) -> None:
    assert [state.x for state in result.states] == [0, 0.5, 1, 1.5, 2]
    for state, static in zip(result.states, campaign.statics, strict=True):
        assert state.energy_per_formula == pytest.approx(static.energy / 8, abs=ENERGY_TOL)
        assert state.energy_per_atom == pytest.approx(static.energy_per_atom)
        assert state.structure == static.structure
    assert result.converged
    assert result.formula == "Li2Mn3NiO8"


def test_moments_are_unsigned_and_oxidation_states_balance_the_charge(
    result: LithiationResult,
) -> None:
    assert [state.moments["Ni"] for state in result.states] == pytest.approx(
        [0.3, 1.0, 1.7, 1.7, 1.7]
    )
    assert [state.charge_sum for state in result.states] == [0] * 5
    last = result.states[-1]
    assert last.oxidation_states == {"Ni": {"2+": 4}, "Mn": {"3+": 8, "4+": 4}}
    assert len(last.site_moments["Mn"]) == 12


def test_lattice_and_distortion_follow_the_stretch_of_the_cells(result: LithiationResult) -> None:
    # The fixture stretches c by 0.6 % per Li above 8.
    assert [state.c_over_a for state in result.states] == pytest.approx([1, 1, 1, 1.024, 1.048])
    assert [state.volume_change_percent for state in result.states] == pytest.approx(
        [0, 0, 0, 2.4, 4.8]
    )
    assert result.volume_change_percent == pytest.approx(4.8)
    assert result.states[-1].unique_axis == "c"
    # The Ni octahedron is regular; its bonds along c grow by 4.8 % of their c component.
    ni = [state.jahn_teller["Ni"] for state in result.states]
    assert ni[:3] == pytest.approx([0, 0, 0], abs=1e-9)
    assert ni[3] < ni[4]


def test_hull_and_voltages_follow_from_the_energies(result: LithiationResult) -> None:
    assert [step.voltage for step in result.voltages] == pytest.approx([4.74, 4.66, 2.85])
    assert [state.on_hull for state in result.states] == [True, True, True, False, True]
    assert result.states[3].energy_above_hull == pytest.approx(0.06)
    assert [state.formation_energy for state in result.states] == pytest.approx(
        [0, -0.4825, -0.925, -0.4025, 0]
    )
    assert result.two_phase is not None
    assert "two phases" in result.two_phase
    assert "60 meV" in result.two_phase


def test_published_voltages_accompany_computed_ones(result: LithiationResult) -> None:
    assert [str(step.published).split(" V ")[0] for step in result.voltages] == [
        "4.7",
        "4.7",
        "2.8-2.9",
    ]


def test_families_are_compared_by_lowest_energy(result: LithiationResult) -> None:
    assert result.states[-1].family == "all-octahedral"
    assert result.states[-1].family_energies == pytest.approx(
        {"all-octahedral": 0, "octahedral-added": 0.1}
    )


def test_result_survives_json(result: LithiationResult) -> None:
    again = LithiationResult.model_validate_json(result.model_dump_json())
    assert again == result


def test_intermediate_phase_below_the_tie_line_is_named(campaign: Campaign) -> None:
    campaign.statics[3].energy -= 8 * 0.1
    two_phase = campaign.summarise().two_phase
    assert "x = 1.5 lies 40 meV per formula unit below" in two_phase


def test_refused_candidate_is_recorded_and_never_chosen(campaign: Campaign) -> None:
    cell = campaign.statics[2].structure
    campaign.add(8, "vacancy", cell, -1000.0, converged=False)
    result = campaign.summarise()
    [refused] = result.refused
    assert refused.x == 1
    assert "0.310 eV/Å after 200 steps, limit 0.05: raise" in refused.reason
    assert result.converged
    assert [step.voltage for step in result.voltages] == pytest.approx([4.74, 4.66, 2.85])


def test_li_content_without_converged_candidate_is_left_out_of_hull_and_voltages(
    campaign: Campaign,
) -> None:
    campaign.refuse(4)
    result = campaign.summarise()
    assert not result.converged
    assert [state.x for state in result.states] == [0, 1, 1.5, 2]
    assert [step.voltage for step in result.voltages] == pytest.approx([4.7, 2.85])
    assert any("x = 0.5 is missing" in warning for warning in result.warnings)
    assert "4 of 5" in result.criterion


@pytest.mark.parametrize("kind", ["unconverged", "missing"])
def test_state_needs_a_converged_static_calculation(campaign: Campaign, kind: str) -> None:
    static = campaign.statics.pop(2)
    if kind == "unconverged":
        campaign.statics.append(static.model_copy(update={"converged": False}))
    result = campaign.summarise()
    assert not result.converged
    assert 1.0 not in [state.x for state in result.states]
    assert "static calculation" in result.refused[-1].reason
    assert all(state.volume_change_percent is None for state in result.states)
    assert result.two_phase is None


def test_missing_end_member_leaves_no_formation_energies(campaign: Campaign) -> None:
    campaign.refuse(16)
    result = campaign.summarise()
    assert all(state.formation_energy is None for state in result.states)
    assert any("no formation energies" in warning for warning in result.warnings)
    assert result.voltages[-1].x_high == 1.5


def test_unconverged_li_metal_gives_no_voltages(campaign: Campaign) -> None:
    campaign.li_metal.converged = False
    result = campaign.summarise()
    assert result.voltages == []
    assert not result.converged
    assert any("no voltages: Li metal" in warning for warning in result.warnings)


def test_engine_without_moments_is_reported(campaign: Campaign) -> None:
    for static in campaign.statics:
        static.magmoms = None
    result = campaign.summarise()
    assert all(state.moments == {} and state.charge_sum is None for state in result.states)
    [warning] = [w for w in result.warnings if "no magnetic moments at x = 0, 0.5, 1" in w]
    assert warning.startswith("chgnet 0.3.0 reported")
    assert "moments=chgnet computes" in warning
    assert result.moments_engine is None


def test_moments_of_another_engine_are_never_mixed_with_those_of_the_first(
    campaign: Campaign,
) -> None:
    other = EngineInfo(name="other", version="1.0", surrogate=True)
    own = campaign.summarise()
    of_other = [
        static.model_copy(
            update={"engine": other, "magmoms": [2 * moment for moment in static.magmoms or []]}
        )
        for static in campaign.statics[1:]
    ]
    result = campaign.summarise(moments_engine=other, moments=of_other)
    assert result.moments_engine == other
    assert {state.moments_by for state in result.states} == {other.label}
    assert result.states[0].moments == {}  # the engine's own ones are not used
    assert result.states[2].moments["Mn"] == pytest.approx(2 * own.states[2].moments["Mn"])
    assert [s.energy_per_atom for s in result.states] == [s.energy_per_atom for s in own.states]
    [said, missing, *_] = [warning for warning in result.warnings if "moments" in warning]
    assert "are those of other 1.0 (machine-learned potential, not DFT) for structures" in said
    assert missing == "other 1.0 reported no magnetic moments at x = 0"


def test_unbalanced_oxidation_states_are_reported(campaign: Campaign) -> None:
    # Four Ni at 1.275 µB are taken as 3+ instead of 2+.
    campaign.statics[2].magmoms = [
        0.75 * moment if moment < 2 else moment for moment in campaign.statics[2].magmoms
    ]
    [warning] = [w for w in campaign.summarise().warnings if "oxidation states" in w]
    assert warning.startswith("x = 1: the oxidation states read off the moments sum to +4 e")


def test_families_that_relaxed_to_the_same_sites_are_reported(campaign: Campaign) -> None:
    """The fixture gives both families at x = 2 the same structure."""
    result = campaign.summarise()
    state = result.states[-1]
    assert len(state.family_li_sites) > 1
    assert all(sites == state.li_sites for sites in state.family_li_sites.values())
    families = ", ".join(state.family_li_sites)
    assert any(w.startswith(f"x = 2: {families} all relaxed to") for w in result.warnings)


def test_moments_outside_every_window_are_reported(campaign: Campaign) -> None:
    campaign.statics[2].magmoms = [0.0] * len(campaign.statics[2].magmoms)
    result = campaign.summarise()
    assert result.states[2].charge_sum is None
    assert any(warning.startswith("x = 1: 12 of 12 Mn") for warning in result.warnings)


def test_energies_of_different_engines_are_refused(campaign: Campaign) -> None:
    campaign.li_metal.engine = campaign.li_metal.engine.model_copy(update={"weights": "0.2.0"})
    with pytest.raises(ValueError, match="different engines"):
        campaign.summarise()


def test_inconsistent_li_contents_are_refused(campaign: Campaign) -> None:
    campaign.candidates[0].x = 0.25
    with pytest.raises(ValueError, match=r"says x = 0\.25, but 0 Li in 8 formula units are x = 0"):
        campaign.summarise()
    campaign.candidates[0].x = 0.0
    campaign.statics.append(campaign.statics[0])
    with pytest.raises(ValueError, match="two static calculations with 0 Li"):
        campaign.summarise()
    campaign.selections.pop()
    with pytest.raises(ValueError, match="a candidate has 16 Li, selected were"):
        campaign.summarise()


def test_campaign_without_converged_candidates_is_refused_with_the_reasons(
    make_campaign: Callable[[Sequence[int]], Campaign],
) -> None:
    campaign = make_campaign([0, 8])
    campaign.refuse(0)
    campaign.refuse(8)
    with pytest.raises(ValueError, match=r"x = 0 is missing.*0\.310 eV/Å.*x = 1 is missing"):
        campaign.summarise()


def test_lowest_returns_the_candidate_of_lowest_usable_energy(campaign: Campaign) -> None:
    pool = [candidate for candidate in campaign.candidates if candidate.n_li == 16]
    assert lowest(reversed(pool)).family == "all-octahedral"
    refused = pool[0].model_copy(update={"refusal": "relaxed into another family"})
    assert lowest([refused, pool[1]]).family == "octahedral-added"


def test_error_of_lowest_without_usable_candidate_lists_the_reasons(campaign: Campaign) -> None:
    pool: list[LithiationCandidate] = [
        campaign.candidates[-2].model_copy(update={"refusal": "clash of 0.9 Å"}),
        campaign.candidates[-1].model_copy(update={"calculation": None}),
    ]
    with pytest.raises(
        ValueError,
        match=r"x = 2: all-octahedral \(tetragonal\): clash of 0\.9 Å; "
        r"octahedral-added \(tetragonal\): not computed",
    ):
        lowest(pool)
    with pytest.raises(ValueError, match=r"\[0, 16\] inserted atoms cannot be compared"):
        lowest([pool[0], campaign.candidates[0]])
    with pytest.raises(ValueError, match="no candidate"):
        lowest([])


def test_missing_lithium_metal_gives_a_warning_instead_of_voltages(campaign: Campaign) -> None:
    campaign.li_metal = None
    result = campaign.summarise()
    assert result.converged
    assert result.voltages == []
    assert result.li_energy_per_atom is None
    assert "no voltages: Li metal: not among the calculations" in result.warnings
    assert [state.on_hull for state in result.states] == [True, True, True, False, True]
