"""A measurement of files that belongs to no campaign, as one object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liponflow import registry

if TYPE_CHECKING:
    from pydantic import BaseModel

    from liponflow.analysis.result import Result


@dataclass(frozen=True)
class Measurement:
    """A command ``liponflow analyze NAME FILE...``.

    It is registered under the entry-point group ``liponflow.measurements``, and the kind of its
    result under ``liponflow.results``. What it refers to as ``module:name`` is imported when it is
    used.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One line for the help.
    options
        Pydantic model of the options: each field is a flag, with the description of the field as
        its help. A flag whose field holds several values takes them one after the other.
    function
        ``function(files, options)``: measures the files, and returns a result.
    """

    name: str
    summary: str
    options: str
    function: str

    def option_model(self) -> "type[BaseModel]":
        """Import the model of the options."""
        model: type[BaseModel] = self._resolve(self.options)
        return model

    def measure(self, files: Sequence[Path], given: Mapping[str, Any]) -> "Result":
        """Return the result of measuring files.

        Parameters
        ----------
        files
            Files of the user, in order.
        given
            Options by name: texts, or lists of texts.

        Raises
        ------
        ValueError
            If a file or an option cannot be used; the file or the flag is named.
        """
        from pydantic import ValidationError

        try:
            options = self.option_model().model_validate(dict(given))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = first["msg"].removeprefix("Value error, ")
            if not first["loc"]:
                # A check of several options together names its flags itself.
                raise ValueError(reason) from error
            value = "" if first["type"] == "missing" else f" {first['input']}"
            raise ValueError(f"{flag_of(str(first['loc'][0]))}{value}: {reason}") from error
        result: Result = self._resolve(self.function)(files, options)
        return result

    def _resolve(self, reference: str) -> Any:
        try:
            return registry.resolve(reference)
        except (ImportError, AttributeError) as error:
            raise registry.RegistryError(
                f"{reference} of the measurement {self.name} cannot be imported: {error}"
            ) from error


def flag_of(option: str) -> str:
    """Return the flag of an option.

    Examples
    --------
    >>> flag_of("low_loss")
    '--low-loss'
    """
    return f"--{option.replace('_', '-')}"


def get_measurement(name: str) -> Measurement:
    """Return a measurement by name.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    measurement: Measurement = registry.load(registry.MEASUREMENTS, name)
    return measurement
