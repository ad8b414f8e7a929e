"""Results side by side: their quantities, and in what they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from liponflow.analysis.method import comparable
from liponflow.analysis.quantity import units_of
from liponflow.analysis.result import Result
from liponflow.store.frames import flat_fields, table_items, table_rows, tables
from liponflow.store.reading import StoredResult

_NO_QUANTITIES = ("kind", "schema_version", "provenance.", "criterion")


@dataclass(frozen=True)
class ComparedQuantity:
    """A number of several results.

    Attributes
    ----------
    name
        Dotted name of the field; of a row of a table with what names the row, as in
        ``states[x=0.5].c_over_a``.
    unit
        Its unit; None for dimensionless numbers.
    values
        One per result; None where it lacks the number.
    """

    name: str
    unit: str | None
    values: tuple[float | None, ...]

    @property
    def differences(self) -> tuple[float | None, ...]:
        """Each value less that of the first result."""
        first = self.values[0]
        return tuple(
            None if first is None or value is None else value - first for value in self.values
        )


@dataclass(frozen=True)
class ComparedSetting:
    """A parameter, a version or another property in which results differ.

    Attributes
    ----------
    name
        Dotted name in the provenance.
    values
        One per result; None where it has none.
    """

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class ComparedResults:
    """Several results of one kind.

    Attributes
    ----------
    results
        The results.
    quantities
        Their numbers.
    settings
        In what they differ: material, parameters, engines, versions.
    methods
        Why the energies of a result are not on the scale of the first one's; empty if they are.
    """

    results: Sequence[StoredResult]
    quantities: Sequence[ComparedQuantity]
    settings: Sequence[ComparedSetting]
    methods: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the comparison as a JSON-like document."""
        return {
            "results": [item.uuid for item in self.results],
            "kind": self.results[0].result.kind,
            "quantities": [
                {
                    "name": item.name,
                    "unit": item.unit,
                    "values": item.values,
                    "differences": item.differences,
                }
                for item in self.quantities
            ],
            "settings": [{"name": item.name, "values": item.values} for item in self.settings],
            "different_methods": self.methods,
        }


def compare_results(stored: Sequence[StoredResult]) -> ComparedResults:
    """Compare results of one kind.

    Parameters
    ----------
    stored
        Two results or more; differences are to the first one.

    Raises
    ------
    ValueError
        If there is one only, one is given twice, or they are of several kinds.
    """
    kinds = {item.result.kind for item in stored}
    if len(stored) < 2 or len({item.uuid for item in stored}) < len(stored):  # noqa: PLR2004
        raise ValueError("give two different results or more to compare")
    if len(kinds) > 1:
        listed = ", ".join(f"{item.uuid[:8]} is a {item.result.kind}" for item in stored)
        raise ValueError(f"only results of one kind compare: {listed}")
    results = [item.result for item in stored]
    first = results[0].provenance.engine
    reasons = [
        comparable(first.as_method, result.provenance.engine.as_method).reason
        for result in results
    ]
    return ComparedResults(stored, _quantities(results), _settings(results), tuple(reasons))


def _quantities(results: Sequence[Result]) -> list[ComparedQuantity]:
    numbers = [_numbers(flat_fields(result)) for result in results]
    units: dict[str, str] = {}
    for result in results:
        units |= dict(units_of(result))
    found = [
        ComparedQuantity(name, units.get(name), tuple(own.get(name) for own in numbers))
        for name in _names(numbers)
        if not name.startswith(_NO_QUANTITIES)
    ]
    for name in dict.fromkeys(name for result in results for name in tables(result)):
        found += _rows(name, results)
    return found


def _rows(name: str, results: Sequence[Result]) -> list[ComparedQuantity]:
    """Compare the rows of a table that are named alike; none if names are not unique."""
    found: list[dict[str, dict[str, float]]] = []
    units: dict[str, str] = {}
    for result in results:
        rows: dict[str, dict[str, float]] = {}
        for item in table_items(result, name) if name in tables(result) else ():
            (row,) = table_rows([item])
            label = _label(row)
            if label in rows:
                return []
            rows[label] = _numbers(row)
            units |= dict(units_of(item))
        found.append(rows)
    return [
        ComparedQuantity(
            f"{name}[{label}].{column}",
            units.get(column),
            tuple(rows.get(label, {}).get(column) for rows in found),
        )
        for label in _names(found)
        for column in _names([rows.get(label, {}) for rows in found])
        if not label.startswith(f"{column}=")
    ]


def _label(row: Mapping[str, Any]) -> str:
    """Return what names a row: its first number or, before one, its texts."""
    texts = []
    for name, value in row.items():
        if isinstance(value, str):
            texts.append(f"{name}={value}")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            return ", ".join(texts) or f"{name}={value:g}"
    return ", ".join(texts)


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: value
        for name, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _settings(results: Sequence[Result]) -> list[ComparedSetting]:
    described = [_described(result) for result in results]
    found = []
    for name in _names(described):
        values = tuple(own.get(name) for own in described)
        if any(value != values[0] for value in values):
            found.append(ComparedSetting(name, values))
    return found


def _described(result: Result) -> dict[str, Any]:
    """Return the material, parameters, engine and versions of a result, by dotted name."""
    made = result.provenance
    found = {
        "formula": result.formula,
        "converged": result.converged,
        "structure": made.source_structure,
        "preset": made.preset,
    }
    found |= {f"engine.{name}": value for name, value in made.engine.model_dump().items()}
    found |= {f"parameters.{name}": value for name, value in made.parameters.items()}
    return found | {f"packages.{name}": value for name, value in made.packages.items()}


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))
