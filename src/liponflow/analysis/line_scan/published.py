"""Published profiles across the interphase of Li and LiPON."""

from pydantic import Field

from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.published import Published, topics


class PublishedEtching(Published):
    """Etching depths, in arbitrary units, at which elements appear in XPS."""

    levels: dict[str, float] = Field(description="Level by element.")


def published_width() -> tuple[float, str]:
    """Return the published width of the interphase (nm) and its citation.

    Examples
    --------
    >>> published_width()
    (76.0, 'Cheng 2023')
    """
    known = published_migration("Li")
    assert known is not None  # noqa: S101 - an entry of our own data
    return known.interphase.nm, known.interphase.citation


def published_etching() -> PublishedEtching:
    """Return the published etching depths.

    Examples
    --------
    >>> published_etching().levels
    {'N': 54.0, 'P': 138.0}
    """
    return PublishedEtching.model_validate(topics()["line_scan"])
