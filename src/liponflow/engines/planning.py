"""What a Maker computes, asked of the registered engines."""

from collections.abc import Sequence

from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.engines.planned import PlannedCalculation, PlanningMaker
from liponflow.engines.registry import engine_classes


def planned_by(
    maker: Maker, subject: Structure | Sequence[Structure]
) -> Sequence[PlannedCalculation]:
    """List the calculations of a Maker.

    Parameters
    ----------
    maker
        Ours with ``planned``, or a Maker of a single job of a registered engine.
    subject
        What it is given: a structure, or the images of a band.

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
