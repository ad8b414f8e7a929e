"""The stability campaign: its jobs, reuse of records, other entries, invalid input."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from jobflow import Flow, Job
from monty.json import jsanitize
from pymatgen.analysis.phase_diagram import PDEntry
from pymatgen.core import Composition

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.phase_record import FAILED, PhaseRecord
from liponflow.analysis.stability.result import StabilityResult
from liponflow.cost.estimate import estimate
from liponflow.cost.flow import planned
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.stability import TOPIC, StabilityParameters
from liponflow.settings import Settings
from liponflow.store.results import open_store
from liponflow.structures.phases import phase, phases
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.stability import flow as stability
from liponflow.workflows.stability.flow import stability_engine
from liponflow.workflows.stability.jobs import ScaledEntries, collect_entries
from liponflow.workflows.stability.phases import phase_tools, record_name, relaxed_phases

pytestmark = pytest.mark.usefixtures("warm_workers")

plan = get_campaign("stability").plan

OXIDES: dict[str, Any] = {
    "composition": "Li2O",
    "compare": [],
    "unseen": [],
    "electrode": None,
    "samples": 0,
}
"""Four small crystals: Li, Li2O, Li2O2, LiO2."""

WARM = {"temperature": 300, "phonon_length": 4, "phonon_force_limit": 0.05}

CHGNET = EngineInfo(
    name="chgnet",
    version="0.4.2",
    weights="0.3.0",
    functional="PBE, Materials Project 2020 corrections included",
    surrogate=True,
)


def names(flow: Flow) -> list[str]:
    return [job.name for job, _ in flow.iterflow()]


def settings(folder: Path) -> Settings:
    return Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=2)


def run(flow: Flow, folder: Path) -> campaigns.Outcome:
    return campaigns.run(flow, settings(folder), {"command": ["pytest"]})


def result_of(outcome: campaigns.Outcome) -> StabilityResult:
    assert outcome.result is not None
    result = outcome.result.result
    assert isinstance(result, StabilityResult)
    return result


# Jobs of the flow


def test_quick_preset_relaxes_all_crystals_but_not_the_gases() -> None:
    found = names(plan(preset="quick", engine="chgnet"))
    crystals = {entry.name for entry in phases("lipon")} - {"O2_alpha", "N2_alpha"}
    for task in ("relax", "static", "phase"):
        assert {f"{task} {name}" for name in crystals} <= set(found)
    assert len(found) == 3 * len(crystals) + 2
    assert found[-2:] == ["put on one scale", "result"]


def test_only_crystals_of_the_requested_elements_are_relaxed() -> None:
    found = names(plan(preset="quick", engine="chgnet", overrides=OXIDES))
    relaxed = {name.removeprefix("relax ") for name in found if name.startswith("relax ")}
    assert relaxed == {"Li_bcc", "Li2O", "Li2O2", "LiO2"}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"composition": "Li2SeO4"}, "no Se: give entries .* by --entries FILE or source=mp"),
        ({"exclude": "Li9N"}, "exclude=Li9N: no such phase of Li-N-O-P; there are Li, Li14P2"),
        ({"exclude": "Li"}, "needs its elements; exclude compounds only"),
        ({"composition": "Li2POxN"}, "is not a formula"),
        ({"source": "file"}, "source=file needs the file"),
        ({"glass": "latest"}, "there is no results store to look in"),
        ({"source": "store"}, "holds no VASP calculation of Li-N-O-P"),
        ({"entries": "nowhere.json"}, "cannot read the entries in nowhere.json"),
    ],
)
def test_invalid_input_is_refused(overrides: dict[str, Any], message: str) -> None:
    overrides = {"electrode": None} | overrides
    with pytest.raises(ValueError, match=message):
        plan(preset="quick", engine="chgnet", overrides=overrides)


def test_composition_is_taken_from_the_structure(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    phase("Li2O2").primitive().to_file(str(path))
    overrides = {key: value for key, value in OXIDES.items() if key != "composition"}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides, structure_file=path)
    [result] = [job for job, _ in flow.iterflow() if job.name == "result"]
    assert result.function_kwargs["parameters"].composition == "Li2O2"
    with pytest.raises(ParameterError, match="two materials"):
        plan(preset="quick", engine="chgnet", overrides=OXIDES, structure_file=path)


# Two campaigns in the same store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("campaign")


@pytest.fixture(scope="module")
def first(folder: Path) -> StabilityResult:
    flow = plan(preset="quick", engine="chgnet", overrides=OXIDES | WARM)
    outcome = run(flow, folder)
    assert not outcome.report.failures
    return result_of(outcome)


def test_window_of_lithium_oxide_agrees_with_experiment(first: StabilityResult) -> None:
    # Measured: Li2O is stable against Li and is oxidised to the peroxide at 2.9 V.
    assert first.window_low == 0
    assert first.window_high == pytest.approx(2.9, abs=0.1)
    assert first.segments[-1].equation == "2 Li2O -> O2 + 4 Li"
    [formation] = [item.formation_energy_per_atom for item in first.phases if item.name == "Li2O"]
    assert formation == pytest.approx(-2.0715, abs=0.1)  # Materials Project 2019, eV/atom
    assert {item.name for item in first.phases} == {"Li", "O2", "Li2O", "Li2O2", "LiO2"}
    assert "gases by reference" in first.scale


def test_temperature_lowers_the_oxidation_limit(first: StabilityResult) -> None:
    [shift] = first.thermal
    assert shift.temperature == 300
    assert shift.low == 0
    assert shift.high_shift is not None
    assert -0.2 < shift.high_shift < 0
    assert any("only phases that are stable at 0 K take part" in text for text in first.warnings)


def test_later_run_reuses_all_records(folder: Path, first: StabilityResult) -> None:
    store = open_store(folder / "results.db", read_only=True)
    flow = plan(preset="quick", engine="chgnet", overrides=OXIDES | WARM, store=store)
    assert names(flow) == ["put on one scale", "displace the stable phases", "result"]
    by_name = {job.name: job for job, _ in flow.iterflow()}
    scaled: ScaledEntries = _call(by_name["put on one scale"])
    known = by_name["displace the stable phases"].function_args[2]
    assert known.keys() == {"Li_bcc", "Li2O", "Li2O2"}
    again: StabilityResult = _call(
        by_name["result"], scaled.entries, list(known.values()), engine=scaled.engine
    )
    assert again.segments == first.segments
    assert again.thermal == first.thermal
    assert "4 of them relaxed by earlier runs" in again.provenance.source_structure


@pytest.mark.usefixtures("first")
def test_changed_settings_are_computed_again(folder: Path) -> None:
    store = open_store(folder / "results.db", read_only=True)
    flow = plan(
        preset="quick", engine="chgnet", overrides=OXIDES | {"force_limit": 0.04}, store=store
    )
    assert len(names(flow)) == 3 * 4 + 2


def _call(job: Job, *arguments: Any, **options: Any) -> Any:
    """Run the function of a job in this process, with its own or other arguments."""
    return job.function(*(arguments or job.function_args), **job.function_kwargs | options)


# Energies on one scale


@pytest.fixture
def record() -> Callable[..., PhaseRecord]:
    def make(name: str, energy: float, **fields: Any) -> PhaseRecord:
        facts = phase(name)
        made = {
            "phase_fingerprint": "0" * 64,
            "name": name,
            "source": facts.source,
            "spacegroup": facts.spacegroup,
            "relaxed_spacegroup": facts.spacegroup,
            "symmetry_tolerance": 0.1,
            "volume_change_percent": 1.0,
            "energy_per_atom": energy,
            "hubbard_u": {},
            "max_force": 0.01,
            "converged": True,
            "problem": None,
            "engine": CHGNET,
            "structure": facts.primitive(),
        }
        return PhaseRecord.model_validate(made | fields)

    return make


def collected(records: Sequence[PhaseRecord | None], **options: Any) -> EntrySet:
    found = [item.name if item else "Li2O2" for item in records]
    scaled: ScaledEntries = collect_entries.original(
        found, records, **{"gases": ["Li", "O"], "corrections": "auto"} | options
    )
    assert scaled.engine == next(item.engine for item in records if item)
    return scaled.entries


def test_failed_and_transformed_crystals_are_excluded_by_name(
    record: Callable[..., PhaseRecord],
) -> None:
    entries = collected(
        [
            record("Li_bcc", -1.9),
            record("Li2O", -4.9),
            record("LiO2", -4.9, relaxed_spacegroup="P1", problem="it changed from Pnnm to P1"),
            None,
        ]
    )
    assert {entry.name for entry in entries.entries} == {"Li", "Li2O", "O2"}
    assert {item.name: item.reason for item in entries.excluded} == {
        "LiO2": "it changed from Pnnm to P1",
        "Li2O2": FAILED,
    }


def test_lowest_polymorph_is_named_by_its_formula(
    record: Callable[..., PhaseRecord],
) -> None:
    entries = collected(
        [record("Li_bcc", -1.9), record("Li3N_alpha", -3.90), record("Li3N_beta", -3.95)],
        gases=["N"],
    )
    assert entries.named("Li3N").energy_per_atom == -3.95
    assert entries.named("Li3N_alpha").energy_per_atom == -3.90


def test_corrected_energies_are_not_corrected_again(record: Callable[..., PhaseRecord]) -> None:
    records = [record("Li_bcc", -1.9), record("Li2O", -4.9)]
    assert collected(records).named("Li2O").energy_per_atom == -4.9
    with pytest.raises(ValueError, match="would count them twice; use corrections=auto"):
        collected(records, corrections="mp2020")


def test_vasp_energies_are_corrected(record: Callable[..., PhaseRecord]) -> None:
    vasp = EngineInfo(name="vasp", version="6.4.2", functional="PBE+U", surrogate=False)
    records = [record("Li_bcc", -1.9, engine=vasp), record("Li2O", -4.5, engine=vasp)]
    entries = collected(records)
    # Wang et al. 2021: -0.687 eV per oxide ion.
    assert entries.named("Li2O").energy_per_atom == pytest.approx(-4.5 - 0.687 / 3)
    assert entries.named("Li").energy_per_atom == -1.9
    assert "Materials Project 2020 corrections" in entries.scale


def test_stand_in_is_not_labelled_vasp(record: Callable[..., PhaseRecord]) -> None:
    engine = CHGNET.model_copy(update={"name": "vasp (stand-in: chgnet 0.3.0)", "weights": None})
    records = [record("Li_bcc", -1.9, engine=engine), record("Li2O", -4.9, engine=engine)]
    assert collected(records).scale.startswith("vasp (stand-in: chgnet 0.3.0)")
    assert collected(records).named("Li2O").energy_per_atom == -4.9
    flow = plan(preset="quick", engine="vasp", overrides=OXIDES)
    by_name = {job.name: job for job, _ in flow.iterflow()}
    labelled = by_name["result"].function_kwargs["engine"]
    assert (
        labelled.uuid == by_name["put on one scale"].uuid
    )  # the engine that ran, not the one requested


def test_energies_on_different_scales_are_refused(record: Callable[..., PhaseRecord]) -> None:
    vasp = EngineInfo(name="vasp", version="6.4.2", functional="PBE+U", surrogate=False)
    with pytest.raises(ValueError, match="different scales"):
        collected([record("Li_bcc", -1.9), record("Li2O", -4.5, engine=vasp)])


UNSTATED = CHGNET.model_copy(update={"name": "Other", "functional": None, "energy_scale": None})


def test_corrections_of_an_unknown_potential_can_be_chosen(
    record: Callable[..., PhaseRecord],
) -> None:
    entries = collected([record("Li_bcc", -1.9, engine=UNSTATED)], corrections="none")
    assert entries.scale.startswith("Other 0.3.0 (machine-learned potential): functional")
    assert not entries.remarks


@pytest.mark.parametrize(
    ("oxide", "corrected", "said"),
    [
        (-4.731, True, r"Li2O deviate .* by 0.25 .* and by 0.02 with them, so they were added"),
        (-4.965, False, r"by 0.02 eV/atom as computed and by 0.21 with them, so none were added"),
        (-2.5, True, r"by 2.48 eV/atom as computed .*neither fits: .* another functional than"),
    ],
)
def test_corrections_of_an_unknown_potential_follow_from_its_energies(
    record: Callable[..., PhaseRecord], oxide: float, *, corrected: bool, said: str
) -> None:
    crystals = [("Li_bcc", -1.9), ("Li2O", oxide)]
    entries = collected([record(*crystal, engine=UNSTATED) for crystal in crystals])
    [found] = [entry.energy_per_atom for entry in entries.entries if entry.formula == "Li2O"]
    assert found == pytest.approx(oxide - 0.687 / 3 if corrected else oxide, abs=1e-3)
    [remark] = entries.remarks
    assert re.search(said, remark)
    assert ("with Materials Project 2020 corrections" in entries.scale) == corrected


def test_unknown_scale_without_a_measured_compound_stays_as_computed(
    record: Callable[..., PhaseRecord],
) -> None:
    [remark] = collected([record("Li_bcc", -1.9, engine=UNSTATED)]).remarks
    assert "is there to decide from: none were added" in remark


def test_potential_of_another_functional_is_refused_beside_gases() -> None:
    with pytest.raises(ValueError, match=r"O2 enter .* and chgnet-r2scan is for r2SCAN"):
        plan(preset="quick", engine="chgnet-r2scan", overrides={"composition": "Li2O"})


def test_error_is_raised_if_every_crystal_failed() -> None:
    with pytest.raises(ValueError, match="every reference crystal failed"):
        collected([None])


# Entries from a file


FORMATION = {
    "Li": 0.0, "P": 0.0, "O2": 0.0, "N2": 0.0, "Li2O": -2.0715, "Li3N": -0.4607, "Li3P": -0.6976,
    "LiPN2": -1.0021, "Li3PO4": -2.7671, "Li4P2O7": -2.7579, "P3N5": -0.5380, "Li2PO2N": -2.1867,
    "LiPO3": -2.7186, "P2O5": -2.4568, "LiP": -0.5249,
}  # fmt: skip
"""Formation energies (eV/atom), Materials Project 2019 with its corrections (CC-BY-4.0), from
C. J. Bartel et al., npj Comput. Mater. 6, 97 (2020)."""


@pytest.fixture(scope="module")
def entry_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("entries") / "entries.json"
    entries = [
        PDEntry(Composition(formula), energy * Composition(formula).num_atoms).as_dict()
        for formula, energy in FORMATION.items()
    ]
    path.write_text(json.dumps(entries))
    return path


def test_failed_phonons_of_an_element_only_lose_the_thermal_window(entry_file: Path) -> None:
    overrides = {"entries": str(entry_file), "electrode": None, "samples": 0, "temperature": 300}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides)
    by_name = {job.name: job for job, _ in flow.iterflow()}
    assert by_name.keys() == {"displace the stable phases", "result"}
    entries = by_name["result"].function_args[0]
    result: StabilityResult = _call(by_name["result"], entries, [None])
    assert result.thermal == []
    assert any("no window at 300 K: no free energy" in text for text in result.warnings)
    assert result.window_low == pytest.approx(0.68, abs=0.02)


def test_entries_of_a_potential_are_not_labelled_dft(
    entry_file: Path, tmp_path: Path, record: Callable[..., PhaseRecord]
) -> None:
    path = tmp_path / "own.json"
    path.write_text(collected([record("Li_bcc", -1.9), record("Li2O", -4.9)]).model_dump_json())
    flow = plan(preset="quick", engine="chgnet", overrides=OXIDES | {"entries": str(path)})
    [job] = [job for job, _ in flow.iterflow()]
    assert job.function_kwargs["engine"].surrogate
    flow = plan(preset="quick", engine="chgnet",
                overrides={"entries": str(entry_file), "electrode": None})  # fmt: skip
    [job] = [job for job, _ in flow.iterflow()]
    assert not job.function_kwargs["engine"].surrogate


def test_window_from_an_entry_file_agrees_with_published_values(
    entry_file: Path, tmp_path: Path
) -> None:
    overrides = {"entries": str(entry_file), "electrode": None, "samples": 20}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides)
    assert names(flow) == ["result"]
    result = result_of(run(flow, tmp_path))
    # Published: 0.68 to 2.63 V (Zhu, He, Mo 2015).
    assert result.window_low == pytest.approx(0.68, abs=0.02)
    assert result.window_high == pytest.approx(2.63, abs=0.02)
    assert set(result.segments[0].phases) == {"Li2O", "Li3N", "Li3P"}
    assert not result.provenance.engine.surrogate
    assert result.provenance.engine.functional == result.scale
    assert result.provenance.source_structure == str(entry_file)


def test_fractional_composition_and_exclusions_are_used(entry_file: Path) -> None:
    overrides = {
        "entries": str(entry_file),
        "electrode": None,
        "composition": "Li2.98PO3.3N0.46",
        "exclude": "Li3P, Li2PO2N",
        "above_hull": 0.05,
        "samples": 0,
    }
    flow = plan(preset="quick", engine="chgnet", overrides=overrides | {"compare": "Li3PO4"})
    [job] = [job for job, _ in flow.iterflow()]
    result: StabilityResult = _call(job)
    assert result.composition == {"Li": 2.98, "P": 1.0, "O": 3.3, "N": 0.46}
    assert result.above_hull == 0.05
    assert result.energy_source == "assumed (parameter above_hull)"
    assert {item.name for item in result.excluded} == {"Li3P", "Li2PO2N"}
    assert all("Li3P" not in segment.phases for segment in result.segments)


def test_entries_without_an_element_are_refused_before_the_run(entry_file: Path) -> None:
    overrides = {"entries": str(entry_file), "electrode": "LixNi0.5Mn1.5O4"}
    with pytest.raises(ValueError, match="have no Mn, Ni"):
        plan(preset="quick", engine="chgnet", overrides=overrides)


def test_gas_entropy_alone_can_be_included(entry_file: Path) -> None:
    overrides = {
        "entries": str(entry_file),
        "electrode": None,
        "samples": 0,
        "temperature": 300,
        "vibrations": "none",
    }
    flow = plan(preset="quick", engine="chgnet", overrides=overrides)
    [job] = [job for job, _ in flow.iterflow()]
    result: StabilityResult = _call(job)
    [shift] = result.thermal
    # N2 is released at the upper limit and gains entropy: 0.31 eV per N at 300 K on this scale.
    assert shift.low_shift == pytest.approx(0, abs=1e-6)
    assert shift.high_shift is not None
    assert -0.31 < shift.high_shift < -0.01
    assert any("solids have no entropy" in text for text in result.warnings)


def test_flow_without_calculations_costs_nothing(entry_file: Path) -> None:
    overrides = {"entries": str(entry_file), "electrode": None}
    cost = estimate(plan(preset="quick", engine="chgnet", overrides=overrides))
    assert (cost.core_hours, cost.lines) == (0, [])
    assert "there already" in cost.basis


# The glass


GLASS = GlassEnergy(
    formula="Li2.98PO3.3N0.46",
    energy_per_atom=-6.0,
    spread=0.01,
    n_models=3,
    scale="made up",
    uuid="abcd1234-0000",
)


def test_composition_is_taken_from_the_glass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability, "stored_glass", lambda *_: GLASS)
    overrides = {"glass": "abcd", "electrode": None}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides)
    [result] = [job for job, _ in flow.iterflow() if job.name == "result"]
    assert result.function_kwargs["parameters"].composition == GLASS.formula
    assert result.function_kwargs["glass_energy"] == GLASS
    with pytest.raises(ParameterError, match=r"composition=Li3PO4 is not that of glass abcd1234"):
        plan(preset="quick", engine="chgnet", overrides=overrides | {"composition": "Li3PO4"})


# Magnetic orders

NICKEL_OXIDE = {
    "composition": "NiO",
    "compare": [],
    "electrode": None,
    "exclude": ["LiO2", "Li2O2"],
}


def test_dft_relaxes_the_likeliest_magnetic_orders_and_keeps_the_lowest() -> None:
    flow = plan(preset="quick", engine="vasp", overrides=NICKEL_OXIDE)
    starts = {
        name: job
        for name, job in {job.name: job for job, _ in flow.iterflow()}.items()
        if name.startswith("relax ")
    }
    orders = ("ferromagnetic", "antiferromagnetic-1", "antiferromagnetic-2")
    for order in orders:
        relax = starts[f"relax NiO {order}"]
        written = relax.maker.input_set_generator.get_input_set(
            relax.function_args[0], potcar_spec=True
        )
        moments = relax.function_args[0].site_properties["magmom"]
        assert written["INCAR"]["MAGMOM"] == moments
        assert (sum(moments) == 0) == (order != "ferromagnetic")
    assert "relax Li2O" in starts
    choice = {job.name: job for job, _ in flow.iterflow()}["lowest order of NiO"]
    assert choice.function_args[1] == list(orders)
    counted = [line for line in planned(flow) if line.kind == "relax"]
    assert len(counted) == len(starts) == len({*starts})


def test_potentials_relax_one_start_of_a_crystal() -> None:
    flow = plan(preset="quick", engine="chgnet", overrides=NICKEL_OXIDE)
    assert [name for name in names(flow) if "NiO" in name and name.startswith("relax ")] == [
        "relax LiNiO2",
        "relax NiO",
    ]


def test_records_of_orders_are_found_again(
    tmp_path: Path, record: Callable[..., PhaseRecord]
) -> None:
    parameters = load_parameters(StabilityParameters, TOPIC, "quick", NICKEL_OXIDE)
    engine = stability_engine("vasp", parameters, {}, "quick")
    store = open_store(tmp_path / "results.db")
    crystal = phase("NiO")
    empty = phase_tools(engine, [crystal], parameters=parameters, store=store)
    for energy, (label, digest) in enumerate(empty["fingerprints"].items(), start=-7):
        order = label.removeprefix("NiO ")
        found = record(
            "NiO", energy, phase_fingerprint=digest, magnetic_order=order, engine=engine.describe()
        )
        document = {
            "uuid": label,
            "index": 1,
            "name": record_name(label),
            "completed_at": "2026-01-01T00:00:00",
            "output": jsanitize(found, strict=True, enum_values=True),
        }
        store.update([document])
    relaxed = relaxed_phases(
        phase_tools(engine, [crystal], parameters=parameters, store=store), [crystal]
    )
    assert (list(relaxed.jobs), relaxed.known) == ([], 1)
    best = relaxed.records["NiO"]
    assert isinstance(best, PhaseRecord)
    assert best.magnetic_order == "ferromagnetic"
    assert [order.above for order in best.orders] == [0, 1, 2]
    more = parameters.model_copy(update={"magnetic_orders": 1})
    [start] = phase_tools(engine, [crystal], parameters=more)["fingerprints"].items()
    assert start == next(iter(empty["fingerprints"].items()))
