"""Published tables, each with its source, its rows and a figure.

A table is one topic of ``published.yaml``. What reads its rows belongs to the topic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import Field

from liponflow import registry
from liponflow.analysis.published import Published
from liponflow.document import Document
from liponflow.names import nearest

Row = TypeVar("Row", bound=Document)


class PublishedTable(Published, Generic[Row]):
    """A table as it was printed."""

    title: str = Field(description="What the table lists, and where.")
    rows: tuple[Row, ...] = Field(description="Rows in the printed order.")


@dataclass(frozen=True)
class TableKind:
    """A published table by name.

    Attributes
    ----------
    load
        ``module:function`` that returns the :class:`PublishedTable`.
    figure
        ``module:function`` that draws it.
    """

    load: str
    figure: str

    def read(self) -> PublishedTable[Document]:
        """Return the table."""
        table: PublishedTable[Document] = registry.resolve(self.load)()
        return table


TABLES: Mapping[str, TableKind] = {
    "derivatives": TableKind(
        "liponflow.analysis.derivatives.published:published_derivatives",
        "liponflow.figures.derivatives:derivatives_figure",
    ),
    "interphase": TableKind(
        "liponflow.analysis.interphase.published:published_conductivities",
        "liponflow.figures.interphase:conductivities_figure",
    ),
    "synthesis": TableKind(
        "liponflow.analysis.synthesis:published_synthesis",
        "liponflow.figures.synthesis:synthesis_figure",
    ),
}


def get_table(name: str) -> TableKind:
    """Return a published table by its name.

    Raises
    ------
    ValueError
        If there is no such table; the nearest name is suggested.

    Examples
    --------
    >>> len(get_table("derivatives").read().rows), len(get_table("synthesis").read().rows)
    (37, 9)
    """
    if name not in TABLES:
        raise ValueError(f"no published table {name!r}{nearest(name, TABLES)}")
    return TABLES[name]


def low_and_high(value: float | Sequence[float] | None) -> tuple[float | None, float | None]:
    """Return the ends of a printed value, which may be one number, a range or absent.

    Examples
    --------
    >>> low_and_high(0.5), low_and_high([0.44, 0.63]), low_and_high(None)
    ((0.5, None), (0.44, 0.63), (None, None))
    """
    if isinstance(value, Sequence):
        low, high = value
        return float(low), float(high)
    return (None if value is None else float(value)), None
