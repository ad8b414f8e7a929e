"""Planned calculations of a Maker, from the registered engines."""

from collections.abc import Sequence

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import EngineInfo
from liponflow.engines.planned import PlannedCalculation, PlanningMaker
from liponflow.engines.registry import engine_classes, reader


def planned_by(
    maker: Maker, subject: Structure | Sequence[Structure]
) -> Sequence[PlannedCalculation]:
    """Return the calculations of a Maker.

    Parameters
    ----------
    maker
        Our Maker with ``planned``, or a Maker of a single job of a registered engine.
    subject
        Its argument: a structure, or the images of a band.

    Returns
    -------
    sequence of PlannedCalculation
        Empty if no engine knows the Maker.
    """
    images = [subject] if isinstance(subject, Structure) else list(subject)
    if isinstance(maker, PlanningMaker):
        found = maker.planned(subject)
        # Makers of a single job state which engine they use; those of flows ask for their parts.
        info = getattr(maker, "engine", None)
        if not isinstance(info, EngineInfo) or not images:
            return found
        sized = reader(info.name).sized  # also of an engine that is not registered here
        return [sized(calculation, info, images[0]) for calculation in found]
    for engine in engine_classes():
        calculation = engine.planned(maker, images)
        if calculation is not None:
            return [calculation]
    return []
