"""atomate2's Makers of single VASP runs, which continue where an earlier attempt ended.

Their jobs are atomate2's, with the handlers of :mod:`liponflow.engines.vasp.handlers`, with the
inputs of the attempt that they continue from, and with errors that say what to do.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from atomate2 import SETTINGS as ATOMATE2
from atomate2.vasp.jobs.base import BaseVaspMaker, vasp_job
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from atomate2.vasp.jobs.md import MDMaker
from atomate2.vasp.run import DEFAULT_HANDLERS
from custodian.custodian import CustodianError
from emmet.core.vasp.calculation import VaspObject
from jobflow import Response
from pymatgen.core.structure import Structure

from liponflow.engines.vasp.failure import VaspError, explanation
from liponflow.engines.vasp.handlers import RESTARTS, handlers
from liponflow.engines.vasp.reading.parts import Record, write_record
from liponflow.engines.vasp.restarts import (
    bring_wavecar,
    brought,
    digest,
    is_complete,
    to_go_on_from,
    write_inputs,
)
from liponflow.engines.vasp.run import custodian_options
from liponflow.engines.vasp.walltime import StopBeforeWalltime, batch_end
from liponflow.settings import load_settings

T = TypeVar("T")

SHORTEST_S = 60
"""Time left of a batch job in which VASP is not started any more (s)."""

NO_PROGRAM = "true"
"""Command that computes nothing, for an attempt of which only the reading was interrupted."""


@dataclass
class RestartableRelaxMaker(RelaxMaker):
    """Relaxation."""

    @vasp_job
    def make(self, structure: Structure, prev_dir: str | None = None) -> Response[Any]:
        """See atomate2."""
        return _run(self, RelaxMaker.make, structure, prev_dir)


@dataclass
class RestartableStaticMaker(StaticMaker):
    """Static calculation."""

    @vasp_job
    def make(self, structure: Structure, prev_dir: str | None = None) -> Response[Any]:
        """See atomate2."""
        return _run(self, StaticMaker.make, structure, prev_dir)


@dataclass
class RestartableMDMaker(MDMaker):
    """Segment of molecular dynamics."""

    @vasp_job
    def make(self, structure: Structure, prev_dir: str | None = None) -> Response[Any]:
        """See atomate2."""
        return _run(self, MDMaker.make, structure, prev_dir)


def restartable(maker: BaseVaspMaker, run: Callable[..., T], start: Any, *arguments: Any) -> T:
    """Run a job of VASP in the working directory, from where its last attempt ended.

    Parameters
    ----------
    maker
        Its Maker.
    run
        Function of the Maker, the start and the further arguments that writes the inputs and runs
        VASP by custodian with the options of the Maker.
    start
        Structure, or images of a band.

    Raises
    ------
    VaspError
        If custodian gives up, or the batch job is about to end.
    """
    directory = Path.cwd()
    setting = load_settings().vasp_walltime
    end = batch_end(os.environ, setting)
    walltime = StopBeforeWalltime(
        setting, end, electronic_step_stop=isinstance(maker, StaticMaker)
    )
    left = walltime.left
    if left is not None and end is not None and left < SHORTEST_S:
        raise VaspError(
            f"VASP was not started in {directory}: the batch job ends in {max(0, left):.0f} s; "
            "start the next one, and continue with liponflow resume"
        )
    options = dict(maker.run_vasp_kwargs)
    with ExitStack() as stack:
        inputs = Path(stack.enter_context(TemporaryDirectory()))
        record, files, program = _beginning(directory, digest(maker, start), inputs)
        write_record(directory, record)
        options |= program
        given = options.get("handlers", DEFAULT_HANDLERS)
        options["handlers"] = handlers(given, walltime)
        # STOPCARs and restarts count as errors, too.
        options.setdefault("max_errors", ATOMATE2.VASP_CUSTODIAN_MAX_ERRORS + 2 * RESTARTS)
        options["custodian_kwargs"] = custodian_options(left) | options.get("custodian_kwargs", {})
        options["vasp_job_kwargs"] = {
            **options.get("vasp_job_kwargs", {}),
            "settings_override": [
                {"file": str(file), "action": {"_file_copy": {"dest": place}}}
                for file, place in files.items()
            ],
        }
        try:
            ready = replace(maker, run_vasp_kwargs=options)
            return run(ready, start, *arguments)
        except CustodianError as error:
            raise VaspError(explanation(error, directory)) from error


def _run(maker: BaseVaspMaker, job: Any, *arguments: Any) -> Response[Any]:
    """Run a job of atomate2's, and keep no ionic step but the last in its document.

    The store and the jobs after this one get the document. Of 122 atoms it had 27 kB for each
    step, which vasprun.xml in the directory of the job has as well.
    """
    response: Response[Any] = restartable(maker, job.original, *arguments)
    document = response.output
    (document.vasp_objects or {}).pop(VaspObject.TRAJECTORY, None)
    for calculation in document.calcs_reversed:
        steps = calculation.output.ionic_steps
        calculation.output.ionic_steps = steps and steps[-1:]
    return response


def _beginning(
    directory: Path, job: str, inputs: Path
) -> tuple[Record, dict[Path, str], dict[str, str]]:
    """Return what a job continues from, the files for that, and the command if not VASP's.

    The inputs are written to a folder of their own: atomate2 writes those of the start first. The
    files are copied after that, each to its place in the directory of the job.
    """
    bring_wavecar(directory, job)
    found = to_go_on_from(directory, job)
    if found is None:
        return Record(job=job), {}, {}
    attempt, record = found
    steps = record.earlier[-1].steps
    if is_complete(attempt, steps):
        record = record.model_copy(update={"earlier": record.earlier[:-1]})
        nothing = {"vasp_cmd": NO_PROGRAM, "vasp_gamma_cmd": NO_PROGRAM}
        return record, brought(attempt, inputs), nothing
    return record, write_inputs(attempt, steps, inputs), {}
