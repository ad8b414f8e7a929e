"""Input directories are written completely or not at all."""

from pathlib import Path

import pytest
import yaml

from liponflow import __version__
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.workflows.input_directories import (
    SIDECAR,
    campaign_record,
    check_vacant,
    new_directory,
    write_sidecar,
)


def test_directory_appears_only_when_complete(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with new_directory(out) as root:
        (root / "file").write_text("text")
        assert not out.exists()
    assert (out / "file").read_text() == "text"
    assert list(out.parent.iterdir()) == [out]


def test_failure_leaves_no_directory(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), new_directory(tmp_path / "out") as root:  # noqa: PT012
        (root / "file").write_text("half")
        raise OSError("full")
    assert not list(tmp_path.iterdir())


def test_existing_files_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="not empty; name a new directory"):
        check_vacant(tmp_path)
    with pytest.raises(FileExistsError, match="not empty"):
        check_vacant(tmp_path / "mine")
    check_vacant(tmp_path / "new")


@pytest.mark.parametrize("target", ["empty", "nowhere"])
def test_link_in_place_of_the_directory_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    out.symlink_to(tmp_path / target)
    with pytest.raises(FileExistsError, match="out is a link; name a new"), new_directory(out):
        pytest.fail("the block was entered")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "out"]
    assert not any((tmp_path / "empty").iterdir())


def test_record_cites_every_parameter(tmp_path: Path) -> None:
    overrides = {"x": [1.0]}
    parameters = load_parameters(LithiationParameters, TOPIC, "quick", overrides)
    record = campaign_record(TOPIC, parameters, "quick", overrides, about={"material": "oxide"})
    write_sidecar(tmp_path, record)
    read = yaml.safe_load((tmp_path / SIDECAR).read_text(encoding="utf-8"))
    assert read["written_by"] == f"liponflow {__version__}"
    assert (read["material"], read["preset"]) == ("oxide", "quick")
    assert read["parameters"].keys() == LithiationParameters.model_fields.keys()
    assert read["parameters"]["x"] == {"value": [1.0], "source": "given by the user"}
    assert all(entry["source"] for entry in read["parameters"].values())
