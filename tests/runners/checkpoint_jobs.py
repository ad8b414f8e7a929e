"""A job that counts, is interrupted, and continues from its checkpoint."""

import os
import signal
from pathlib import Path

from jobflow import job

from liponflow import durable
from liponflow.job_directory import CHECKPOINT, write_status


@job
def count(to: int, fall_at: list[int], how: str) -> list[str]:
    """Count, and raise or be killed on reaching certain numbers for the first time."""
    folder = Path(CHECKPOINT)
    folder.mkdir(exist_ok=True)
    file = folder / "counted"
    lines = file.read_text().split() if file.exists() else []
    while len(lines) < to:
        lines.append(str(len(lines)))
        durable.write(file, "\n".join(lines))
        write_status(Path(), f"{len(lines)} of {to}")
        if len(lines) in fall_at:
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise RuntimeError(f"fell at {len(lines)}")
    return [*lines, Path.cwd().name]
