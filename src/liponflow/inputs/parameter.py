"""What a user can read about a parameter: its meaning, unit, allowed values and an example.

The field of a parameter states all of them::

    force_limit: Annotated[float, Unit("eV/Å")] = Field(
        gt=0, le=0.5, description="Largest force of a converged relaxation."
    )
    larger_supercell: SupercellParameter | None = Field(
        description="Repeats of a second, larger cell; null for none.", examples=["4,4,4"]
    )

``examples`` is for parameters that no preset sets. ``run CAMPAIGN --help``, ``presets show``,
completion, the messages of wrong values and the tables of the documentation all use it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import yaml
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

_BOUNDS = {Gt: ("above", "gt"), Ge: ("at least", "ge"), Lt: ("below", "lt"), Le: ("at most", "le")}

_NOUNS = {int: "whole number", float: "number", str: "text", Path: "file"}


@dataclass(frozen=True)
class Unit:
    """Unit of the numbers of a parameter, as metadata of its field."""

    name: str
    """Empty for dimensionless numbers."""


MOST_SEED = 2_000_000_000
"""Largest seed: packmol reads 32 bits, and further models have the following numbers."""

Seed = Annotated[int, Field(ge=0, le=MOST_SEED)]
"""Seed of random numbers."""


MOST_IONIC_STEPS = 100_000
"""Steps of a relaxation; one that needs more does not converge."""

IonicSteps = Annotated[int, Field(ge=2, le=MOST_IONIC_STEPS)]
"""Largest number of steps of a relaxation: atomate2 treats a single one as a static calculation,
which is always converged."""


@dataclass(frozen=True)
class NamesOf:
    """Metadata of a parameter whose texts are names of registered objects."""

    group: str
    """Entry-point group of the registry."""


class Description(NamedTuple):
    """Description of a parameter.

    Attributes
    ----------
    name
        Name of the parameter.
    meaning
        One sentence.
    unit
        Unit of its numbers; None where nothing has one.
    allowed
        Allowed values in words.
    choices
        Texts that a value or an item may be, if only these.
    group
        Registry group of the names that it takes; None without one.
    example
        A value as a user types it; None if the presets show one.
    """

    name: str
    meaning: str
    unit: str | None
    allowed: str
    choices: Sequence[str]
    group: str | None
    example: str | None

    @property
    def form(self) -> str:
        """Allowed values with their unit."""
        return f"{self.allowed} ({self.unit})" if self.unit else self.allowed


def describe(model: type[BaseModel]) -> list[Description]:
    """Describe every parameter of a model.

    Examples
    --------
    >>> from pydantic import Field
    >>> class Parameters(BaseModel):
    ...     length: Annotated[float, Unit("Å")] = Field(gt=0, le=20, description="Least distance.")
    ...     axis: Literal["a", "b"] | None = Field(description="Axis; null for all.")
    >>> length, axis = describe(Parameters)
    >>> length.unit, length.allowed
    ('Å', 'number above 0, at most 20')
    >>> axis.choices, axis.allowed
    (('a', 'b'), 'a, b or null')
    """
    return [
        Description(
            name=name,
            meaning=field.description or "",
            unit=next((item.name for item in field.metadata if isinstance(item, Unit)), None),
            allowed=_words(field.annotation, field.metadata).replace("list of texts", "list"),
            choices=_choices(field.annotation),
            group=next((i.group for i in field.metadata if isinstance(i, NamesOf)), None),
            example=typed(field.examples[0]) if field.examples else None,
        )
        for name, field in model.model_fields.items()
    ]


def nested_models(model: type[BaseModel]) -> dict[type[BaseModel], list[str]]:
    """Return the models whose values parameters hold, with the names of these parameters."""
    found: dict[type[BaseModel], list[str]] = {}
    for name, field in model.model_fields.items():
        for nested in _models(field.annotation):
            found.setdefault(nested, []).append(name)
    return found


def typed(value: Any) -> str:
    """Return a value as a user types it after ``--set KEY=``.

    Examples
    --------
    >>> typed([0, 0.5]), typed([[1, 1], [-1, 1]]), typed(None), typed({"Ni": -2.0})
    ('0,0.5', '1,1;-1,1', 'null', '{Ni: -2.0}')
    >>> typed([]), typed("quick"), typed(True)
    ('[]', 'quick', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value:
        if all(isinstance(item, list | tuple) for item in value):
            return ";".join(map(typed, value))
        if not any(isinstance(item, dict | list) for item in value):
            return ",".join(map(typed, value))
    return flow_yaml(value)


def flow_yaml(value: Any) -> str:
    """Return a value as YAML on one line.

    Examples
    --------
    >>> flow_yaml({"low": 0.0, "names": ["N", "on"]})
    "{low: 0.0, names: [N, 'on']}"
    """
    flow = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6
    )
    return flow.removesuffix("\n").removesuffix("\n...")


def has_numbers(annotation: Any) -> bool:
    """Tell whether a type holds numbers that are not counts, which have a unit or are ratios."""
    return annotation is float or any(map(has_numbers, get_args(annotation)))


def _words(annotation: Any, metadata: Iterable[Any] = (), *, several: bool = False) -> str:
    """Describe the values of a type in words, in the plural if there are several."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        constraints = [*_constraints(arguments[1:]), *metadata]
        return _words(arguments[0], constraints, several=several)
    if origin in {Union, UnionType}:
        return _either(arguments, metadata)
    if origin is Literal:
        return _one_of([*map(str, arguments)])
    if origin in {list, tuple, dict}:
        items = _words(arguments[-1], several=True)
        if origin is tuple:
            rows = "rows of " if get_origin(arguments[0]) is tuple else ""
            return f"{len(arguments)} {rows}{items}"
        return f"list of {items}" if origin is list else f"{items} by name"
    return f"{_noun(annotation, several=several)} {_range(metadata)}".rstrip()


def _noun(annotation: Any, *, several: bool) -> str:
    if annotation is bool:
        return "true or false"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        noun = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", annotation.__name__).lower()
    else:
        noun = _NOUNS.get(annotation, "value")
    return f"{noun}s" if several else noun


def _either(arguments: Sequence[Any], metadata: Iterable[Any]) -> str:
    metadata = list(metadata)
    texts: list[str] = []
    for argument in arguments:
        if get_origin(argument) is Literal:
            texts += map(str, get_args(argument))
        else:
            texts.append("null" if argument is NoneType else _words(argument, metadata))
    return _one_of(texts)


def _one_of(texts: Sequence[str]) -> str:
    *first, last = texts
    comma = "," if any("," in text for text in texts) else ""
    return f"{', '.join(first)}{comma} or {last}" if first else last


def _range(metadata: Iterable[Any]) -> str:
    found = [
        f"{words} {getattr(item, attribute):,}"
        for item in metadata
        for kind, (words, attribute) in _BOUNDS.items()
        if isinstance(item, kind)
    ]
    return ", ".join(found)


def _constraints(metadata: Iterable[Any]) -> Iterator[Any]:
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else [item]


def _choices(annotation: Any) -> tuple[str, ...]:
    """List the texts that a value or its items may be; empty if others are allowed."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is bool:
        return ("true", "false")
    if origin is Literal:
        return tuple(map(str, arguments))
    if origin is Annotated:
        return _choices(arguments[0])
    if origin in {Union, UnionType, list}:
        return tuple(choice for item in arguments for choice in _choices(item))
    return ()


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """List the nested models of a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
