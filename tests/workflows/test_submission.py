"""What a cluster gets of campaigns of full size; tests/runners/remote submits to one."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jobflow_remote")

from payloads import payloads

from liponflow.runners.documents import all_jobs, dumps
from liponflow.runners.remote.placement import Rules
from liponflow.runners.remote.submission import LARGE
from liponflow.settings import JobKind, ResourceRule, Settings
from liponflow.store.results import open_store
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.submission import place, workers_for

RULES = Rules(
    {
        kind: ResourceRule(
            worker="cluster", resources={"nodes": 1, "time": "24:00:00"}, priority=1
        )
        for kind in JobKind
    },
    "cpu",
)


@pytest.mark.parametrize("engine", ["chgnet", "vasp"])
def test_jobs_of_a_submission_are_small_enough_for_the_queue(engine: str) -> None:
    flow = get_campaign("glass").plan(preset="quick", engine=engine, overrides={"n_models": 1})
    place(flow, RULES)
    assert max(len(dumps(job.as_dict())) for job in all_jobs(flow)) < LARGE / 10


@pytest.mark.usefixtures("warm_workers")
def test_jobs_that_are_made_on_the_way_are_small_enough_for_the_queue(tmp_path: Path) -> None:
    """54 host atoms, as in the preset; only the potential is none."""
    engine = "flat_potential:FlatPotential"
    changed: dict[str, Any] = {"dopant": "N", "models": []}
    flow = get_campaign("migration").plan(preset="quick", engine=engine, overrides=changed)
    settings = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs", workers=1)
    run_dir = campaigns.run(flow, settings, {}, [engine]).report.run_dir
    store = open_store(settings.store, read_only=True)
    found = payloads(run_dir, store, RULES, campaigns.trusted_names(settings, [engine]))
    store.close()  # type: ignore[no-untyped-call]
    assert any(name.startswith("band N") for name in found)
    assert max(payload.queued for payload in found.values()) < LARGE / 10
    assert max(payload.uploaded for payload in found.values()) < LARGE


def test_only_workers_that_get_its_jobs_need_an_engine() -> None:
    by_kind = {kind: ResourceRule(worker="cluster") for kind in JobKind}
    by_kind |= {
        JobKind.LIGHT: ResourceRule(worker="here"),
        JobKind.GPU: ResourceRule(worker="gpus"),
        JobKind.NEB: ResourceRule(worker="large"),
    }
    rules = Rules(by_kind, "cuda")
    assert workers_for("vasp", rules) == {"cluster", "large"}
    assert workers_for("chgnet", rules) == {"gpus"}
    assert workers_for("feff", rules) == {"cluster"}
