"""The published numbers that the project reproduces or compares with, as data.

``numbers.yaml`` has one entry per number: what it says, where it is printed, where our value
stands in a result, and what counts as agreement. Values that ``analysis/published.yaml`` has are
taken from there, so that each stands in one file.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from liponflow import datayaml
from liponflow.analysis.published import topics
from liponflow.document import Document
from liponflow.report.places import Place, value_at

Value = bool | float | str | tuple[float, ...] | tuple[str, ...] | dict[str, float]
"""A published value: a statement, a number, a range of two, names, or numbers by name."""


class Source(Document):
    """A publication."""

    model_config = ConfigDict(frozen=True)

    citation: str = Field(description="Short form.")
    reference: str = Field(description="Full reference.")


class Explanation(Document):
    """Why our value differs, with the page that has the evidence."""

    model_config = ConfigDict(frozen=True)

    engines: tuple[str, ...] = Field(
        (),
        description="Engines whose values it explains, by how their names begin; all if empty.",
    )
    value: Value | None = Field(
        None,
        description="Our value that it explains, within the tolerance of the number; any if None.",
    )
    side: Literal["above", "below"] | None = Field(
        None, description="Side of the published number that it explains; both if None."
    )
    reason: str = Field(description="The reason, in words.")
    page: str = Field(description="Page of the project with the evidence.")


class PublishedNumber(Document):
    """One published number, and how it is compared."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="Name, unique in the catalogue.")
    topic: str = Field(description="Topic of the catalogue.")
    statement: str = Field(description="What the number is.")
    value: Value = Field(description="The value as printed.")
    unit: str = Field("", description="Its unit.")
    citation: str = Field(description="Short form of the source.")
    reference: str = Field(description="Full reference with section, figure or table.")
    note: str = Field("", description="Caveats, misprints and contradictions of the sources.")
    kind: str | None = Field(None, description="Kind of result that has our value.")
    formula: str | None = Field(None, description="Formula that the result must have.")
    elements: tuple[str, ...] = Field(
        (), description="Elements that the material of the result must have, and no others."
    )
    at: Place | None = Field(None, description="Where our value stands in the result.")
    function: str | None = Field(
        None, description="Function of `values.py` that returns our value, instead of `at`."
    )
    arguments: dict[str, Any] = Field(default_factory=dict, description="Its arguments.")
    interval: tuple[Place, Place] | None = Field(
        None, description="Where the limits of our value stand."
    )
    parameter: Place | None = Field(
        None, description="Where our parameter stands, behind the name of the campaign."
    )
    tolerance: float = Field(0.0, ge=0, description="Largest difference that passes.")
    factor: float = Field(1.0, ge=1, description="Largest ratio that passes, instead.")
    because: str = Field("", description="Reason for the tolerance.")
    command: str = Field("", description="Command whose result has our value.")
    explanations: tuple[Explanation, ...] = Field((), description="Why our value may differ.")
    not_computed: str = Field("", description="Why there can be no result.")
    input: str = Field(
        "",
        description="Why our value is put in or fixed, so that its agreement shows nothing.",
    )
    input_if: str | None = Field(
        None, description="Function of `values.py` that tells whether a result is such a one."
    )

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        ways = [self.at, self.function, self.parameter, self.not_computed]
        given = sum(bool(way) for way in ways)
        if given > 1 or not (given or self.input):
            raise ValueError(f"{self.id}: give one of at, function, parameter and not_computed")
        if self.input_if and not self.input:
            raise ValueError(f"{self.id}: say in input why agreement shows nothing")
        if (self.at or self.function) and not (self.kind and self.command):
            raise ValueError(f"{self.id}: give the kind of the result and its command")
        if (self.tolerance or self.factor > 1) and not self.because:
            raise ValueError(f"{self.id}: give the reason for the tolerance")
        return self


class Catalogue(Document):
    """Every published number, by topic."""

    model_config = ConfigDict(frozen=True)

    topics: dict[str, str] = Field(description="Title of every topic, in the order of the report.")
    numbers: tuple[PublishedNumber, ...] = Field(description="The numbers.")


