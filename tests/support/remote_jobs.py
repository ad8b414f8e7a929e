"""Jobs that the tests submit; workers import them by name."""

import os
import time
from pathlib import Path

from jobflow import Flow, Response, job


@job
def counted(folder: str, number: int) -> int:
    """Leave a mark in a folder, and return the number."""
    mark = Path(folder) / f"{number}-{time.time_ns()}-{os.getpid()}"
    mark.touch()
    return number


@job
def waits(folder: str, number: int, gate: str) -> int:
    """Leave a mark, wait until a file is there, and return the number."""
    (Path(folder) / f"{number}-{time.time_ns()}-{os.getpid()}").touch()
    while not Path(gate).exists():
        time.sleep(0.2)
    return number


@job
def needs(file: str) -> str:
    """Return the content of a file, which the job fails without."""
    return Path(file).read_text(encoding="utf-8")


@job
def hangs_once(folder: str, number: int, seconds: float) -> int:
    """Wait for a long time when it runs first, and return the number after that."""
    mark = Path(folder) / f"{number}-{time.time_ns()}-{os.getpid()}"
    first = not any(Path(folder).iterdir())
    mark.touch()
    time.sleep(seconds if first else 0)
    return number


@job
def vasp_command() -> str:
    """Return the command by which atomate2 runs VASP."""
    from atomate2 import SETTINGS

    return str(SETTINGS.VASP_CMD)


@job
def total(numbers: list[int]) -> dict[str, int]:
    """Return the sum."""
    return {"total": sum(numbers)}


@job
def fan(folder: str, count: int) -> Response[dict[str, int]]:
    """Add jobs, and their sum."""
    jobs = [counted(folder, number) for number in range(count)]
    summed = total([one.output for one in jobs])
    return Response(replace=Flow([*jobs, summed], output=summed.output))
