"""Units, headings and formats of the fields of results, kept with the fields.

The annotation of a field of a result states its unit and how it is shown::

    barrier: Annotated[float, Quantity("eV", heading="barrier", fmt=".3f")]

Tables, the headers of CSV files, the JSON schema, the axes of figures and the reference of the
fields all use it.
"""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Column:
    """Column of a field in a table on the terminal.

    Attributes
    ----------
    heading
        Heading of its column. ``{key}`` stands for a key of a dictionary, which then gets one
        column per key. Lists of models show only fields with a heading.
    fmt
        Format specification of its values.
    wraps
        Whether its text may be wrapped; otherwise the column is as wide as its longest entry.
    """

    heading: str = ""
    fmt: str = ""
    wraps: bool = False

    def title(self, key: str = "") -> str:
        """Return the heading, of one key where the column has several.

        Examples
        --------
        >>> Column(heading="start cell").title()
        'start cell'
        """
        return self.heading.format(key=key)


@dataclass(frozen=True)
class FileNames:
    """Mark of a field with the files of a result, which stay where they were written.

    Names may begin with the host, as in ``node7:/scratch/run/trajectory.xyz``.
    """


@dataclass(frozen=True)
class Quantity(Column):
    """Unit of a field of numbers, with the way to show it.

    Attributes
    ----------
    unit
        Unit of every number in the field, empty for dimensionless ones.
    label
        Name of the quantity on the axes of figures; the heading by default.
    """

    unit: str
    label: str = ""

    def title(self, key: str = "") -> str:
        r"""Return the heading with the unit below it, or where the heading has ``{unit}``.

        Examples
        --------
        >>> Quantity("Å", heading="length").title()
        'length\nÅ'
        >>> Quantity("V", heading="{unit} vs Li").title()
        'V vs Li'
        >>> Quantity("µB", heading="{key}").title("Ni")
        'Ni\nµB'
        """
        title = self.heading.format(key=key, unit=self.unit)
        below = self.unit and "{unit}" not in self.heading
        return f"{title}\n{self.unit}" if below else title

    def axis_label(self, name: str = "", *, prefix: str = "", per: str = "") -> str:
        """Return the label of an axis.

        Parameters
        ----------
        name
            Name of the quantity; its label or heading by default.
        prefix
            Prefix of the unit, such as ``m`` where the axis shows thousandths.
        per
            Words after the unit, such as ``other than Li``.

        Examples
        --------
        >>> energy = Quantity("eV/atom", label="reaction energy")
        >>> energy.axis_label(prefix="m", per="other than Li")
        'reaction energy (meV/atom other than Li)'
        """
        name = name or self.label or " ".join(self.heading.split())
        if not self.unit:
            return name
        space = " " if per and not per.startswith("\n") else ""
        return f"{name} ({prefix}{self.unit}{space}{per})"

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Add the unit to the JSON schema of the field."""
        return handler(schema) | {"unit": self.unit}


@dataclass(frozen=True)
class Inline:
    """Headings of those fields of a submodel that are shown among the fields of the result."""

    headings: Mapping[str, str]

    def columns(self, model: type[BaseModel]) -> Iterator[tuple[str, Column]]:
        """Yield the name and the column of each of these fields of the submodel."""
        for name, heading in self.headings.items():
            yield name, replace(column_of(model, name) or Column(), heading=heading)


def column_of(model: type[BaseModel], field: str) -> Column | None:
    """Return the column of a field; None without one."""
    return _metadata(model, field, Column)


def quantity_of(model: type[BaseModel], field: str) -> Quantity | None:
    """Return the quantity of a field; None without one."""
    return _metadata(model, field, Quantity)


def inline_of(model: type[BaseModel], field: str) -> Inline | None:
    """Return the headings of a submodel's fields shown with the result; None without any."""
    return _metadata(model, field, Inline)


def units_of(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the unit of every field with one, submodels included.

    A dictionary of numbers yields one name per key; lists of models are left out.
    """
    for name in type(model).model_fields:
        value = getattr(model, name)
        quantity = quantity_of(type(model), name)
        if isinstance(value, BaseModel):
            yield from units_of(value, f"{prefix}{name}.")
        elif quantity is not None and quantity.unit:
            yield from ((key, quantity.unit) for key in _keys(value, f"{prefix}{name}"))


def unit_by_field(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the unit of every field of a model with one.

    Unlike :func:`units_of` it needs no document: fields of the models in a list are named once,
    such as ``states.volume``, and dictionaries of numbers by their field.
    """
    for name, field in model.model_fields.items():
        quantity = quantity_of(model, name)
        if quantity is not None and quantity.unit:
            yield f"{prefix}{name}", quantity.unit
        for part in parts_of(field.annotation):
            if inspect.isclass(part) and issubclass(part, BaseModel):
                yield from unit_by_field(part, f"{prefix}{name}.")


def parts_of(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and all its parts."""
    yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)


def _keys(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _keys(item, f"{name}.{key}")
    else:
        yield name


def _metadata(model: type[BaseModel], field: str, kind: type[T]) -> T | None:
    found = model.model_fields[field].metadata
    return next((item for item in found if isinstance(item, kind)), None)
