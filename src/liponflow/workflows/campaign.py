"""A campaign as one object: what the command line, the store and the figures know of a topic."""

from dataclasses import dataclass

from liponflow import registry
from liponflow.analysis.kinds import ResultKind


@dataclass(frozen=True)
class Campaign:
    """One topic, registered under the entry-point group ``liponflow.campaigns``.

    Everything heavy is named as ``module:name`` and imported when it is used, so that a campaign
    can be listed without loading what it computes with.

    Attributes
    ----------
    name
        Name on the command line, and kind of the result.
    summary
        One line for the help.
    parameters
        Pydantic model of the parameters.
    plan
        Function that plans the flow.
    result
        What the flow ends in, and its figures.
    write, compare
        Functions that write the input directories of the campaign, and compare one with them;
        None if there are none.
    """

    name: str
    summary: str
    parameters: str
    plan: str
    result: ResultKind
    write: str | None = None
    compare: str | None = None


def get_campaign(name: str) -> Campaign:
    """Look up a campaign.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    campaign: Campaign = registry.load(registry.CAMPAIGNS, name)
    return campaign
