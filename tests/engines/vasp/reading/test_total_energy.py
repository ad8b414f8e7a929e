import pytest

from liponflow.engines.vasp.reading.total_energy import not_self_consistent


@pytest.mark.parametrize(
    ("incar", "parameters", "reason"),
    [
        ({"LEPSILON": True}, {}, "LEPSILON computes the dielectric response"),
        ({"LCALCEPS": True}, {"LCALCEPS": True}, "LCALCEPS computes the dielectric response"),
        ({"ICHARG": 1}, {"ICHARG": 12}, "ICHARG = 12 keeps"),
        ({"ALGO": "evgw0"}, {"IALGO": 38}, "ALGO = EVGW0 computes no"),
        ({"ALGO": "TDHF"}, {}, "ALGO = TDHF"),
        ({"ALGO": "CRPA"}, {}, "ALGO = CRPA"),
        ({"ALGO": "Nothing"}, {}, "ALGO = NOTHING"),
        ({}, {"IALGO ": 90}, "IALGO = 90"),
    ],
)
def test_runs_that_are_not_self_consistent_are_named(
    incar: dict, parameters: dict, reason: str
) -> None:
    found = not_self_consistent(incar, parameters)
    assert found is not None
    assert found.startswith(reason)


def test_algorithm_of_the_incar_precedes_its_number() -> None:
    assert not_self_consistent({"ALGO": "Fast"}, {"IALGO": 68, "LEPSILON": False}) is None
