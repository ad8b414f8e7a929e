"""What a user chose for a campaign or a model: preset, file of parameters, ``--set`` and flags."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liponflow.workflows.topic import Topic

if TYPE_CHECKING:
    from pydantic import BaseModel

    from liponflow.inputs.config import Config

INCAR = "incar"
"""Argument of an engine that has an INCAR."""


@dataclass(frozen=True)
class Choices:
    """Preset and overrides of a user.

    Attributes
    ----------
    preset
        Name of the preset.
    overrides
        Parameters that differ from it, or that an option names.
    origins
        Where each was given: an option, or a line of a file.
    config
        File of parameters; None without one.
    engine_arguments
        Arguments of the engine, ``incar`` with the tags of an INCAR among them.
    """

    preset: str
    overrides: Mapping[str, Any]
    origins: Mapping[str, str]
    config: "Config | None"
    engine_arguments: Mapping[str, Any]

    @contextmanager
    def named(self) -> Iterator[None]:
        """Add file and line to what is wrong with a parameter of the file."""
        if self.config is None:
            yield
            return
        others = [name for name, place in self.origins.items() if place.startswith("--")]
        with self.config.named(others):
            yield

    def record(self, campaign: Topic, parameters: "BaseModel") -> dict[str, Any]:
        """Return what the record of a run says of its parameters: values and origins."""
        from liponflow.inputs.presets import cited_parameters

        topic = campaign.name, self.preset, self.overrides, campaign.presets
        return {
            "config_file": None if self.config is None else str(self.config.path),
            "parameters": cited_parameters(parameters, *topic, origins=self.origins),
        }


def choose(
    topic: Topic,
    preset: str | None,
    *,
    default: str,
    config: Path | None = None,
    set_: Sequence[str] | None = None,
    given: Mapping[str, str] | None = None,
    engine_set: Sequence[str] | None = None,
    incar: Sequence[str] | None = None,
) -> Choices:
    """Return the preset and the overrides of a user.

    Parameters
    ----------
    topic
        The campaign or model.
    preset
        Preset of the option; the file may name another one, and `default` is used without both.
    default
        Preset of the command.
    config
        File of parameters.
    set_
        Texts ``key=value``, with priority over the file.
    given
        Parameters with flags of their own, with priority over both.
    engine_set
        Texts ``key=value``: arguments of the engine, with priority over those of the file.
    incar
        Texts ``tag=value``: tags of an INCAR, with priority over those of the file.

    Raises
    ------
    ParameterError
        If the file or a text cannot be used, or the preset is unknown.
    """
    from liponflow.inputs.config import read_config
    from liponflow.inputs.presets import load_data, parse_settings, preset_in, values

    read = None
    if config is not None:
        read = read_config(config, topic.name, topic.parameter_model(), topic.noun)
        preset = preset or read.preset
    preset = preset or default
    overrides: dict[str, Any] = {}
    origins: dict[str, str] = {}
    if read is not None:
        kept = values(preset_in(load_data(topic.name, topic.presets), preset))
        changed = {
            name: value
            for name, value in read.values.items()
            if name not in kept or kept[name] != value
        }
        overrides |= changed
        origins |= {name: read.place(name) for name in changed}
    typed = parse_settings(set_ or [])
    overrides |= typed | dict(given or {})
    origins |= dict.fromkeys(typed, "--set")
    origins |= {name: f"--{name.replace('_', '-')}" for name in given or {}}
    arguments = dict(read.engine_set) if read is not None else {}
    arguments |= parse_settings(engine_set or [])
    if incar:
        arguments[INCAR] = {**_mapping(arguments.get(INCAR)), **parse_tags(incar)}
    return Choices(preset, overrides, origins, read, arguments)


def parse_tags(texts: Sequence[str]) -> dict[str, str]:
    """Parse ``tag=value`` texts; the engine reads the values as its code does.

    Raises
    ------
    ParameterError
        If one has no tag or no value.

    Examples
    --------
    >>> parse_tags(["relax:EDIFFG=-0.01", "MAGMOM = 2*5.0"])
    {'relax:EDIFFG': '-0.01', 'MAGMOM': '2*5.0'}
    """
    from liponflow.inputs.presets import ParameterError

    found = {}
    for text in texts:
        tag, _, value = (part.strip() for part in text.partition("="))
        if not tag or not value:
            raise ParameterError(f"--incar {text!r} is not of the form TAG=VALUE: ENCUT=600")
        found[tag] = value
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
