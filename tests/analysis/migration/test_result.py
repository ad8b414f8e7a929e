"""Stored migration results of older schemas."""

import copy

import pytest
from migration_example import migration_result

from liponflow.analysis.kinds import get_kind


def test_kinetic_monte_carlo_is_dropped_from_the_first_schema() -> None:
    result = migration_result()
    document = result.model_dump(mode="json") | {"schema_version": 1}
    for number, found in enumerate(document["migrations"]):
        found["monte_carlo_300"] = number * 1e-10 or None
        found["monte_carlo_300_error"] = number * 1e-11 or None
    document["provenance"]["parameters"]["walkers"] = 200
    stored = copy.deepcopy(document)
    read = get_kind("migration").read(document)
    assert document == stored
    assert read.schema_version == 2
    assert read.provenance.parameters["walkers"] == 200
    provenance = {"provenance": result.provenance}
    assert read.model_copy(update=provenance) == result
    with pytest.raises(ValueError, match=r"migrations\.0\.monte_carlo_300\n.*not permitted"):
        get_kind("migration").read(document | {"schema_version": 2})
