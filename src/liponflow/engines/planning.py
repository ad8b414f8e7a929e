"""Planned calculations of a Maker, from the registered engines."""

from collections.abc import Sequence

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.engines.planned import PlannedCalculation, PlanningMaker
from liponflow.engines.registry import engine_classes


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
    if isinstance(maker, PlanningMaker):
        return maker.planned(subject)
    images = [subject] if isinstance(subject, Structure) else list(subject)
    for engine in engine_classes():
        calculation = engine.planned(maker, images)
        if calculation is not None:
            return [calculation]
    return []
