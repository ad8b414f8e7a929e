"""Presets as a user reads them: every parameter with its value, and what can be said about it."""

import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from liponflow.inputs.config import CAMPAIGN
from liponflow.inputs.parameter import Description, describe, flow_yaml, nested_models, typed
from liponflow.inputs.presets import PACKAGE, load_data, preset_in

_WIDTH = 90
"""Width (characters) of the comments in a file."""


class Explained(NamedTuple):
    """A parameter in a preset.

    Attributes
    ----------
    description
        Meaning, unit and allowed values.
    value
        Value in the preset.
    source
        Source of the value.
    """

    description: Description
    value: Any
    source: str

    @property
    def example(self) -> str:
        """A value as a user types it: that of the preset, if it sets one."""
        if self.description.example and self.value in (None, "", [], {}):
            return self.description.example
        return typed(self.value)


def explained(
    model: type[BaseModel], topic: str, preset: str, package: str = PACKAGE
) -> list[Explained]:
    """Return the parameters of a preset, in its order.

    Parameters
    ----------
    model
        Model of the topic's parameters.
    topic
        Name of the YAML file.
    preset
        Name of the preset in it.
    package
        Package that contains the YAML file.

    Raises
    ------
    ParameterError
        If the preset is unknown; the nearest is suggested.
    """
    entries = preset_in(load_data(topic, package), preset)
    known = {item.name: item for item in describe(model)}
    return [
        Explained(known[name], entry["value"], entry["source"]) for name, entry in entries.items()
    ]


def purposes(topic: str, package: str = PACKAGE) -> dict[str, str]:
    """Return the presets of a topic and what each is for, which may be empty."""
    data = load_data(topic, package)
    stated = data.get("purposes", {})
    return {preset: stated.get(preset, "") for preset in data["presets"]}


def written(
    model: type[BaseModel],
    topic: str,
    preset: str,
    package: str = PACKAGE,
    *,
    noun: str = CAMPAIGN,
    command: str = "run",
) -> str:
    """Return a preset as a YAML file to edit, with a comment on every parameter.

    Parameters
    ----------
    model, topic, preset, package
        As for :func:`explained`.
    noun
        What the topic is: ``campaign`` or ``model``.
    command
        Command that reads the file.

    Returns
    -------
    str
        Text of the file, as :func:`liponflow.inputs.config.read_config` reads it.
    """
    purpose = purposes(topic, package)[preset]
    head = [
        f"Parameters of the {topic} {noun}, preset {preset}{': ' if purpose else ''}{purpose}.",
        f"liponflow {command} {topic} --config THIS_FILE reads it; --set has priority over it.",
        "A parameter that is left out has its value in the preset.",
    ]
    parts = ["".join(map(_comment, head)), f"{noun}: {topic}\npreset: {preset}\n"]
    for item in explained(model, topic, preset, package):
        found = item.description
        lines = [found.meaning, f"Value: {found.form}."]
        if item.example != typed(item.value):
            lines.append(f"Example: {found.name}: {item.example}")
        lines.append(f"Source: {item.source}.")
        comment = "".join(map(_comment, lines))
        parts.append(f"{comment}{found.name}:{_yaml(item.value)}\n")
    for nested, names in nested_models(model).items():
        parts.append("".join(map(_comment, _fields(nested, names))))
    return "\n".join(parts)


def _fields(nested: type[BaseModel], names: list[str]) -> Iterator[str]:
    yield f"Fields of {' and '.join(names)}:"
    for field in describe(nested):
        yield f"  {field.name}: {field.meaning} Value: {field.form}."


def _comment(text: str) -> str:
    indent = "# " + " " * (len(text) - len(text.lstrip()))
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent="# ", subsequent_indent=indent, break_long_words=False
    )
    return "".join(f"{line}\n" for line in lines)


def _yaml(value: Any) -> str:
    """Return a value as YAML after its key: on one line, a list of mappings on several."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "".join(f"\n  - {flow_yaml(item)}" for item in value)
    return f" {flow_yaml(value)}"
