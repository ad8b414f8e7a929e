"""Parameters of a campaign or a model on the terminal."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from liponflow.workflows.campaign import Campaign
from liponflow.workflows.topic import Topic

if TYPE_CHECKING:
    from liponflow.inputs.explained import Explained

_INDENT = 4


def parameter_lines(topic: Topic, preset: str, width: int) -> Iterator[str]:
    """Yield the lines that explain every parameter in a preset.

    Parameters
    ----------
    topic
        The campaign or model.
    preset
        Name of its preset.
    width
        Longest line; values are not broken.

    Raises
    ------
    liponflow.inputs.presets.ParameterError
        If the preset is unknown.
    """
    from liponflow.inputs.explained import explained
    from liponflow.inputs.parameter import describe, nested_models, typed
    from liponflow.inputs.structure_options import StructureOptions

    model = topic.parameter_model()

    def indented(text: str) -> list[str]:
        space = " " * _INDENT
        return textwrap.wrap(text, width, initial_indent=space, subsequent_indent=space)

    for item in explained(model, topic.name, preset, topic.presets):
        found = item.description
        unit = f" {found.unit}" if found.unit else ""
        yield f"{found.name} = {typed(item.value)}{unit}"
        yield from indented(found.meaning)
        form = f"Value: {found.form}"
        if item.example != typed(item.value):
            form += f", such as {found.name}={item.example}"
        yield from indented(f"{form}. Source: {item.source}.")
    for nested, names in nested_models(model).items():
        yield f"fields of {', '.join(names)}:"
        for field in describe(nested):
            yield from indented(f"{field.name}: {field.meaning} Value: {field.form}.")
    if not isinstance(topic, Campaign):
        return
    yield "with --structure also:"
    for option in describe(StructureOptions):
        default = typed(StructureOptions.model_fields[option.name].default)
        yield from indented(
            f"{option.name} = {default}: {option.meaning} Value: {option.form}, such as "
            f"{option.name}={option.example}."
        )


def document(item: "Explained") -> dict[str, Any]:
    """Return a parameter as JSON."""
    found = item.description
    return {
        "name": found.name,
        "value": item.value,
        "unit": found.unit,
        "allowed": found.allowed,
        "choices": list(found.choices),
        "meaning": found.meaning,
        "source": item.source,
        "example": item.example,
    }
