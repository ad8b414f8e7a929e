"""Base of the Makers of campaigns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Self

from jobflow import Maker

from liponflow.engines.engine import EngineError
from liponflow.workflows.request import Parameters, RunRequest


@dataclass
class CampaignMaker(Maker, Generic[Parameters]):
    """Maker of a campaign's flow.

    Attributes
    ----------
    parameters
        Every parameter of the campaign.
    engine_name
        Engine as the user names it.
    preset
        Preset that the parameters started from, for the record.
    engine_arguments
        Arguments of the engine, if it takes any; of a further engine by its name and a dot:
        ``gpaw.ecut``.
    name
        Name of the flow.
    """

    parameters: Parameters
    engine_name: str
    preset: str = "quick"
    engine_arguments: dict[str, Any] = field(default_factory=dict)
    name: str = "campaign"

    @classmethod
    def of(cls, request: RunRequest[Parameters]) -> Self:
        """Return the Maker of a request."""
        return cls(
            request.parameters, request.engine, request.preset, dict(request.engine_arguments)
        )

    def arguments_of(self, engine: str) -> dict[str, Any]:
        """Return the user's arguments of one engine of the campaign."""
        prefix = f"{engine}."
        found = {
            key.removeprefix(prefix): value
            for key, value in self.engine_arguments.items()
            if key.startswith(prefix)
        }
        if engine == self.engine_name:
            found |= {key: value for key, value in self.engine_arguments.items() if "." not in key}
        return found

    def check_arguments(self, engines: Iterable[str]) -> None:
        """Refuse arguments of an engine that the campaign does not use.

        Raises
        ------
        EngineError
            Naming the argument and the engines of the campaign.
        """
        used = list(dict.fromkeys([self.engine_name, *engines]))
        for key in self.engine_arguments:
            if "." in key and not any(key.startswith(f"{engine}.") for engine in used):
                raise EngineError(
                    f"{key} is an argument of no engine of this run ({', '.join(used)}); give "
                    f"ENGINE.KEY for one of them, or KEY for {self.engine_name}"
                )
