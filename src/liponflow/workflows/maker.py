"""Base of the Makers of campaigns."""

from dataclasses import dataclass, field
from typing import Any, Generic, Self

from jobflow import Maker

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
        Arguments of the engine, if it takes any.
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
