"""What a job announces is what it gives back, in a document that stays small."""

import json

from jobflow import job

from liponflow.engines.planned import PlannedCalculation, announce, announced


@job
def displacements() -> None:
    """Compute nothing."""


def test_equal_calculations_are_announced_once_with_their_number() -> None:
    static = PlannedCalculation("static", "vasp", 55)
    relaxation = PlannedCalculation("relax", "vasp", 55)
    made = displacements()
    announce(made, [relaxation, *[static] * 3300])
    assert announced(made) == [relaxation, *[static] * 3300]
    assert len(json.dumps(made.metadata)) < 1000


def test_job_without_announcement_announces_nothing() -> None:
    assert announced(displacements()) is None
    announce(made := displacements(), [])
    assert announced(made) == []
