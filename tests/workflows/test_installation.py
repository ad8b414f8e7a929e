"""What ``liponflow doctor`` says of settings and extras."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from liponflow.diagnosis import Finding, State
from liponflow.settings import Settings
from liponflow.store.results import open_store
from liponflow.workflows import installation
from liponflow.workflows.installation import extras_findings, settings_findings


def finding(part: str, settings: Settings) -> Finding:
    (found,) = [item for item in settings_findings(settings) if item.part == part]
    return found


def test_store_is_counted_and_a_new_one_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    settings = Settings(store=path, runs_dir=tmp_path / "runs")
    found = finding("store", settings)
    assert (found.state, found.found) == (State.OK, f"{path}, which the first run creates")
    assert not path.exists()
    store = open_store(path)
    store.update([{"uuid": "a", "index": 1}], key=["uuid", "index"])
    store.close()
    assert finding("store", settings).found == f"{path}, documents: 1"


def test_damaged_store_is_missing_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    path.write_text("no database")
    found = finding("store", Settings(store=path))
    assert found.state is State.MISSING
    assert str(path) in found.found
    assert "docs/store.md" in found.remedy


def test_folder_that_cannot_be_made_is_missing(tmp_path: Path) -> None:
    """A file is where the folder of the runs would be made."""
    (tmp_path / "file").touch()
    found = finding("runs", Settings(runs_dir=tmp_path / "file" / "runs"))
    assert found.state is State.MISSING
    assert "runs_dir" in found.remedy


@pytest.mark.parametrize("name", ["MP_API_KEY", "PMG_MAPI_KEY"])
def test_key_of_the_materials_project_is_named_and_not_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("MP_API_KEY", "PMG_MAPI_KEY"):
        monkeypatch.delenv(key, raising=False)
    assert finding("Materials Project", Settings()).state is State.NOTE
    monkeypatch.setenv(name, "secret")
    found = finding("Materials Project", Settings())
    assert (found.state, found.found) == (State.OK, f"a key in {name}")


def test_extras_name_the_packages_that_are_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package == "feff10-rs":
            raise PackageNotFoundError
        return "1.0"

    monkeypatch.setattr(installation, "version", version)
    found = {item.part: item for item in extras_findings()}
    assert found["spectra"].found == "lmfit 1.0, rosettasciio 1.0"
    assert found["eels"].state is State.NOTE
    assert found["eels"].found == "feff10-rs not installed"
    assert "'.[eels]'" in found["eels"].remedy
    assert not {"dev", "docs"} & found.keys()
