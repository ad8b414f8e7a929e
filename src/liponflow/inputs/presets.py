"""Presets: parameters as data, each value with its source, and the user's overrides.

The YAML file of a topic gives every value as ``{value: ..., source: ...}``. The files of our
topics are in this package; other packages provide their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib.resources import files
from types import NoneType, UnionType
from typing import Any, TypedDict, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from liponflow import datayaml
from liponflow.boundary import reason_of, shortened
from liponflow.inputs.lists import list_form, read_lists
from liponflow.inputs.parameter import describe, typed
from liponflow.names import did_you_mean, nearest

Parameters = TypeVar("Parameters", bound=BaseModel)

PACKAGE = "liponflow.inputs"
"""Package with the presets of our topics."""


class Cited(TypedDict):
    """A value with its source."""

    value: Any
    source: str


class ParameterError(ValueError):
    """An unknown preset or key, or an invalid value."""

    page = "docs/parameters.md"

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        """Name of the parameter, if it is one."""


def load_data(topic: str, package: str = PACKAGE) -> dict[str, Any]:
    """Return the YAML file of a topic, sources included.

    Parameters
    ----------
    topic
        Name of the file, without its suffix.
    package
        Package that contains it.
    """
    return deepcopy(_parsed(topic, package))


@cache
def _parsed(topic: str, package: str) -> dict[str, Any]:
    text = files(package).joinpath(f"{topic}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def preset_in(data: Mapping[str, Any], preset: str) -> dict[str, Cited]:
    """Return a preset of a topic's data.

    Raises
    ------
    ParameterError
        If it is unknown; the nearest is suggested.
    """
    presets: dict[str, dict[str, Cited]] = data["presets"]
    if preset not in presets:
        raise ParameterError(f"unknown preset {preset!r}{nearest(preset, presets)}")
    return presets[preset]


def values(entries: Mapping[str, Cited]) -> dict[str, Any]:
    """Return the values of cited entries.

    Examples
    --------
    >>> values({"ENCUT": {"value": 520, "source": "section 5.2.6"}})
    {'ENCUT': 520}
    """
    return {key: entry["value"] for key, entry in entries.items()}


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Parse ``key=value`` texts; values are YAML.

    Parameters
    ----------
    settings
        Texts such as ``x=[0, 1]`` or ``force_limit=0.03``.

    Returns
    -------
    dict
        Key to parsed value.

    Raises
    ------
    ParameterError
        If a text has no ``=`` or no value, or its value is not YAML.

    Examples
    --------
    >>> parse_settings(["x=[0, 1]", "ordering=disordered"])
    {'x': [0, 1], 'ordering': 'disordered'}
    """
    parsed = {}
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator or not key.strip():
            raise ParameterError(
                f"{setting!r} is not of the form key=value, such as force_limit=0.03"
            )
        if not text.strip():
            name = key.strip()
            raise ParameterError(
                f"{setting!r} has no value: write {name}=VALUE, {name}=null for none, or "
                f"{name}=[] for an empty list"
            )
        try:
            parsed[key.strip()] = datayaml.load(text)
        except ValueError as error:
            raise ParameterError(
                f"the value of {shortened(repr(setting))} cannot be used: {reason_of(error)}"
            ) from None
    return parsed


