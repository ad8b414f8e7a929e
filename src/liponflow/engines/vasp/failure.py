"""Errors of custodian in our words: where, what it saw and did, and what to do."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from custodian.custodian import CustodianError

from liponflow.engines.vasp.reading.parts import read_record
from liponflow.engines.vasp.restarts import steps_before

CUSTODIAN_LOG = "custodian.json"

_ELECTRONS = "the electrons did not converge: choose another ALGO or mixing"

REMEDIES = {
    "the walltime was near": "start the next batch job, or raise vasp_walltime if that is set",
    "a STOPCAR ended it": "if the STOPCAR was not yours, see who wrote it",
    "out_of_memory": "use more nodes, or fewer MPI ranks on each (setting vasp_cmd)",
    "No space left on device": "free space on the disk",
    "Frozen job": "see whether its node and its file system work",
    # What custodian changes for ionic steps alone.
    "Unconverged (IBRION": "the atoms did not come to rest within its steps: take more of them, "
    "liponflow resume --continue --set max_steps=N",
    "Unconverged": _ELECTRONS,
    "Non-converging job": _ELECTRONS,
}
"""What to do about what custodian or VASP's last line says; the first that fits."""

_ANY = "find the cause in vasp.out, std_err.txt and OUTCAR"
_LONGEST_LINE = 200


class VaspError(RuntimeError):
    """A run that VASP could not finish; the message has its own words and the directory."""

    page = "docs/vasp.md"


def explanation(error: CustodianError, directory: Path) -> str:
    """Return what custodian saw and did, where, and what to do.

    Parameters
    ----------
    error
        With which custodian ended.
    directory
        Directory of the job.
    """
    seen = list(_seen(directory))
    line = _last_line(directory)
    # What ended the run comes last.
    remedies = (
        remedy
        for words in (line, *reversed(seen))
        for key, remedy in REMEDIES.items()
        if key in words
    )
    remedy = next(remedies, _ANY)
    record = read_record(directory)
    earlier = record.steps if record else 0
    steps = earlier + (steps_before(directory) or 0)
    kept = f"; {steps} ionic steps are kept" if steps else ""
    said = f"; it ended with: {line}" if line else ""
    counts = Counter(seen)
    times = (f"{words}, {count} times" if count > 1 else words for words, count in counts.items())
    did = "; ".join(times) or f"no error that it knows ({error})"
    then = "" if "liponflow resume" in remedy else ", then continue with liponflow resume"
    return f"VASP did not finish in {directory}: custodian saw {did}{said}{kept}; {remedy}{then}"


def _seen(directory: Path) -> Iterator[str]:
    """Yield each error that custodian saw, with what it did about it."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        log = json.loads((directory / CUSTODIAN_LOG).read_text(encoding="utf-8"))
        for correction in log[-1]["corrections"]:
            deeds = [_deed(action) for action in correction["actions"] or ()]
            done = ", ".join(dict.fromkeys(deeds)) or "no correction"
            yield f"{', '.join(map(str, correction['errors']))} ({done})"


def _deed(action: dict[str, Any]) -> str:
    what = action.get("action")
    if isinstance(what, dict) and isinstance(tags := what.get("_set"), dict):
        return ", ".join(f"{tag} = {value}" for tag, value in tags.items())
    if isinstance(what, dict) and "_file_copy" in what:
        return "VASP started again from the CONTCAR"
    return f"{action.get('file', 'a file')} written"


def _last_line(directory: Path) -> str:
    """Return the last line that VASP printed, of its errors if there are any."""
    for name in ("std_err.txt", "vasp.out"):
        with suppress(OSError):
            text = (directory / name).read_text(encoding="utf-8", errors="replace").strip()
            if text:
                return text.splitlines()[-1].strip()[:_LONGEST_LINE]
    return ""
