"""Sizes of the jobs of quick campaigns, also of those that are made on the way.

python benchmarks/payload.py

The queue gets a job with references to its inputs, and the worker a file with the inputs. A pair
potential of the tests computes: its relaxations take more steps than those of a trained one, so
that the files are upper limits.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from liponflow.runners.remote.placement import Rules
from liponflow.settings import JobKind, ResourceRule, Settings
from liponflow.store.results import open_store
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

SUPPORT = Path(__file__).parents[1] / "tests" / "support"
sys.path.insert(0, str(SUPPORT))

ENGINE = "cheap_potential:CheapPotential"
CAMPAIGNS: dict[str, dict[str, Any]] = {
    "glass": {"distance": 2.2},
    "migration": {"distance": 2.9},
}
"""Distance (Å) of the pair potential, at which the dopant has stable sites."""

CHANGED: dict[str, dict[str, Any]] = {
    "glass": {},
    "migration": {"dopant": "N", "models": [], "force_limit": 0.5},
}

RULES = Rules(
    {
        kind: ResourceRule(
            worker="cluster", resources={"nodes": 1, "time": "24:00:00"}, priority=1
        )
        for kind in JobKind
    },
    "cpu",
)


def main() -> None:
    """Print a Markdown table."""
    from payloads import payloads  # type: ignore[import-not-found]

    os.environ["PYTHONPATH"] = str(SUPPORT)
    print("| campaign | largest in the queue (kB) | job | largest upload (kB) | job |")
    print("| --- | ---: | --- | ---: | --- |")
    for name, arguments in CAMPAIGNS.items():
        flow = get_campaign(name).plan(
            preset="quick", engine=ENGINE, engine_arguments=arguments, overrides=CHANGED[name]
        )
        with TemporaryDirectory() as folder:
            settings = Settings(
                store=Path(folder) / "results.db", runs_dir=Path(folder) / "runs", workers=1
            )
            run_dir = campaigns.run(flow, settings, {}, [ENGINE]).report.run_dir
            store = open_store(settings.store, read_only=True)
            trusted = campaigns.trusted_names(settings, [ENGINE])
            found = payloads(run_dir, store, RULES, trusted)
            store.close()  # type: ignore[no-untyped-call]
        queued = max(found, key=lambda job: int(found[job].queued))
        sent = max(found, key=lambda job: int(found[job].uploaded))
        print(
            f"| {name} | {found[queued].queued / 1e3:.0f} | {queued} "
            f"| {found[sent].uploaded / 1e3:.0f} | {sent} |"
        )


if __name__ == "__main__":
    main()