def load_parameters(
    model: type[Parameters],
    topic: str,
    preset: str,
    overrides: Mapping[str, Any] | None = None,
    package: str = PACKAGE,
    *,
    beside: Iterable[str] = (),
) -> Parameters:
    """Return the parameters of a campaign from a preset and the user's overrides.

    Parameters
    ----------
    model
        Pydantic model of the topic's parameters; it validates types and ranges.
    topic
        Name of the YAML file.
    preset
        Name of the preset in it.
    overrides
        Values that replace the preset's; lists also as texts
        (:func:`liponflow.inputs.lists.read_lists`).
    package
        Package that contains the YAML file.
    beside
        What else the user could have meant by an unknown key.

    Returns
    -------
    BaseModel
        The validated parameters, an instance of `model`.

    Raises
    ------
    ParameterError
        If the preset or a key is unknown (the nearest is suggested) or a value is invalid.
    """
    entries = preset_in(load_data(topic, package), preset)
    overrides = dict(overrides or {})
    for key in overrides:
        if key not in model.model_fields:
            raise ParameterError(
                f"unknown parameter {key!r}{nearest(key, {*model.model_fields, *beside})}", key
            )
        if isinstance(overrides[key], bool) and _is_number(model.model_fields[key].annotation):
            raise ParameterError(
                f"parameter {key}={str(overrides[key]).lower()}: yes and no are not numbers; give "
                "one",
                key,
            )
    chosen = values(entries)
    try:
        return model.model_validate(chosen | read_lists(model, overrides))
    except ValidationError as error:
        first = _telling(error.errors(include_url=False))
        key = ".".join(str(part) for part in first["loc"] if "[" not in str(part))
        given = overrides.get(key, first["input"])
        named = f"parameter {key}={_shown(given)}: " if key else ""  # not one of several
        hint = _hint(model, first, chosen)
        parameter = str(first["loc"][0]) if first["loc"] else None
        message = first["msg"].removeprefix("Value error, ")
        raise ParameterError(f"{named}{message}{hint}", parameter) from None
    except Exception as error:  # validators may raise any error at a number beyond all bounds
        names = shortened(", ".join(overrides))
        raise ParameterError(f"{names} cannot be used: {reason_of(error)}") from error


def _is_number(annotation: Any) -> bool:
    """Tell whether a type is that of a number, or of one or None."""
    arguments = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()
    plain = {argument for argument in arguments or (annotation,) if argument is not NoneType}
    return plain <= {int, float}


def _telling(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """Return the error to report: of a union, that of the alternative which was meant."""
    first = errors[0]
    same = [error for error in errors if error["loc"][:1] == first["loc"][:1]]
    # What reached farthest into the value is the alternative of its type.
    return max(same, key=lambda error: len(error["loc"]))


def _hint(model: type[BaseModel], error: ErrorDetails, preset: Mapping[str, Any]) -> str:
    """Return the nearest allowed text, or an example of a right value; empty if there is one."""
    if not error["loc"] or "such as" in error["msg"]:
        return ""
    name = str(error["loc"][0])
    found = next((item for item in describe(model) if item.name == name), None)
    if found is None:
        return ""
    meant = did_you_mean(error["input"], found.choices) if isinstance(error["input"], str) else ""
    if meant:
        return meant
    form = list_form(model.model_fields[name].annotation)
    if form is not None:
        examples = model.model_fields[name].examples or [None]
        shown = form.example(preset[name] or examples[0])
        return f"; give a list such as {name}={shown}"
    example = typed(preset[name]) if preset[name] or not found.example else found.example
    unit = f" ({found.unit})" if found.unit else ""
    return f"; give a value such as {name}={shortened(example)}{unit}"


def _shown(value: Any) -> str:
    try:
        return shortened(repr(value))
    except (RecursionError, ValueError):  # too deep, or an integer of thousands of digits
        return f"a {type(value).__name__}"


def cited_parameters(
    parameters: BaseModel,
    topic: str,
    preset: str,
    overrides: Mapping[str, Any],
    package: str = PACKAGE,
    *,
    origins: Mapping[str, str] | None = None,
) -> dict[str, Cited]:
    """Return each parameter of a campaign with its source.

    Parameters
    ----------
    parameters
        As :func:`load_parameters` returned them.
    topic, preset, overrides, package
        As :func:`load_parameters` took them.
    origins
        Where the user gave the overrides, by name: an option, or a line of a file.

    Returns
    -------
    dict
        Value and source of every parameter; the source is the preset's, or the user.
    """
    given = dict.fromkeys(overrides, "given by the user")
    given |= {key: f"given by the user: {place}" for key, place in (origins or {}).items()}
    entries = load_data(topic, package)["presets"][preset]
    return {
        key: Cited(
            value=value,
            source=given.get(key) or f"preset {preset}: {entries[key]['source']}",
        )
        for key, value in parameters.model_dump(mode="json").items()
    }
