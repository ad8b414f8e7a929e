"""The time that a VASP run has: of the batch job that it is in, and of the setting vasp_walltime.

custodian's WalltimeHandler writes the STOPCAR by which VASP ends in order. It is told its time
here, since it only knows the length of the batch job and not what is left of it: its clock starts
with the first run of a process, or at ``CUSTODIAN_WALLTIME_START``.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from custodian.vasp.handlers import WalltimeHandler

from liponflow.engines.engine import EngineError
from liponflow.engines.vasp.clock import START_VARIABLE, batch_seconds, clockless

BUFFER_S = 300
"""Time before its end at which a run is stopped at the latest (s), custodian's default."""

_SHARE = 10
"""Of a run shorter than this many buffers, the same share is the buffer."""

_DATE = "%a %b %d %H:%M:%S %Z %Y"
_SLURM_DATE = re.compile(r"\bEndTime=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_PATIENCE_S = 20
_ENDED = "General timing and accounting"
_TAIL = 1 << 16


def batch_end(environment: Mapping[str, str], setting: float | None = None) -> float | None:
    """Return when the batch job of this process ends (s since 1970); None if unknown.

    Parameters
    ----------
    environment
        Variables of the process. ``SLURM_JOB_END_TIME`` holds the end; without it ``scontrol`` is
        asked; ``PBS_WALLTIME`` and ``SBATCH_TIMELIMIT`` count from ``CUSTODIAN_WALLTIME_START``.
    setting
        The setting vasp_walltime (s), which counts from there too, if the variable is set.

    Raises
    ------
    EngineError
        If a variable holds no time.
    """
    started = environment.get(START_VARIABLE)
    start = None if started is None else _time(START_VARIABLE, started)
    if setting is not None and start is not None:
        return start + setting
    if (text := environment.get("SLURM_JOB_END_TIME")) is not None:
        if not text.isdecimal():
            raise EngineError(
                f"SLURM_JOB_END_TIME = {text}: expected seconds since 1970; unset it"
            )
        return float(text)
    if (job := environment.get("SLURM_JOB_ID")) is not None:
        end = _end_by_scontrol(job)
        if end is not None:
            return end
    seconds = batch_seconds(environment)
    return None if seconds is None or start is None else start + seconds


class StopBeforeWalltime(WalltimeHandler):
    """custodian's handler, with the time that is left to each run.

    It also acts in bands, whose OUTCARs are in the folders of the images, and where the OUTCAR
    cannot be read yet; and it acts once, while VASP runs.

    Parameters
    ----------
    run_seconds
        Longest time of one run (s); None for any.
    end
        When the batch job ends (s since 1970); None if unknown.
    electronic_step_stop
        Whether to stop between electronic steps, as of a static calculation.
    """

    def __init__(
        self, run_seconds: float | None, end: float | None, *, electronic_step_stop: bool = False
    ) -> None:
        self.run_seconds, self.end = run_seconds, end
        self.__dict__ |= clockless({}).__dict__
        self.electronic_step_stop = electronic_step_stop
        self.begin()

    def begin(self) -> None:
        """Start the clock of another run."""
        self.start_time = datetime.now()  # noqa: DTZ005 - custodian's is naive
        times = [self.run_seconds, self.end and self.end - self.start_time.timestamp()]
        left = [time for time in times if time is not None]
        self.wall_time = min(left) if left else None
        self.buffer_time = min(BUFFER_S, max(left, default=0.0) / _SHARE)

    @property
    def left(self) -> float | None:
        """Time that is left to the run (s)."""
        if self.wall_time is None:
            return None
        return float(self.wall_time) - (datetime.now() - self.start_time).total_seconds()  # noqa: DTZ005

    @property
    def by_batch(self) -> bool:
        """Whether it is the batch job that ends."""
        return self.end is not None and self.wall_time != self.run_seconds

    def check(self, directory: str = "./") -> bool:
        """Return whether to write a STOPCAR now."""
        if self.left is None or (Path(directory) / "STOPCAR").exists():
            return False
        image = Path(directory) / "01"
        place = image if image.is_dir() else Path(directory)
        if _has_ended(place / "OUTCAR"):
            return False
        return bool(self.left < self.buffer_time or super().check(str(place)))

    def correct(self, directory: str = "./") -> dict[str, Any]:
        """Write it, and state it as an action: what follows is another handler's matter."""
        found: dict[str, Any] = super().correct(directory)  # type: ignore[no-untyped-call]
        return found | {"actions": [{"file": "STOPCAR", "action": "_file_create"}]}


def _time(variable: str, text: str) -> float:
    try:
        return datetime.strptime(text, _DATE).timestamp()  # noqa: DTZ007 - as custodian
    except ValueError as error:
        raise EngineError(f"{variable}: {error}; set it to $(LC_ALL=C date)") from error


def _end_by_scontrol(job: str) -> float | None:
    program = shutil.which("scontrol")
    if program is None:
        return None
    command = [program, "show", "job", "-o", job]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _SLURM_DATE.search(answer)
    return None if match is None else datetime.fromisoformat(match[1]).timestamp()


def _has_ended(outcar: Path) -> bool:
    try:
        with outcar.open("rb") as file:
            file.seek(max(0, outcar.stat().st_size - _TAIL))
            return _ENDED.encode() in file.read()
    except OSError:
        return False
