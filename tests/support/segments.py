"""Start or resume three segments of dynamics in a separate process, which is killed.

A run in the folder is resumed.
"""

from pathlib import Path

from rich.console import Console

from liponflow.engines.vasp.md.segments import SegmentedMDMaker
from liponflow.engines.vasp.run import vasp_environment
from liponflow.runners import pool
from liponflow.runners.journal import latest_run
from liponflow.runners.local import resume, start
from liponflow.runners.report import RunReport
from liponflow.store.results import open_store
from liponflow.structures.lithium import bcc_lithium

SEGMENTS, SEGMENT_STEPS = 3, 80
MAKER = SegmentedMDMaker(
    steps=SEGMENTS * SEGMENT_STEPS,
    segment_steps=SEGMENT_STEPS,
    time_step=1.0,
    start_temperature=300,
    end_temperature=300,
    ensemble="nve",
    seed=7,
)


def go_on(folder: Path, command: str, worker: list[str]) -> RunReport:
    """Start or resume the flow, with a command for VASP and one for the workers."""
    pool.COMMAND = worker
    store = open_store(folder / "store.db")
    options = {
        "workers": 1,
        "environment": vasp_environment(command),
        "console": Console(quiet=True),
    }
    run_dir = latest_run(folder / "runs") if (folder / "runs").is_dir() else None
    if run_dir is None:
        flow = MAKER.make(bcc_lithium(3.4) * (2, 2, 2))
        report = start(flow, store, folder / "runs", **options)
    else:
        report = resume(run_dir, store, **options)
    store.close()
    return report
