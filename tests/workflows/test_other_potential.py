"""Campaigns of dynamics with SevenNet-0: no part of them needs what CHGNet alone computes."""

from pathlib import Path
from typing import Any

import pytest

from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

STAGE = {"ensemble": "nvt", "temperature": 300, "duration": 0.01, "time_step": 1}
SHORT: dict[str, dict[str, Any]] = {
    "transport": {
        "temperatures": [900],
        "equilibration": 0.01,
        "production": 0.1,
        "frame_interval": 1,
    },
    "interface": {
        "first_thickness": 6,
        "second_thickness": 6,
        "min_length": 6.5,
        "density": 1.5,
        "cutoff": 5,
        "force_limit": 2,
        "insertion_points": 2,
        "frame_interval": 1,
        "protocol": [{"name": "settle", **STAGE}, {"name": "react", **STAGE}],
    },
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SHORT)
def test_dynamics_run_with_sevennet(tmp_path: Path, name: str) -> None:
    settings = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs", workers=1)
    flow = get_campaign(name).plan(preset="quick", engine="sevennet-0", overrides=SHORT[name])
    outcome = campaigns.run(flow, settings, {})
    assert outcome.report.failures == ()
    assert outcome.result is not None
    found = outcome.result.result
    assert found.provenance.engine.name == "sevennet-0"
    assert any("too short" in text or "not diffusive" in text for text in found.warnings)
