"""Files of parameters for ``--config``: YAML of a user, with the line of every parameter.

Beside parameters, a file may have ``campaign`` or ``model``, which it is for, ``preset``, whose
values its other parameters have, and, for a campaign, ``engine_set``, arguments of the engine.
``liponflow presets write`` makes one to edit.
"""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from liponflow import datayaml
from liponflow.boundary import file_boundary
from liponflow.decompression import read_text
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.structure_options import StructureOptions
from liponflow.names import nearest

CAMPAIGN, PRESET, ENGINE_SET = "campaign", "preset", "engine_set"

_CAMPAIGN_KEYS = (ENGINE_SET, *StructureOptions.model_fields)
"""What only files for campaigns have."""

MOST_TEXT = 1_000_000
"""Characters of the largest file; a preset with all its comments takes a hundredth."""


@dataclass(frozen=True)
class Config:
    """A file of parameters.

    Attributes
    ----------
    path
        The file.
    preset
        Preset that it names; None without one.
    values
        Parameters by name.
    lines
        Line of each parameter.
    engine_set
        Arguments of the engine.
    """

    path: Path
    preset: str | None
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    engine_set: Mapping[str, Any]

    def place(self, name: str) -> str:
        """Return where a parameter stands: file and line."""
        return f"{self.path}, line {self.lines[name]}"

    @contextmanager
    def named(self, others: Container[str]) -> Iterator[None]:
        """Add file and line to what is wrong with a parameter of the file.

        Parameters
        ----------
        others
            Names of parameters that the user gave elsewhere, which have priority.
        """
        try:
            yield
        except ParameterError as error:
            name = error.parameter
            if name is None or name not in self.lines or name in others:
                raise
            raise ParameterError(f"{self.place(name)}: {error}", name) from error


def read_config(path: Path, topic: str, model: type[BaseModel], noun: str = CAMPAIGN) -> Config:
    """Read a file of parameters.

    Parameters
    ----------
    path
        YAML file.
    topic
        Name of the campaign or model that it is used for.
    model
        Class of its parameters; their values are not validated here.
    noun
        What the topic is: ``campaign`` or ``model``.

    Raises
    ------
    ParameterError
        If it is not a YAML mapping, is for another topic, or has an unknown or repeated
        parameter; file and line are named.
    """
    remedy = f"write one to edit with `liponflow presets write {topic} {path.name}`"
    with file_boundary(path, ParameterError, what="a file of parameters", remedy=remedy) as place:
        text = read_text(path, most=MOST_TEXT)
        loaded = datayaml.load(text)
        if loaded is None:
            loaded = {}
        if not isinstance(loaded, dict):
            raise ParameterError("it holds no `parameter: value` lines")
        keys = list(_lines(text))
        lines = dict(keys)
        for name in (noun, PRESET):
            if not isinstance(loaded.get(name, ""), str):
                place.text = f"line {lines[name]}"
                raise ParameterError(f"{name} is not a name: {loaded[name]!r}")
        if loaded.get(noun, topic) != topic:
            place.text = f"line {lines[noun]}"
            raise ParameterError(f"it is for the {noun} {loaded[noun]}, not for {topic}")
        if not isinstance(loaded.get(ENGINE_SET, {}), dict):
            place.text = f"line {lines[ENGINE_SET]}"
            raise ParameterError("engine_set holds no `argument: value` lines")
        known = {noun, PRESET, *model.model_fields, *(_CAMPAIGN_KEYS if noun == CAMPAIGN else ())}
        first: dict[str, int] = {}
        for name, line in keys:
            place.text = f"line {line}"
            if name not in known:
                raise ParameterError(f"unknown parameter {name!r}{nearest(name, known)}")
            if first.setdefault(name, line) != line:
                raise ParameterError(f"{name!r} stands in line {first[name]}, too; keep one")
    preset = loaded.pop(PRESET, None)
    loaded.pop(noun, None)
    arguments = loaded.pop(ENGINE_SET, {})
    return Config(path, preset, loaded, {name: lines[name] for name in loaded}, arguments)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Yield the keys of a YAML mapping with their lines."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            yield str(key.value), key.start_mark.line + 1
