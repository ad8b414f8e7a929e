"""What campaigns and models have in common: a name, and parameters with presets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from liponflow import registry
from liponflow.names import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from liponflow.analysis.kinds import ResultKind

GROUPS = (registry.CAMPAIGNS, registry.MODELS)
"""Entry-point groups whose objects have presets; a name stands in one of them only."""


@dataclass(frozen=True)
class Option:
    """A parameter with its own flag on the command line.

    Attributes
    ----------
    parameter
        Name of the parameter; its description is the help.
    metavar
        Placeholder of the value in the help.

    Examples
    --------
    >>> Option("force_limit").flag
    '--force-limit'
    """

    parameter: str
    metavar: str = "VALUE"

    @property
    def flag(self) -> str:
        """The flag: the parameter's name with dashes."""
        return f"--{self.parameter.replace('_', '-')}"


@dataclass(frozen=True)
class Topic:
    """A registered object with parameters, presets and a kind of result.

    Everything heavy is named as ``module:name`` and imported when it is used, so that a topic can
    be listed without loading what it computes with.

    Attributes
    ----------
    name
        Name on the command line, and kind of the result.
    summary
        One line for the help.
    parameters
        Pydantic model of the parameters.
    result
        The result document and its figures.
    presets
        Package with the presets, in ``<name>.yaml``.
    options
        Parameters that have a flag of their own.
    """

    noun: ClassVar[str]
    """What the object is, in a word; also the key in a file of parameters that names it."""
    command: ClassVar[str]
    """Command of ``liponflow`` that computes the result."""
    first_preset: ClassVar[str]
    """Preset that commands start from unless one is named."""

    name: str
    summary: str = field(kw_only=True)
    parameters: str = field(kw_only=True)
    result: "ResultKind" = field(kw_only=True)
    presets: str = field(default="liponflow.inputs", kw_only=True)
    options: tuple[Option, ...] = field(default=(), kw_only=True)

    def parameter_model(self) -> "type[BaseModel]":
        """Import the model of the parameters."""
        model: type[BaseModel] = self._resolve(self.parameters)
        return model

    def load_parameters(
        self,
        preset: str,
        overrides: Mapping[str, Any] | None = None,
        *,
        beside: Iterable[str] = (),
    ) -> "BaseModel":
        """Return the parameters from a preset and the user's overrides.

        Parameters
        ----------
        preset, overrides, beside
            As for :func:`liponflow.inputs.presets.load_parameters`.

        Raises
        ------
        ParameterError
            If the preset or a key is unknown, or a value is not valid; a key of another topic is
            refused with the name of that.
        """
        from liponflow.inputs.presets import ParameterError, load_parameters

        model = self.parameter_model()
        given = overrides or {}
        for key in given:
            if key not in model.model_fields and (owners := _topics_with(key)):
                raise ParameterError(
                    f"{key!r} is a parameter of {', '.join(owners)} and not of {self.name}: leave "
                    f"it out; `liponflow presets show {self.name}` lists those there are"
                )
        return load_parameters(model, self.name, preset, given, self.presets, beside=beside)

    def _resolve(self, reference: str) -> Any:
        try:
            return registry.resolve(reference)
        except (ImportError, AttributeError) as error:
            raise registry.RegistryError(
                f"{reference} of the {self.noun} {self.name} cannot be imported: {error}"
            ) from error


def topic_names() -> list[str]:
    """List the campaigns, then the models."""
    return [name for group in GROUPS for name in registry.names(group)]


def get_topic(name: str) -> Topic:
    """Return a campaign or a model by name.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    for group in GROUPS:
        if name in registry.names(group):
            topic: Topic = registry.load(group, name)
            return topic
    raise registry.RegistryError(
        f"unknown campaign or model {name!r}{nearest(name, topic_names())}"
    )


def _topics_with(parameter: str) -> list[str]:
    """List the topics that have a parameter; broken ones have none."""
    found = []
    for name in topic_names():
        try:
            fields = get_topic(name).parameter_model().model_fields
        except registry.RegistryError:
            continue
        if parameter in fields:
            found.append(name)
    return found
