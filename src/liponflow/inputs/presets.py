"""Presets: parameters as data, each value with its source, and the user's overrides.

The YAML file of a topic stands beside its input sets and writes every value as
``{value: ..., source: ...}``.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Parameters = TypeVar("Parameters", bound=BaseModel)


class ParameterError(ValueError):
    """A preset, a key or a value that cannot be used."""


def load_data(topic: str) -> dict[str, Any]:
    """Read the YAML file of a topic, sources included."""
    text = files("liponflow.inputs").joinpath(f"{topic}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def values(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Keep the values of cited entries.

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
        If a text has no ``=`` or its value is no YAML.

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
            parsed[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ParameterError(f"the value of {setting!r} is not valid YAML: {error}") from None
    return parsed


def load_parameters(
    model: type[Parameters],
    topic: str,
    preset: str,
    overrides: Mapping[str, Any] | None = None,
) -> Parameters:
    """Build the parameters of a campaign from a preset and the user's overrides.

    Parameters
    ----------
    model
        Pydantic model of the topic's parameters; it validates types and ranges.
    topic
        Name of the YAML file.
    preset
        Name of the preset in it.
    overrides
        Values that replace the preset's.

    Returns
    -------
    BaseModel
        The validated parameters, an instance of `model`.

    Raises
    ------
    ParameterError
        If the preset or a key is unknown (the nearest is suggested) or a value is not valid.
    """
    presets = load_data(topic)["presets"]
    if preset not in presets:
        raise ParameterError(f"unknown preset {preset!r}{nearest(preset, presets)}")
    overrides = dict(overrides or {})
    for key in overrides:
        if key not in model.model_fields:
            raise ParameterError(f"unknown parameter {key!r}{nearest(key, model.model_fields)}")
    try:
        return model.model_validate({**values(presets[preset]), **overrides})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ParameterError(f"parameter {key}={first['input']!r}: {first['msg']}") from None


def nearest(name: str, known: Iterable[str]) -> str:
    """Phrase the nearest known name for an error message.

    Examples
    --------
    >>> nearest("qiuck", ["quick", "paper"])
    "; did you mean 'quick'? (known: paper, quick)"
    """
    known = sorted(known)
    lower = {item.lower(): item for item in known}
    close = get_close_matches(name.lower(), lower, n=1)
    hint = f"; did you mean {lower[close[0]]!r}?" if close else ""
    return f"{hint} (known: {', '.join(known)})"
