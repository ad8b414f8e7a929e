"""What a user chose for a campaign: preset, file of parameters, ``--set`` and flags."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liponflow.workflows.campaign import Campaign

if TYPE_CHECKING:
    from pydantic import BaseModel

    from liponflow.inputs.config import Config


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
    """

    preset: str
    overrides: Mapping[str, Any]
    origins: Mapping[str, str]
    config: "Config | None"

    @contextmanager
    def named(self) -> Iterator[None]:
        """Add file and line to what is wrong with a parameter of the file."""
        if self.config is None:
            yield
            return
        others = [name for name, place in self.origins.items() if place.startswith("--")]
        with self.config.named(others):
            yield

    def record(self, campaign: Campaign, parameters: "BaseModel") -> dict[str, Any]:
        """Return what the record of a run says of its parameters: values and origins."""
        from liponflow.inputs.presets import cited_parameters

        topic = campaign.name, self.preset, self.overrides, campaign.presets
        return {
            "config_file": None if self.config is None else str(self.config.path),
            "parameters": cited_parameters(parameters, *topic, origins=self.origins),
        }


def choose(
    campaign: Campaign,
    preset: str | None,
    *,
    default: str,
    config: Path | None = None,
    set_: Sequence[str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Choices:
    """Return the preset and the overrides of a user.

    Parameters
    ----------
    campaign
        The campaign.
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

    Raises
    ------
    ParameterError
        If the file or a text cannot be used, or the preset is unknown.
    """
    from liponflow.inputs.config import read_config
    from liponflow.inputs.presets import load_data, parse_settings, preset_in, values

    read = None
    if config is not None:
        read = read_config(config, campaign.name, campaign.parameter_model())
        preset = preset or read.preset
    preset = preset or default
    overrides: dict[str, Any] = {}
    origins: dict[str, str] = {}
    if read is not None:
        kept = values(preset_in(load_data(campaign.name, campaign.presets), preset))
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
    return Choices(preset, overrides, origins, read)
