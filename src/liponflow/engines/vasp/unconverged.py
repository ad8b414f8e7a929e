"""Last geometries of unconverged relaxations and bands of VASP, from their directories.

atomate2 ends a job that did not converge by an error, so that there is no output to read. A run
that a STOPCAR ended is no such job: it continues by :mod:`liponflow.engines.vasp.restarts`.
"""

from pathlib import Path
from typing import Any

from atomate2.vasp.jobs.core import RelaxMaker
from atomate2.vasp.jobs.neb import NebFromImagesMaker
from emmet.core.types.enums import TaskState
from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import shortfall
from liponflow.engines.engine import Unconverged
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.files import Band, IngestError, find_runs
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.restarts import has_stopped


def unconverged(maker: Maker, start: Any, document: Any, directory: Path) -> Unconverged | None:
    """Return what is left of an unconverged relaxation or band; see Engine.unconverged."""
    is_band = isinstance(maker, NebFromImagesMaker)
    if not (is_band or isinstance(maker, RelaxMaker)) or not directory.is_dir():
        return None
    if document is not None and not is_band and document.state is TaskState.SUCCESS:
        return None
    if has_stopped(directory):
        return None
    try:
        return _band(start, directory) if is_band else _relaxation(start, directory)
    except IngestError:  # it ended before it had a geometry
        return None


def _relaxation(start: Any, directory: Path) -> Unconverged | None:
    for files in find_runs([directory]):
        if isinstance(files, Band) or files.vasprun is None:
            continue
        found = read_run(files).calculation()
        if not found.converged:
            return Unconverged(shortfall(found), _with_properties(found.structure, start))
    return None


def _band(start: Any, directory: Path) -> Unconverged | None:
    for band in find_runs([directory]):
        if not isinstance(band, Band):
            continue
        found = band_unit(band).build()
        if not found.converged:
            images = [image.structure for image in found.images]
            given = start if isinstance(start, list) else [None] * len(images)
            pairs = zip(images, given, strict=True)
            return Unconverged(found.criterion, [_with_properties(*pair) for pair in pairs])
    return None


def _with_properties(last: Structure, start: Any) -> Structure:
    """Return the last structure with the site properties, such as moments, of the start.

    VASP's files are sorted by element.
    """
    if isinstance(start, Structure):
        for given in (start, start.get_sorted_structure()):
            if given.species == last.species:
                return last.copy(site_properties=given.site_properties)
    return last.copy(site_properties={})
