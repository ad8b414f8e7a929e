import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jobflow import JobStore
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.vasp.outputs import Outcar
from rich.console import Console
from spinel_runs import relaxation
from vasp_files import Densities, Run, bump, doscar

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.runs import CalculationResult
from liponflow.boundary import reason_of
from liponflow.engines.vasp.reading import runs
from liponflow.ingest.ingest import ingest
from liponflow.ingest.lithiation import LithiationUnit
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


def _bse(text: str) -> str:
    """Return what VASP leaves of a Bethe-Salpeter calculation."""
    text = text.replace("<incar>", '<incar><i type="string" name="ALGO">BSE</i>')
    return re.sub(r"<calculation>.*</calculation>", "", text, flags=re.DOTALL)


DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "bse": (_bse, "bse/vasprun.xml: no ionic step with an energy (ALGO = Bse)"),
    "no-step": (lambda text: text.replace("calculation>", "c>"), "vasprun.xml: breaks off or is"),
    "no-number": (lambda text: text.replace("-3.80000000", "*" * 12), "energy"),
    "nan": (lambda text: text.replace("-3.80000000", "nan"), "energy"),
    "no-atoms": (lambda text: text.replace("atominfo>", "atoms>"), "vasprun.xml: cannot be read"),
    "no-tag": (lambda text: text.replace('"IBRION">2', '"IBRION">x'), "cannot be read"),
    "no-xml": (lambda _: "<modeling/>", "cannot be read"),
    "nothing": (lambda _: "", "vasprun.xml: breaks off or is damaged"),
}


