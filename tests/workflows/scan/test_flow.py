"""The scan: its jobs, invalid input, and one tiny scan from start to end."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import scan_results
from jobflow import Flow, OnMissing

from liponflow.analysis.derivatives.published import published_derivatives
from liponflow.analysis.scan.result import ScanResult
from liponflow.inputs.presets import ParameterError
from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.scan.compositions import fitting_size
from liponflow.workflows.scan.jobs import conclude

pytestmark = pytest.mark.usefixtures("warm_workers")

SCAN = get_campaign("scan")

TINY: dict[str, Any] = {
    "compositions": ["Li3BO3", "Li2.5BO3"],
    "grid": None,
    "n_atoms": 14,
    "glass": {"n_models": 1, "protocol": [], "density": 2.0, "force_limit": 0.5},
    "compute": ["window"],
    "stability": {"samples": 20, "force_limit": 0.5},
}
"""Li3BO3 twice, the second time from a formula that lacks Li; seven small crystals."""


def plan(preset: str = "quick", **overrides: Any) -> Flow:
    return SCAN.plan(preset=preset, engine="chgnet", overrides=overrides)


def names(flow: Flow) -> Counter[str]:
    return Counter(job.name for job, _ in flow.iterflow())


def test_every_composition_has_a_glass_and_a_window_and_crystals_are_shared() -> None:
    flow = plan(**TINY | {"compositions": ["Li3BO3", "LiBO2", "Li4B2O5"], "n_atoms": 20})
    found = names(flow)
    for formula in ("Li3BO3", "LiBO2", "Li4B2O5"):
        for job in ("relax seed 0", "measure seed 0", "energy of the glass", "its phases"):
            assert found[f"{job} {formula}"] == 1
        assert found[f"result {formula}"] == 2  # of the glass, and of the window
    assert found["relax LiBO2_gamma"] == 1
    assert found["put on one scale"] == 1
    assert found["result"] == 1


def test_what_fails_stops_only_what_depends_on_it() -> None:
    flow = plan(**TINY)
    (end,) = [job for job, _ in flow.iterflow() if job.uuid == flow.output.uuid]
    assert end.config.on_missing_references == OnMissing.NONE
    uuids = {job.uuid: job.name for job, _ in flow.iterflow()}
    by_name = {job.name: job for job, _ in flow.iterflow()}
    # The window of one composition needs its own glass and the crystals, but no other glass.
    needed = {uuids[uuid] for uuid in by_name["energy of the glass Li3BO3"].input_uuids}
    assert needed == {"result Li3BO3"}


def test_transport_heats_the_glass_of_its_composition() -> None:
    given = {"compositions": ["Li3PO4", "Li4P2O7"], "n_atoms": 56, "compute": ["transport"]}
    temperatures = {"transport": {"temperatures": [900, 1500]}, "rank_by": "conductivity"}
    flow = plan(**TINY | {"glass": {"n_models": 1}} | given | temperatures)
    jobs = {job.uuid: job for job, _ in flow.iterflow()}
    results = {job.uuid for job in jobs.values() if job.name == "result Li4P2O7"}
    heated = [job for job in jobs.values() if job.name.startswith("dynamics 900 K")]
    assert sorted(job.name for job in heated) == [
        "dynamics 900 K Li3PO4",
        "dynamics 900 K Li4P2O7",
    ]
    (one,) = [job for job in heated if job.name.endswith("Li4P2O7")]
    assert one.input_uuids
    assert set(one.input_uuids) <= results
    assert not any("put on one scale" in job.name for job in jobs.values())


def test_further_engines_compute_glass_and_transport_again() -> None:
    given = {"compositions": ["Li3PO4"], "n_atoms": 56, "compute": ["transport"]}
    heated = {"transport": {"temperatures": [900, 1500]}, "rank_by": "conductivity"}
    overrides = TINY | {"glass": {"n_models": 1}, "models": ["chgnet-0.2.0"]} | given | heated
    found = names(plan(**overrides))
    for job in ("relax seed 0", "dynamics 900 K", "dynamics 1500 K"):
        assert found[f"{job} chgnet-0.2.0 Li3PO4"] == 1
    request = SCAN.request(preset="quick", engine="chgnet", overrides=overrides)
    assert SCAN.engines(request) == ["chgnet", "chgnet-0.2.0"]


def test_failed_composition_leaves_the_others_whole() -> None:
    from stability_results import stability_result

    facts = [scan_results.facts("Li3PO4"), scan_results.facts("Li4P2O7")]
    asked = [{"glass": "a", "stability": "b"}, {"glass": "c", "stability": "d"}]
    engine = scan_results.made_by().engine
    record = {
        "preset": "quick",
        "parameters": {},
        "input_fingerprint": "0" * 64,
        "source_structure": "built",
        "parent_uuids": [],
    }
    job = conclude(
        facts,
        asked,
        [None, scan_results.glass()],
        [None, None],
        [None, stability_result(samples=4)],
        rank_by="window",
        engine=engine,
        record=record,
    )
    result = job.function(*job.function_args, **job.function_kwargs)
    assert [(row.modelled, row.rank) for row in result.rows] == [("Li4P2O7", 1), ("Li3PO4", None)]
    assert "Li3PO4: no glass: it failed; the run's report says why" in result.problems


def test_scan_without_window_relaxes_no_crystals() -> None:
    found = names(plan(**TINY | {"compute": []}))
    assert not any("put on one scale" in name or "window" in name for name in found)


def test_preset_of_derivatives_has_the_published_rows_with_p() -> None:
    from liponflow.inputs.presets import load_parameters
    from liponflow.inputs.scan import ScanParameters

    parameters = load_parameters(ScanParameters, "scan", "derivatives")
    rows = [
        row.printed
        for row in published_derivatives().rows
        if row.amounts != "not printed" and "P" in row.printed
    ]
    left_out = {"Li3.25C0.03PO3.87N0.21", "Li3.426PW0.008O2.091N0.364"}
    assert parameters.formulas == [formula for formula in rows if formula not in left_out]


def test_sizes_represent_the_composition_within_their_limit() -> None:
    # 8 atoms of Li3PO4 and 14 of Li5P2O6N; a size that holds whole formulas is exact.
    assert fitting_size("Li3PO4", 60) in (56, 64)
    assert fitting_size("Li5P2O6N", 60) == 56
    for row in published_derivatives().rows:
        if row.modelled is not None and "W" not in row.modelled and "C0" not in row.modelled:
            assert abs(fitting_size(row.modelled, 60) - 60) <= 9


def test_bad_compositions_are_refused_by_name_before_anything_is_computed() -> None:
    bad = ["Li3BO3", "Li3Xx", "LiF", "Li3.25C0.03PO3.87N0.21", "P4N1"]
    with pytest.raises(ParameterError) as caught:
        plan(**TINY | {"compositions": bad})
    text = str(caught.value)
    assert text.startswith("4 of 5 compositions cannot be built")
    assert "Li3Xx: Xx is not an element" in text
    assert "LiF: Li6 F6 has no network former" in text
    assert "Li3.25C0.03PO3.87N0.21: 14 atoms" in text
    assert "take 279 atoms or more" in text
    assert "P4N1 has a charge of" in text


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"compositions": [], "grid": None}, "there is nothing to compute"),
        ({"glass": {"densty": 2}}, "did you mean 'density'"),
        ({"glass": {"models": ["auto"]}}, "glass: further engines are those of the whole scan"),
        ({"models": ["chgnet-r2scn"]}, "did you mean 'chgnet-r2scan'"),
        ({"stability": {"source": "mp"}}, "computes its phases with its engine"),
        ({"rank_by": "conductivity"}, "conductivity needs transport, which compute = window"),
        ({"compute": ["transport"], "rank_by": "conductivity"}, "Å are the least"),
        ({"grid": {"end_members": ["Li3PO4"], "steps": 2}}, "at least 2"),
    ],
)
def test_bad_parameters_are_refused(overrides: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        plan(**TINY | overrides)


def test_a_structure_is_refused(tmp_path: Path) -> None:
    from liponflow.structures.phases import phase

    file = tmp_path / "Li2O.cif"
    phase("Li2O").structure().to(filename=str(file))
    with pytest.raises(ParameterError, match="leave --structure out"):
        SCAN.plan(preset="quick", engine="chgnet", structure_file=file)


def test_tiny_scan_computes_and_ranks(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store.db", runs_dir=tmp_path / "runs", workers=1)
    outcome = campaigns.run(plan(**TINY), settings, {"kind": "scan"})
    assert not outcome.report.failures
    assert outcome.result is not None
    result = outcome.result.result
    assert isinstance(result, ScanResult)
    assert result.converged
    first, second = sorted(result.rows, key=lambda row: row.printed != "Li3BO3")
    assert (first.change, second.modelled) == ("none", "Li3BO3")
    assert second.change == "Li 2.5 -> 3"
    assert any("no result; relax_cell=true" in line for line in result.warnings)
    for row in result.rows:
        assert row.density_fixed
        assert row.atoms == 14
        assert row.cell == "Li6B2O6"
        assert row.window_low is not None
        assert row.above_hull is not None
        assert row.above_hull > 0
    # The same glass twice: neither is better.
    assert [row.rank for row in result.rows] == [1, 1]
