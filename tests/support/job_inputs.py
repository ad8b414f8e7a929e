"""The files that VASP jobs of a flow write before they start VASP."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atomate2.vasp.jobs import base
from jobflow import Flow, Job, JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core.structure import Structure

from liponflow import safejson
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.engines.vasp import neb
from liponflow.engines.vasp.reading.parts import RECORD
from liponflow.runners.documents import all_jobs, dumps, loads

Files = dict[str, str]
"""Text by path in a directory."""

SETTINGS = ("INCAR", "KPOINTS", "POTCAR.spec")
"""Files that do not depend on where the atoms are."""

ANY_FORCE = 1e6
"""eV/Å: a limit above the forces of all structures."""

PRINTED = 2e-15
"""Coordinates have 16 decimals in a POSCAR, and the last one depends on the order of sums."""


class Started(Exception):  # noqa: N818 - no error
    """Ends a job where it would start VASP."""


def files_of(directory: Path) -> Files:
    """Return the files at or below a directory."""
    return {
        str(path.relative_to(directory)): path.read_text(encoding="utf-8")
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def settings_of(files: Files) -> Files:
    """Return the files that do not depend on where the atoms are."""
    return {name: text for name, text in files.items() if Path(name).name in SETTINGS}


def assert_same_atoms(first: str, second: str) -> None:
    """Compare two POSCARs number by number."""
    rows = [text.splitlines() for text in (first, second)]
    first_rest, second_rest = ([line.split()[3:] for line in text] for text in rows)
    assert first_rest == second_rest
    numbers = [[line.split()[:3] for line in (*text[2:5], *text[8:])] for text in rows]
    ours, theirs = (np.array(lines, float) for lines in numbers)
    np.testing.assert_allclose(ours, theirs, atol=PRINTED, rtol=0)


def vasp_jobs(flow: Any) -> list[Job]:
    """Return the jobs of a flow that run VASP."""
    return [job for job in all_jobs(flow) if isinstance(job.maker, base.BaseVaspMaker)]


def jobs_by_name(flow: Flow) -> dict[str, Job]:
    """Return the jobs of a flow."""
    return {job.name: job for job in all_jobs(flow)}


def written_by(job: Job, folder: Path, arguments: Sequence[Any] | None = None) -> Files:
    """Run a VASP job in a new folder up to the start of VASP, and return the inputs that it wrote.

    Its Maker and its arguments go through a document, as on their way to a worker; `arguments`
    replace those that earlier jobs have yet to make.
    """
    document = loads(dumps([job.maker, list(arguments or job.function_args)]))
    maker, given = safejson.decode(document)
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, _inside(folder):
        for module in (base, neb):
            patch.setattr(module, "run_vasp", _start)
        with pytest.raises(Started):
            type(maker).make.original(maker, *given)
    files = files_of(folder)
    files.pop(RECORD, None)  # of the run, and no input
    return files


def pair_potential(distance: float) -> Engine:
    """Return an engine that computes any elements, in which everything is converged."""
    options = EngineOptions(ANY_FORCE, 2, arguments={"distance": distance})
    return get_engine("cheap_potential:CheapPotential", options)


def document_of(engine: Engine, structure: Structure, folder: Path) -> Any:
    """Return the task document of a static calculation, whose structure is the one given."""
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    job = engine.static().make(structure)
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in a worker, whose warnings go to its log
        run_locally(job, store=store, root_dir=folder, ensure_success=True, log=False)
    return safejson.decode(store.get_output(job.uuid, load=True))


def _start(**_: Any) -> None:
    raise Started


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    home = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(home)
