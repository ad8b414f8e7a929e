"""Stored migration results of older schemas."""

import copy
from typing import Any

import pytest
from migration_example import migration_result

from liponflow.analysis.kinds import get_kind
from liponflow.analysis.migration.result import MigrationResult


def unquoted(result: MigrationResult) -> MigrationResult:
    """Return a result without published barriers beside its hops."""
    return result.model_copy(
        update={
            key: [row.model_copy(update={"published_barrier": None}) for row in rows]
            for key, rows in (
                ("hops", result.hops),
                ("models", result.models),
            )
        }
    )


def second_schema(result: MigrationResult) -> dict[str, Any]:
    """Return the document of a result as version 2 wrote it, with spreads of its own."""
    document = result.model_dump(mode="json", exclude={"engines", "engine_spreads"})
    spreads = []
    for spread in result.engine_spreads:
        dopant, hop = spread.subject.split(", ", 1)
        spreads.append(
            {
                "dopant": dopant,
                "hop": hop,
                "n_models": spread.n_engines,
                "barrier_mean": spread.mean,
                "barrier_low": spread.low,
                "barrier_high": spread.high,
                "published_barrier": 0.42,
            }
        )
    return document | {"schema_version": 2, "spreads": spreads}


def test_published_barriers_of_the_second_schema_leave_the_hops() -> None:
    result = migration_result()
    document = second_schema(result)
    assert document["spreads"]
    assert {hop["published_barrier"] for hop in document["hops"]} == {None, 0.42}
    read = get_kind("migration").read(document)
    assert read == unquoted(result)
    assert [found.published_barrier for found in read.migrations] == [0.5, 0.42, 1.08]


def test_kinetic_monte_carlo_is_dropped_from_the_first_schema() -> None:
    result = migration_result()
    document = second_schema(unquoted(result)) | {"schema_version": 1}
    for number, found in enumerate(document["migrations"]):
        found["monte_carlo_300"] = number * 1e-10 or None
        found["monte_carlo_300_error"] = number * 1e-11 or None
    document["provenance"]["parameters"]["walkers"] = 200
    stored = copy.deepcopy(document)
    read = get_kind("migration").read(document)
    assert document == stored
    assert read.schema_version == 3
    assert read.provenance.parameters["walkers"] == 200
    provenance = {"provenance": result.provenance}
    assert read.model_copy(update=provenance) == unquoted(result)
    with pytest.raises(ValueError, match=r"migrations\.0\.monte_carlo_300\n.*not permitted"):
        get_kind("migration").read(document | {"schema_version": 2})
