"""Run the campaigns one after another, whatever was done of them before."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib import resources
from typing import Any, NamedTuple

from pydantic import ConfigDict, Field

from liponflow import datayaml
from liponflow.boundary import reason_of
from liponflow.document import Document
from liponflow.names import nearest
from liponflow.runners.errors import RunInterruptedError, StoreFailureError
from liponflow.settings import Settings
from liponflow.workflows.batch import BatchState, Finished, run_or_resume
from liponflow.workflows.campaign import Campaign, get_campaign


class Stop(Document):
    """One campaign of the tour."""

    model_config = ConfigDict(frozen=True)

    campaign: str = Field(description="Name of the campaign.")
    overrides: dict[str, Any] = Field(default_factory=dict, description="Changes of its preset.")
    minutes: float = Field(gt=0, description="Estimated wall time on two cores.")


class Tour(Document):
    """Campaigns that are run in one go, by preset, and those that are not."""

    model_config = ConfigDict(frozen=True)

    presets: dict[str, tuple[Stop, ...]] = Field(description="Campaigns in their order.")
    left_out: dict[str, str] = Field(description="Campaigns that are not run, with the reason.")

    def stops(self, preset: str) -> tuple[Stop, ...]:
        """Return the campaigns of a preset.

        Raises
        ------
        ValueError
            If the preset is unknown; the nearest is suggested.
        """
        if preset not in self.presets:
            known = ", ".join(self.presets)
            hint = nearest(preset, self.presets)
            raise ValueError(f"`run all` has no preset {preset!r}{hint}; it has {known}")
        return self.presets[preset]


class Stopped(NamedTuple):
    """A campaign of the tour that is done, or failed."""

    campaign: str
    finished: Finished


@cache
def tour() -> Tour:
    """Return what ``liponflow run all`` runs.

    Examples
    --------
    >>> sum(stop.minutes for stop in tour().stops("quick")) < 60
    True
    """
    text = resources.files(__package__).joinpath("tour.yaml").read_text(encoding="utf-8")
    return Tour.model_validate(datayaml.load(text))


Record = Callable[[Campaign, Mapping[str, Any], Any], Mapping[str, Any]]


def run_tour(preset: str, settings: Settings, record: Record) -> Iterator[Stopped]:
    """Run every campaign of a preset; one that fails does not stop the others.

    A campaign whose result is in the store is not computed again, and an unfinished run of it is
    resumed: a tour that was stopped continues by the same call.

    Parameters
    ----------
    preset
        Preset of the tour and of its campaigns.
    settings
        Store, runs directory, workers, engine.
    record
        ``record(campaign, overrides, parameters)``: what the record of a run says beside its
        choices.

    Yields
    ------
    Stopped
        Each campaign when it is done.

    Raises
    ------
    RunInterruptedError, StoreFailureError
        These end the tour.
    """
    for stop in tour().stops(preset):
        campaign = get_campaign(stop.campaign)
        choices = {
            "preset": preset,
            "engine": campaign.default_engine or settings.engine,
            "engine_arguments": {},
            "overrides": stop.overrides,
            "structure_file": None,
        }

        try:
            described = partial(record, campaign, stop.overrides)
            finished = run_or_resume(campaign, settings, choices, described)
        except (RunInterruptedError, StoreFailureError):
            raise
        except Exception as error:  # noqa: BLE001 - an engine that is not installed, among others
            finished = Finished(BatchState.FAILED, None, reason_of(error))
        yield Stopped(stop.campaign, finished)
