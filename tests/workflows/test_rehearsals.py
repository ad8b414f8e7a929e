"""The campaigns with ``--engine vasp`` and the stand-in: the same numbers in both layouts."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from liponflow.engines.standin.layout import Layout
from liponflow.settings import Settings
from liponflow.structures.phases import phase
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

LAST_DECIMAL = 2e-6
"""Largest difference of a number: OUTCAR has 6 decimals where vasprun.xml has 8."""

STAGE = {"ensemble": "nvt", "temperature": 300, "duration": 0.006, "time_step": 1}


class Case(NamedTuple):
    """A campaign that is as small as its parts allow."""

    overrides: dict[str, Any]
    crystal: str | None = None
    """Reference crystal to begin with."""


CASES = {
    "glass": Case(
        {
            "composition": "Li7P2O7N",
            "density": 1.8,
            "n_models": 1,
            "protocol": [{"name": "settle", **STAGE}, {"name": "hold", **STAGE}],
            "segment_steps": 4,
            "relax": False,
        }
    ),
    "interface": Case(
        {
            "first_thickness": 6,
            "second_thickness": 6,
            "min_length": 6.5,
            "density": 1.5,
            "cutoff": 5,
            "relax": False,
            "phases": False,
            "protocol": [{"name": "settle", **STAGE}, {"name": "hold", **STAGE}],
            "segment_steps": 4,
        }
    ),
    "interface of a cathode": Case(
        {
            "first": "LiNi0.5Mn1.5O4_ordered",
            "first_miller": [1, 0, 0],
            "first_thickness": 8,
            "second_thickness": 6,
            "min_length": 8,
            "density": 1.5,
            "cutoff": 5,
            "force_limit": 2,
            "relax": False,
            "phases": False,
            "protocol": [{"name": "hold", **STAGE}],
        }
    ),
    "lithiation": Case(
        {
            "x": [0, 1],
            "budget": 1,
            "supercell": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            "force_limit": 0.5,
        },
        "LiNiO2",
    ),
    "migration": Case(
        {
            "dopant": "N",
            "supercell": [2, 2, 2],
            "force_limit": 0.3,
            "images": 1,
            "models": [],
            "vibrations": False,
            "check_branches": False,
        }
    ),
    "phonons": Case({"phase": "Li2O", "supercell": [1, 1, 1], "force_limit": 0.05}),
    "stability": Case(
        {
            "composition": "Li2O",
            "compare": [],
            "unseen": [],
            "electrode": None,
            "samples": 0,
            "force_limit": 0.5,
        }
    ),
    "transport": Case(
        {
            "temperatures": [900],
            "equilibration": 0.01,
            "production": 0.11,
            "frame_interval": 1,
            "segment_steps": 30,
        }
    ),
}


def rehearse(folder: Path, name: str, layout: Layout) -> BaseModel:
    case = CASES[name]
    settings = Settings(
        store=folder / "store.db",
        runs_dir=folder / "runs",
        workers=2,
        vasp_cmd=f"liponflow-vasp --layout {layout}",
    )
    given = None
    if case.crystal is not None:
        given = folder / "crystal.cif"
        phase(case.crystal).primitive().to_file(str(given))
    plan = get_campaign(name.partition(" ")[0]).plan
    flow = plan(preset="quick", engine="vasp", overrides=case.overrides, structure_file=given)
    outcome = campaigns.run(flow, settings, {})
    assert outcome.report.failures == ()
    assert outcome.result is not None
    return outcome.result.result


def numbers(value: Any, place: str = "") -> dict[str, float]:
    """Return every number of a document by its place."""
    if isinstance(value, dict):
        return {k: v for key in value for k, v in numbers(value[key], f"{place}.{key}").items()}
    if isinstance(value, list):
        pairs = enumerate(value)
        return {k: v for i, item in pairs for k, v in numbers(item, f"{place}.{i}").items()}
    return {place: value} if isinstance(value, int | float) else {}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", CASES)
def test_both_layouts_give_the_same_numbers(tmp_path: Path, name: str) -> None:
    found = []
    for layout in Layout:
        folder = tmp_path / layout
        folder.mkdir()
        result = rehearse(folder, name, layout)
        assert "stand-in" in result.provenance.engine.name
        found.append(numbers(result.model_dump(mode="json", exclude={"provenance"})))
    old, new = found
    assert len(new) > 10
    assert old == pytest.approx(new, abs=LAST_DECIMAL, nan_ok=True)
