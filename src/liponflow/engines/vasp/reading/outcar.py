"""Read the end of a calculation from an OUTCAR, line by line."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from liponflow.freeformat.numbers import columns, numbers

IONIC_STEP = re.compile(r"  free  energy( ML)?\s+TOTEN  =")
"""Line that ends an ionic step; electronic steps have other blanks in theirs."""

STOP = re.compile(r"(soft|hard) stop encountered")
"""Message of a run that a STOPCAR ended (VASP wiki, "STOPCAR")."""

REACHED = "reached required accuracy - stopping structural energy minimisation"
"""Message of a relaxation that met its criterion."""

_ENERGY = re.compile(r"energy  without entropy\s*=.*energy\(sigma->0\)\s*=\s*(\S+)")
_ITERATION = re.compile(r"Iteration\s+\d+\(\s*(\d+)\)")
_TITLE = re.compile(r"\s*(TITEL|POTCAR:)\s*=?\s*(\S.*)")
_TAG = re.compile(r"\s*(NSW|IBRION|EDIFFG|NELM|IMAGES|ICHARG)\s*=\s*([^\s;]+)")
_VERSION = re.compile(r" vasp\.\d")
"""First line of an OUTCAR."""
_FORCES = "TOTAL-FORCE (eV/Angst)"
_UNCONVERGED = "EDIFF was not reached"
FINISHED = "General timing and accounting informations"


@dataclass
class OutcarEnd:
    """The head and the last ionic step of an OUTCAR."""

    version_line: str = ""
    """First line without the name of the program."""
    titles: list[str] = field(default_factory=list)
    """TITEL of the POTCAR of every block."""
    listed: list[str] = field(default_factory=list)
    """Titles behind POTCAR:, most of them twice."""
    tags: dict[str, float] = field(default_factory=dict)
    """Tags of the ionic steps, as VASP used them."""
    steps: int = 0
    """Number of complete ionic steps."""
    energy: float | None = None
    """Energy of the last step, extrapolated to no smearing (eV); None if asterisks or missing."""
    max_force: float | None = None
    """Largest force of the last step (eV/Å), not projected."""
    electrons: bool = True
    """Whether the electronic steps of the last ionic step converged."""
    reached: bool = False
    """Whether VASP says that the ions met their criterion."""
    stopped: bool = False
    """Whether a STOPCAR ended the run."""
    finished: bool = False
    """Whether the file is complete."""
    runs: int = 1
    """Runs in the file, one behind the other, of which the last is read."""


def read_outcar_end(lines: Iterable[str]) -> OutcarEnd:
    """Read an OUTCAR without keeping its lines.

    Parameters
    ----------
    lines
        Lines of the file, of which one table of forces is in memory at a time.

    Examples
    --------
    >>> found = read_outcar_end([
    ...     " vasp.6.3.0 20Jan22",
    ...     "  free  energy   TOTEN  =       -19.82000000 eV",
    ...     "  energy  without entropy=   -19.82000000  energy(sigma->0) =   -19.81000000",
    ... ])
    >>> found.steps, found.energy, found.finished
    (1, -19.81, False)
    """
    found = OutcarEnd()
    remaining = iter(lines)
    found.version_line = next(remaining, "").strip().removeprefix("vasp.")
    for line in remaining:
        if _VERSION.match(line):
            found = OutcarEnd(line.strip().removeprefix("vasp."), runs=found.runs + 1)
        if not found.steps:
            _read_head(found, line)
        if match := _ENERGY.search(line):
            found.energy = next(iter(columns(match[1])), None)
        elif IONIC_STEP.search(line):
            found.steps += 1
        elif match := _ITERATION.search(line):
            found.electrons = int(match[1]) < found.tags.get("NELM", math.inf)
        elif _FORCES in line:
            found.max_force = _largest(remaining)
        else:
            _read_message(found, line)
    return found


def _read_head(found: OutcarEnd, line: str) -> None:
    if match := _TITLE.match(line):
        listed = found.titles if match[1] == "TITEL" else found.listed
        listed.append(match[2].strip())
    elif match := _TAG.match(line):
        values = numbers(match[2].replace("-.", "-0."))
        if values:
            found.tags[match[1]] = float(values[0])


def _read_message(found: OutcarEnd, line: str) -> None:
    if _UNCONVERGED in line:
        found.electrons = False
    elif REACHED in line:
        found.reached = True
    elif FINISHED in line:
        found.finished = True
    elif STOP.search(line):
        found.stopped = True


def _largest(lines: Iterator[str]) -> float | None:
    """Return the largest force of a table of positions and forces, which follows its heading."""
    largest = None
    for line in islice(lines, 1, None):  # behind a rule
        row = columns(line)
        if len(row) != 6:  # noqa: PLR2004 - three coordinates and three components
            break
        if None not in row:
            force = float(np.linalg.norm(np.array(row[3:], dtype=float)))
            largest = force if largest is None else max(largest, force)
    return largest
