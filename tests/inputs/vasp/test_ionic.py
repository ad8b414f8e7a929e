"""Ionic task, steps and force limit of an INCAR."""

from typing import Any

import pytest

from liponflow.inputs.vasp.ionic import force_limit, ionic_steps, ionic_task, is_static


@pytest.mark.parametrize(
    ("incar", "task"),
    [
        ({}, "static"),
        ({"NSW": 0, "IBRION": 2}, "static"),
        ({"NSW": -1, "IBRION": 0}, "static"),
        ({"NSW": 10, "IBRION": -1}, "static"),
        ({"NSW": 10}, "md"),
        ({"NSW": 10, "IBRION": 0}, "md"),
        ({"NSW": 10, "IBRION": 1}, "relaxation"),
        ({"NSW": 10, "IBRION": 3}, "relaxation"),
        ({"NSW": 1, "IBRION": 6}, "finite differences"),
        ({"NSW": 10, "IBRION": 44}, None),
    ],
)
def test_task_follows_nsw_and_ibrion(incar: dict[str, Any], task: str | None) -> None:
    assert ionic_task(incar) == task
    assert is_static(incar) is (task == "static")


def test_number_of_ionic_steps_is_never_negative() -> None:
    assert [ionic_steps({}), ionic_steps({"NSW": -1}), ionic_steps({"NSW": 7})] == [0, 0, 7]


@pytest.mark.parametrize(
    ("incar", "limit"),
    [
        ({"NSW": 9, "IBRION": 1, "EDIFFG": -0.03}, 0.03),
        ({"NSW": 9, "IBRION": 2, "EDIFFG": 1e-4}, None),  # an energy, eV
        ({"NSW": 9, "IBRION": 2}, None),
        ({"NSW": 9, "IBRION": 0, "EDIFFG": -0.03}, None),
        ({"NSW": 0, "IBRION": 2, "EDIFFG": -0.03}, None),
    ],
)
def test_only_relaxations_have_a_force_limit(incar: dict[str, Any], limit: float | None) -> None:
    assert force_limit(incar) == limit
