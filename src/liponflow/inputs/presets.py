"""Presets: parameters as data, each value with its source, and the user's overrides.

The YAML file of a topic gives every value as ``{value: ..., source: ...}``. The files of our
topics are in this package; other packages provide their own.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, TypedDict, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from liponflow import datayaml
from liponflow.boundary import reason_of, shortened
from liponflow.inputs.lists import list_form, read_lists
from liponflow.names import nearest

Parameters = TypeVar("Parameters", bound=BaseModel)

PACKAGE = "liponflow.inputs"
"""Package with the presets of our topics."""


class Cited(TypedDict):
    """A value with its source."""

    value: Any
    source: str


class ParameterError(ValueError):
    """An unknown preset or key, or an invalid value."""


def load_data(topic: str, package: str = PACKAGE) -> dict[str, Any]:
    """Return the YAML file of a topic, sources included.

    Parameters
    ----------
    topic
        Name of the file, without its suffix.
    package
        Package that contains it.
    """
    text = files(package).joinpath(f"{topic}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


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
        If a text has no ``=`` or its value is not YAML.

    Examples
    --------
    >>> parse_settings(["x=[0, 1]", "ordering=disordered"])
    {'x': [0, 1], 'ordering': 'disordered'}
    """
    parsed = {}
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator or not key.strip():
            raise ParameterError(f"{setting!r} is not of the form key=value")
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

    Returns
    -------
    BaseModel
        The validated parameters, an instance of `model`.

    Raises
    ------
    ParameterError
        If the preset or a key is unknown (the nearest is suggested) or a value is invalid.
    """
    presets = load_data(topic, package)["presets"]
    if preset not in presets:
        raise ParameterError(f"unknown preset {preset!r}{nearest(preset, presets)}")
    overrides = dict(overrides or {})
    for key in overrides:
        if key not in model.model_fields:
            raise ParameterError(f"unknown parameter {key!r}{nearest(key, model.model_fields)}")
    chosen = values(presets[preset])
    try:
        return model.model_validate(chosen | read_lists(model, overrides))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        given = overrides.get(key, first["input"])
        named = f"parameter {key}={_shown(given)}: " if key else ""  # not one of several
        hint = "" if first["type"] == "value_error" else _list_hint(model, first["loc"], chosen)
        raise ParameterError(f"{named}{first['msg']}{hint}") from None
    except Exception as error:  # validators may raise any error at a number beyond all bounds
        names = shortened(", ".join(overrides))
        raise ParameterError(f"{names} cannot be used: {reason_of(error)}") from error


def _list_hint(
    model: type[BaseModel], place: tuple[int | str, ...], preset: Mapping[str, Any]
) -> str:
    """Return an example for a parameter that is a list; empty for others."""
    field = model.model_fields.get(str(place[0])) if place else None
    form = None if field is None else list_form(field.annotation)
    if form is None:
        return ""
    return f"; give a list such as {place[0]}={form.example(preset[str(place[0])])}"


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
) -> dict[str, Cited]:
    """Return each parameter of a campaign with its source.

    Parameters
    ----------
    parameters
        As :func:`load_parameters` returned them.
    topic, preset, overrides, package
        As :func:`load_parameters` took them.

    Returns
    -------
    dict
        Value and source of every parameter; the source is the preset's, or the user.
    """
    entries = load_data(topic, package)["presets"][preset]
    return {
        key: Cited(
            value=value,
            source="given by the user"
            if key in overrides
            else f"preset {preset}: {entries[key]['source']}",
        )
        for key, value in parameters.model_dump(mode="json").items()
    }
