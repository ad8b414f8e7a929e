"""How figures name the sources of published barriers."""

from collections.abc import Sequence

from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.result import Migration, MigrationResult


def with_published(result: MigrationResult) -> list[Migration]:
    """Return the migrations whose published barrier has a source for this host."""
    known = published_migration(result.formula)
    return [
        found
        for found in result.migrations
        if found.published_barrier and (found.published_citation or known)
    ]


def citations(result: MigrationResult, quoted: Sequence[Migration]) -> str:
    """Return the short forms of the sources of migrations with a published barrier."""
    known = published_migration(result.formula)
    own = known.barriers.citation if known else "published"
    return ", ".join(dict.fromkeys(found.published_citation or own for found in quoted))