@pytest.mark.filterwarnings("ignore")
def test_what_a_library_stumbles_over_is_the_error_of_one_run(
    campaign: Path, store: JobStore
) -> None:
    for name, (change, _) in DAMAGES.items():
        folder = shutil.copytree(campaign / "Li", campaign / "a-damaged" / name)
        file = folder / "vasprun.xml"
        file.write_text(change(file.read_text()))
    report = ingest([campaign / "a-damaged", campaign / "Li"], store)
    assert [item.result.formula for item in report.stored] == ["Li"]
    assert len(report.broken) == len(DAMAGES)
    for name, (_, complaint) in DAMAGES.items():
        [message] = [text for text in report.broken if f"a-damaged/{name}" in text]
        assert complaint in message


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("depth"), KeyError("x")])
def test_memory_and_depth_are_errors_of_one_run_too(
    campaign: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def stumble(path: Path) -> Outcar:
        if path.parent.name == "Li":
            raise error
        return Outcar(path)

    monkeypatch.setattr(runs, "Outcar", stumble)
    other = relaxation(0)
    other.write(campaign / "other")
    report = ingest([campaign / "Li", campaign / "other"], store)
    [message] = report.broken
    assert f"Li/OUTCAR: cannot be read as an OUTCAR ({reason_of(error)}): remove it" in message
    assert len(report.stored) == 1


def test_folders_and_groups_that_cannot_be_read_are_named(
    campaign: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def refuse(folder: Path) -> Iterator[Path]:
        if folder.name == "x0.5":
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    def stumble(*_: object) -> list[LithiationUnit]:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Path, "iterdir", refuse)
    monkeypatch.setattr("liponflow.ingest.ingest.lithiation_units", stumble)
    report = ingest([campaign], store)
    denied, group = report.broken
    assert re.search(r"x0\.5: cannot be read as a folder \(Permission denied\): give", denied)
    assert "and 2 more: cannot be read as one set of runs (ZeroDivisionError" in group
    assert [item.result.kind for item in report.stored] == ["calculation"] * 3


def test_ctrl_c_ends_the_command(
    campaign: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "Outcar", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ingest([campaign], store)


def test_nan_in_a_density_of_states_is_refused(
    campaign: Path, store: JobStore, tmp_path: Path
) -> None:
    folder = tmp_path / "dos"
    static = replace(relaxation(0), incar={})
    static.write(folder)
    (folder / "vasprun.xml").unlink()
    text = doscar(np.array([bump(0.0)]), [np.array([bump(0.0)] * 3)] * len(static.steps[0]))
    (folder / "DOSCAR").write_text(text)
    assert ingest([folder], store).broken == []
    (folder / "DOSCAR").write_text(text.replace(" 0.0000E+00", "        nan", 1))
    report = ingest([folder, campaign / "Li"], store)
    # Its OUTCAR still has the energy.
    assert {(item.result.kind, item.result.formula) for item in report.stored} == {
        ("calculation", "Li"),
        ("calculation", "Mn3NiO8"),
    }
    [message] = report.broken
    assert re.search(r"dos/DOSCAR: .* holds nan at index \[0, 1\]", message)


def test_progress_is_shown(campaign: Path, store: JobStore) -> None:
    console = Console(record=True, force_terminal=True, width=80)
    ingest([campaign], store, console=console)
    assert "reading" in console.export_text()


def test_run_that_is_not_self_consistent_is_no_state_of_a_lithiation(
    campaign: Path, store: JobStore, make_relaxation: Callable[..., Run]
) -> None:
    """A calculation of bands has the lowest number that stands for an energy."""
    ingest([campaign], store)
    [before] = find_results(store, kind="lithiation")
    bands = make_relaxation(8)
    bands.incar = {**bands.incar, "NSW": 0, "IBRION": -1, "ICHARG": 11}
    bands.energies = [-900.0] * len(bands.energies)
    bands.write(campaign / "lnmo" / "bands")
    report = ingest([campaign], store)
    assert report.stored == []
    assert len(report.known) == 1
    [complaint] = report.broken
    assert "bands/vasprun.xml: ICHARG = 11 keeps the charge density" in complaint
    assert find_results(store, kind="lithiation")[0].uuid == before.uuid


def test_bands_with_densities_of_states_are_stored_for_those(
    tmp_path: Path, store: JobStore
) -> None:
    cell = Structure(Lattice.cubic(4), ["Fe", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    site = np.array([[bump(0)] * 9])
    densities = Densities(np.array([bump(0)]), [site] * 2)
    Run([cell], [-9.0], {"ICHARG": 11}, densities=densities).write(tmp_path)
    report = ingest([tmp_path], store)
    assert [item.result.kind for item in report.stored] == ["pdos"]
    assert report.broken == []


def test_relaxation_and_static_calculation_of_one_directory_are_stored(
    tmp_path: Path, store: JobStore
) -> None:
    cell = Structure(Lattice.cubic(4), ["Fe", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    relaxing = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02}
    for ending, energy, incar in (
        ("relax1", -9.1, relaxing),
        ("relax2", -9.2, relaxing),
        ("static", -9.3, {}),
    ):
        Run([cell], [energy], incar).write(tmp_path)
        for name in ("vasprun.xml", "OUTCAR"):
            (tmp_path / name).rename(tmp_path / f"{name}.{ending}")
    report = ingest([tmp_path], store)
    results = [item.result for item in report.stored]
    found = {r.task: r.calculation.energy for r in results if isinstance(r, CalculationResult)}
    assert found == pytest.approx({"relaxation": -9.2, "static": -9.3})
    [message] = report.passed_over
    assert "vasprun.xml.relax1, as vasprun.xml.relax2 counts" in message
    assert report.broken == []


def test_single_image_of_a_band_is_no_relaxation(tmp_path: Path, store: JobStore) -> None:
    cell = Structure(Lattice.cubic(4), ["Fe", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    incar = {"NSW": 9, "IBRION": 3, "EDIFFG": -0.02, "IMAGES": 3}
    Run([cell], [-9.0], incar).write(tmp_path / "02")
    report = ingest([tmp_path / "02"], store)
    assert report.stored == []
    [message] = report.broken
    assert "one image of a band (IMAGES = 3): give the folder with all of 00 to 04" in message
