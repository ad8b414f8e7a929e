"""A quantitative model without files or calculations, as one object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from liponflow import registry
from liponflow.workflows.topic import Topic

if TYPE_CHECKING:
    from liponflow.analysis.result import Result

PUBLISHED = "published"
"""Preset of every model: the printed arguments of the sources, each with its citation."""


@dataclass(frozen=True)
class Model(Topic):
    """A command ``liponflow model NAME``, registered under ``liponflow.models``.

    It evaluates its parameters at once, so that nothing is stored: the same parameters give the
    same result again.

    Attributes
    ----------
    function
        ``function(parameters, provenance)``: returns the result of validated parameters. The
        provenance says that a model made it, and names the source of every parameter.
    """

    noun: ClassVar[str] = "model"
    command: ClassVar[str] = "model"
    first_preset: ClassVar[str] = PUBLISHED

    function: str = field(kw_only=True)

    def compute(
        self,
        preset: str = PUBLISHED,
        overrides: Mapping[str, Any] | None = None,
        origins: Mapping[str, str] | None = None,
    ) -> "Result":
        """Return the result of a preset with a user's changes.

        Parameters
        ----------
        preset
            Name of a preset.
        overrides
            Values that replace the preset's.
        origins
            Where the user gave them, by name: an option, or a line of a file.

        Raises
        ------
        liponflow.inputs.presets.ParameterError
            If the preset or a key is unknown, or a value is not valid.
        ValueError
            If the model has no solution for the values.
        """
        from liponflow.analysis.provenance import model_provenance
        from liponflow.inputs.presets import cited_parameters

        given = overrides or {}
        parameters = self.load_parameters(preset, given)
        cited = cited_parameters(
            parameters, self.name, preset, given, self.presets, origins=origins
        )
        made = model_provenance(
            self.name,
            preset,
            {name: entry["value"] for name, entry in cited.items()},
            {name: entry["source"] for name, entry in cited.items()},
        )
        result: Result = self._resolve(self.function)(parameters, made)
        return result


def get_model(name: str) -> Model:
    """Return a model by name.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    model: Model = registry.load(registry.MODELS, name)
    return model