@cache
def catalogue() -> Catalogue:
    """Return the catalogue.

    Raises
    ------
    ValueError
        If an entry is incomplete, refers to a source or a value that does not exist, or repeats
        the name of another.

    Examples
    --------
    >>> found = {number.id: number for number in catalogue().numbers}
    >>> found["moment-Ni-0"].value, found["moment-Ni-0"].unit, found["moment-Ni-0"].citation
    (0.5, 'µB', 'Cheng 2023')
    """
    text = resources.files(__package__).joinpath("numbers.yaml").read_text(encoding="utf-8")
    return read_catalogue(datayaml.load(text), topics())


def read_catalogue(data: Mapping[str, Any], published: Mapping[str, Any]) -> Catalogue:
    """Return a catalogue from its data.

    Parameters
    ----------
    data
        Content of a file such as ``numbers.yaml``.
    published
        Published values that its entries refer to, by topic.

    Raises
    ------
    ValueError
        As :func:`catalogue`.
    """
    sources = {name: Source.model_validate(item) for name, item in data["sources"].items()}
    entries = [*data["numbers"]]
    for table in data.get("tables", ()):
        entries += _of_table(table, published)
    numbers = [_number(dict(entry), sources, published) for entry in entries]
    names = [number.id for number in numbers]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two numbers are called {repeated[0]}")
    if unknown := sorted({number.topic for number in numbers} - data["topics"].keys()):
        raise ValueError(f"the topic {unknown[0]} of a number has no title")
    return Catalogue(topics=data["topics"], numbers=tuple(numbers))


def _number(
    entry: dict[str, Any], sources: Mapping[str, Source], published: Mapping[str, Any]
) -> PublishedNumber:
    name = entry.get("id", "without an id")
    where, place = entry.pop("source", None), entry.pop("place", "")
    printed = entry.pop("printed", None)
    if printed is not None:
        entry["value"] = _simple(value_at(published, printed))
        cited = _cited(published, printed)
        note = " ".join(text for text in (cited["note"], entry.get("note", "")) if text)
        entry |= {"citation": cited["citation"], "reference": cited["source"], "note": note}
    elif where in sources:
        source = sources[where]
        reference = f"{source.reference}, {place}" if place else source.reference
        entry |= {"citation": source.citation, "reference": reference}
    else:
        raise ValueError(f"the number {name} has neither a published value nor a known source")
    return PublishedNumber.model_validate(entry)


def _of_table(table: Mapping[str, Any], published: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an entry for each value in the columns of a published table.

    ``named`` is the field that names a row, also in the list of the result that ``list`` gives;
    ``at_most`` is the field that says which columns of a row are upper limits.
    """
    rest = {key: value for key, value in table.items() if key not in _OF_TABLES}
    for number, row in enumerate(value_at(published, table["rows"])):
        name = row[table["named"]]
        limits = row.get(table.get("at_most"), "")
        for column, given in table["columns"].items():
            if row.get(column) is None:
                continue
            entry = rest | given | {"printed": [*table["rows"], number, column]}
            entry["id"] = f"{table['id']}-{number + 1}-{column}"
            entry["statement"] = given["statement"].format(name)
            if limits in (column, "both"):
                entry["statement"] += ", at most"
            if "at" in given:
                item = [table["list"], {table["named"]: name}]
                entry["at"] = [*item, given["at"]]
                entry["interval"] = [[*item, end] for end in given["interval"]]
            yield entry


_OF_TABLES = ("id", "rows", "named", "at_most", "columns", "list")
"""Fields of a table that are none of its numbers."""


def _simple(value: Any) -> Any:
    """Return a range of two equal ends as one number."""
    ends = value if isinstance(value, list) else []
    return value[0] if len(ends) == 2 and ends[0] == ends[1] else value  # noqa: PLR2004 - a range


def _cited(published: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """Return the innermost entry round a value that has a source."""
    for depth in range(len(place), 0, -1):
        found = value_at(published, place[:depth])
        if isinstance(found, Mapping) and "citation" in found:
            return found
    raise ValueError(f"nothing round {place} has a source")
