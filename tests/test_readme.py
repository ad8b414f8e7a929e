"""Follow the README and check what its commands print and write."""

import re
from importlib.metadata import metadata
from pathlib import Path

import pytest
from reader import BLOCK, README, ROOT, Reader, Session


def test_every_block_of_the_readme_is_executed() -> None:
    fences = re.findall(r"^```(.*)$", README, re.MULTILINE)
    assert set(fences) == {"console", "python", ""}
    assert fences.count("") == len(BLOCK.findall(README))


def test_files_named_in_the_readme_exist() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert "docs/figures/moments.png" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, warm_programs: Path) -> Session:
    """Follow the README."""
    return Reader(tmp_path_factory.mktemp("readme"), warm_programs).read(README)


def test_resume_finishes_the_killed_run(session: Session) -> None:
    before = session.output_of("liponflow run lithiation --structure")
    after = session.output_of("liponflow resume")
    finished = re.findall(r"finished (relax .+)", before)
    assert finished
    started = re.findall(r"started (.+)", after)
    assert started
    assert not set(finished) & set(started)
    assert "lithiation of LiCoO2" in after


def test_commands_write_the_files_named_on_the_page(session: Session) -> None:
    folder = session.folder
    names = {"lco/lithiation.json", "lco/voltage.png", "states.csv", "POSCAR", "figures/hull.svg"}
    assert [name for name in names if not (folder / name).is_file()] == []
    assert (folder / "states.csv").read_text().startswith("x,")


def test_queries_of_the_readme_find_the_campaign(session: Session) -> None:
    assert "LiCoO2" in session.output_of("liponflow results list")
    assert "voltages" in session.output_of("liponflow results show")
    assert "LiCoO2" in session.output_of("from liponflow.store.frames")


def test_settings_table_is_complete() -> None:
    from liponflow.settings import Settings

    table = README.split("## Settings")[1].split("##")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(Settings.model_fields)


def test_readme_lists_every_extra() -> None:
    table = README.split("## Installation")[1].split("## ")[0]
    extras = metadata("liponflow").get_all("Provides-Extra")
    assert sorted(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == sorted(extras or [])
