"""From the options of a command to the flow of a campaign, as `run` and `submit` share it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liponflow.cli import early
from liponflow.cli.choices import Choices, choose
from liponflow.cli.console import said_if_slow, say
from liponflow.settings import Settings
from liponflow.workflows.campaign import Campaign

if TYPE_CHECKING:
    from jobflow import Flow, JobStore

    from liponflow.workflows.request import RunRequest


@dataclass(frozen=True)
class Asked:
    """What a user asks for, checked as far as that is quick.

    Attributes
    ----------
    campaign
        The campaign.
    chosen
        Preset and overrides.
    engine
        Name of the engine.
    files
        Structures; none for the built-in one.
    several
        Whether each has a flow of its own.
    """

    campaign: Campaign
    chosen: Choices
    engine: str
    files: Sequence[Path]
    several: bool

    def choices(self) -> dict[str, Any]:
        """Return the arguments of a request; the structure is the first of the files."""
        return {
            "preset": self.chosen.preset,
            "engine": self.engine,
            "engine_arguments": self.chosen.engine_arguments,
            "overrides": self.chosen.overrides,
            "structure_file": self.files[0] if self.files else None,
        }


@dataclass(frozen=True)
class Planned:
    """A request and its flow."""

    request: "RunRequest[Any]"
    flow: "Flow"
    engines: Sequence[str]


def ask(
    campaign: Campaign,
    settings: Settings,
    *,
    preset: str | None,
    config: Path | None,
    engine: str | None,
    engine_set: list[str] | None,
    incar: list[str] | None,
    structure: Sequence[Path] | None,
    set_: list[str] | None,
    given: Mapping[str, str] | None,
) -> Asked:
    """Check the options of a command before the packages that compute are imported.

    Raises
    ------
    ValueError
        Naming the option and the nearest name that is known.
    """
    chosen = choose(
        campaign, preset, default="quick", config=config, set_=set_, given=given,
        engine_set=engine_set, incar=incar,
    )  # fmt: skip
    files = early.structure_files(structure or [])
    early.check_choices(campaign, chosen, files)
    name = engine or campaign.default_engine or settings.engine
    early.check_engine(name, settings)
    early.check_incar(name, chosen.engine_arguments)
    several = early.is_batch(structure or [])
    return Asked(campaign, chosen, name, files, several)


def plan(
    asked: Asked, choices: Mapping[str, Any], known: "JobStore | None", installed: Settings | None
) -> Planned:
    """Make the flow of a request.

    Parameters
    ----------
    asked
        What the user asks for.
    choices
        Arguments of the request, from :meth:`Asked.choices`.
    known
        Open results store.
    installed
        Settings with which every engine must be able to run on this machine; None for another.

    Raises
    ------
    ValueError
        If something cannot be used or computed.
    """
    from liponflow.engines.device import requested
    from liponflow.engines.registry import check_installed

    campaign = asked.campaign
    with said_if_slow("building the structures and planning the calculations ..."):
        with asked.chosen.named():
            request = campaign.request(**choices, store=known)
        engines = campaign.engines(request)
        if installed is not None:
            here = requested(installed, choices["engine_arguments"])
            for name in engines:
                check_installed(name, here)
        flow = campaign.make_flow(request)
    for line in import_module("liponflow.workflows.preflight").input_faults(flow, engines):
        say(f"warning: {line}")
    return Planned(request, flow, engines)
