"""Mistakes are named before anything heavy is imported."""

import os
import subprocess
import sys
from pathlib import Path

MISTAKES = [
    ("run lithiation --structure nowhere.cif", "nowhere.cif: no such file"),
    ("run lithiation --preset qick", "did you mean 'quick'"),
    ("run stability --set budgt=2", "budgt"),
    ("run glass --engine chgnt", "did you mean 'chgnet'"),
    ("run phonons --structure .", "holds no structure"),
    ("inputs migration --out there --preset papr", "did you mean 'paper'"),
    ("analyze glass nowhere.xyz", "nowhere.xyz: no such file"),
    ("ingest nowhere", "nowhere: no such file or directory"),
    ("resume", "no unfinished run in"),
    ("resume nothing --continue", "nothing is not a run directory"),
]
HEAVY = {"atomate2", "emmet", "jobflow", "maggma", "phonopy", "torch"}
RATIO = 12
"""Most CPU time of all of them together, in that of a Python that imports typer and rich."""

CODE = """
import resource, sys
import typer, rich.console, rich.table
def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
small = seconds()
from liponflow.cli import app
for arguments in {mistakes!r}:
    began = seconds()
    try:
        app(arguments)
    except SystemExit as end:
        print("END", end.code, seconds() - began, small, *sys.modules)
"""


def test_mistakes_are_named_before_heavy_imports(tmp_path: Path) -> None:
    code = CODE.format(mistakes=[command.split() for command, _ in MISTAKES])
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if "LIPONFLOW" not in name}
        | {"HOME": str(tmp_path)},
    )
    messages = ended.stderr.splitlines()
    ends = [line.split() for line in ended.stdout.splitlines() if line.startswith("END")]
    assert len(messages) == len(ends) == len(MISTAKES), ended.stderr
    total, small = 0.0, float(ends[0][3])
    for (_, words), message, (_, code, spent, _, *modules) in zip(
        MISTAKES, messages, ends, strict=True
    ):
        assert words in message
        assert code == "2"
        assert HEAVY & set(modules) == set(), message
        total += float(spent)
    assert total < RATIO * small
