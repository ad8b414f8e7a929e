"""Last geometries of unconverged relaxations and bands with potentials."""

from typing import Any

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import shortfall
from liponflow.analysis.runs import NEBResult
from liponflow.engines.engine import Unconverged
from liponflow.engines.potential.makers import PotentialMaker
from liponflow.engines.potential.neb.maker import BandMaker
from liponflow.engines.potential.reading import read_task_document
from liponflow.engines.potential.steps import FORCE_MARGIN


def unconverged(maker: Maker, start: Any, document: Any) -> Unconverged | None:
    """Return what is left of an unconverged relaxation or band; see Engine.unconverged."""
    if isinstance(maker, BandMaker):
        if not isinstance(document, NEBResult):
            return None
        # Steps of the band do not relax its end points.
        if document.converged or all(image.converged for image in document.images[1:-1]):
            return None
        images = [image.structure for image in document.images]
        return Unconverged(document.criterion, images)
    if not isinstance(maker, PotentialMaker) or maker.steps == 1 or document is None:
        return None
    limit = maker.relax_kwargs["fmax"] / FORCE_MARGIN
    found = read_task_document(document, maker.engine, round(limit, 12))
    if found.converged:
        return None
    last: Structure = found.structure
    # The moments that it began with, not those that it has.
    if isinstance(start, Structure):
        last = last.copy(site_properties=start.site_properties)
    return Unconverged(shortfall(found), last)
