import shutil
from pathlib import Path

import pytest
from jobflow import JobStore
from rich.console import Console

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.runs import CalculationResult
from liponflow.ingest.ingest import ingest
from liponflow.store.results import find_results, open_store


def test_results_are_stored_and_read_again(campaign: Path, store: JobStore) -> None:
    report = ingest([campaign], store)
    assert report.broken == []
    assert [(item.result.kind, item.runs) for item in report.stored] == [("lithiation", 3)]
    [found] = find_results(store, kind="lithiation", formula="Li2Mn3NiO8", engine="vasp")
    assert isinstance(found.result, LithiationResult)
    assert found.uuid == report.stored[0].uuid
    assert found.result == report.stored[0].result


def test_results_are_stored_in_the_embedded_store(campaign: Path, tmp_path: Path) -> None:
    embedded = open_store(tmp_path / "results.db")
    ingest([campaign], embedded)
    [found] = find_results(embedded, where=["states.x=0.5"])
    assert isinstance(found.result, LithiationResult)
    embedded.close()


def test_known_runs_are_skipped_regardless_of_location(
    campaign: Path, store: JobStore, tmp_path: Path
) -> None:
    ingest([campaign], store)
    again = ingest([campaign], store)
    assert again.stored == []
    assert len(again.known) == 1
    moved = shutil.copytree(campaign, tmp_path / "elsewhere")
    assert ingest([moved], store).stored == []
    assert len(find_results(store)) == 1


def test_additional_li_content_makes_a_new_result(campaign: Path, store: JobStore) -> None:
    hidden = campaign.parent / "hidden"
    shutil.move(campaign / "lnmo" / "x0.5", hidden)
    ingest([campaign], store)
    shutil.move(hidden, campaign / "lnmo" / "x0.5")
    [stored] = ingest([campaign], store).stored
    assert stored.runs == 3


def test_li_metal_alone_is_stored_as_a_calculation(campaign: Path, store: JobStore) -> None:
    [stored] = ingest([campaign / "Li"], store).stored
    assert isinstance(stored.result, CalculationResult)
    assert stored.result.task == "relaxation"
    assert stored.result.energy_per_atom == pytest.approx(-1.9)


def test_broken_runs_are_named_and_the_others_stored(campaign: Path, store: JobStore) -> None:
    cut = campaign / "lnmo" / "x0.5" / "vasprun.xml"
    cut.write_text(cut.read_text()[:-200])
    (campaign / "lnmo" / "x0" / "OUTCAR").write_text("damaged")
    (campaign / "empty").mkdir()
    (campaign / "inputs").mkdir()
    shutil.copy(campaign / "Li" / "INCAR", campaign / "inputs" / "INCAR")
    report = ingest([campaign, campaign / "empty"], store)
    said = "\n".join(report.broken)
    for part in (
        "empty: no VASP run in it",
        "inputs: no vasprun.xml: VASP has not run here yet",
        "x0.5/vasprun.xml: breaks off",
        "x0/OUTCAR: cannot be read",
    ):
        assert part in said
    assert len(report.broken) == 4
    assert report.stored == []
    assert [item.result.kind for item in ingest([campaign / "Li"], store).stored] == [
        "calculation"
    ]


def test_progress_is_shown(campaign: Path, store: JobStore) -> None:
    console = Console(record=True, force_terminal=True, width=80)
    ingest([campaign], store, console=console)
    assert "reading" in console.export_text()
