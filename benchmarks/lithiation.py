"""Speed of the quick lithiation campaign with the local runner and jobflow's run_locally.

Both run the same flow into a new store of the same kind, one after the other on the same machine.
Their results are compared before their times.

    python benchmarks/lithiation.py --workers 2

Each worker process of the runner loads the potential; run_locally loads it once, in the process
that planned the flow.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from jobflow import Flow, run_locally

from liponflow.inputs.presets import parse_settings
from liponflow.runners import local
from liponflow.store.results import get_result, open_store
from liponflow.workflows.campaign import get_campaign

ENERGY_TOLERANCE = 1e-6
"""Largest difference in energy between both runs (eV/atom), from rounding in sums."""


def serial(flow: Flow, folder: Path) -> None:
    """Run the flow with jobflow's run_locally."""
    store = open_store(folder / "results.db")
    run_locally(flow, store=store, root_dir=folder, ensure_success=True, log=False)
    store.close()  # type: ignore[no-untyped-call]


def parallel(flow: Flow, folder: Path, workers: int) -> None:
    """Run the flow with the local runner."""
    store = open_store(folder / "results.db")
    report = local.start(flow, store, folder / "runs", workers=workers)
    store.close()  # type: ignore[no-untyped-call]
    if report.failures:
        raise SystemExit(f"failed: {report.failures}")


def energies(flow: Flow, folder: Path) -> list[float]:
    """Return the energy of every state (eV/atom)."""
    output: Any = flow.output
    result: Any = get_result(open_store(folder / "results.db", read_only=True), output.uuid).result
    return [state.energy_per_atom for state in result.states]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="processes of the local runner")
    parser.add_argument("--set", action="append", default=[], help="as `liponflow run --set`")
    arguments = parser.parse_args()
    flow = get_campaign("lithiation").plan(
        preset="quick", engine="chgnet", overrides=parse_settings(arguments.set)
    )
    ways: dict[str, Callable[[Flow, Path], None]] = {
        f"local runner, {arguments.workers} workers": partial(parallel, workers=arguments.workers),
        "jobflow's run_locally": serial,
    }
    times: dict[str, float] = {}
    loads: dict[str, tuple[float, float]] = {}
    computed: list[list[float]] = []
    with tempfile.TemporaryDirectory() as name:
        for label, way in ways.items():
            folder = Path(name) / label.replace(" ", "-")
            folder.mkdir()
            copy = deepcopy(flow)
            before = os.getloadavg()[0]
            start = time.perf_counter()
            with redirect_stdout(sys.stderr):  # potentials print messages
                way(copy, folder)
            times[label] = time.perf_counter() - start
            loads[label] = (before, os.getloadavg()[0])
            computed.append(energies(copy, folder))
    worst = max(abs(one - other) for one, other in zip(*computed, strict=True))
    if worst > ENERGY_TOLERANCE:
        raise SystemExit(f"both runs differ by {worst:.1e} eV/atom, more than rounding")
    shortest = min(times.values())
    print("| runner | wall time (s) | ratio | load average before, after |")
    print("| --- | ---: | ---: | ---: |")
    for label, taken in times.items():
        load = ", ".join(f"{value:.1f}" for value in loads[label])
        print(f"| {label} | {taken:.0f} | {taken / shortest:.2f} | {load} |")


if __name__ == "__main__":
    main()
