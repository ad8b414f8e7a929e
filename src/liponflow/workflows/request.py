"""Validated requests of a user to a campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from jobflow import JobStore
from pydantic import BaseModel
from pymatgen.core.structure import Structure

Parameters = TypeVar("Parameters", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Request(Generic[Parameters]):
    """Parameters and structure of a campaign.

    Attributes
    ----------
    parameters
        Those of the preset with the user's overrides.
    preset
        Preset that they started from.
    overrides
        Parameters that replaced the preset's.
    structure
        Structure that the user gave; None to start from the built-in one.
    source
        Where it came from, and how it was ordered.
    file
        File of the structure, for messages.
    engine_arguments
        Arguments that the user sets for the engine.
    """

    parameters: Parameters
    preset: str
    overrides: Mapping[str, Any]
    structure: Structure | None = None
    source: str | None = None
    file: Path | None = None
    engine_arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunRequest(Request[Parameters]):
    """Request for a flow.

    Attributes
    ----------
    engine
        Engine as the user names it.
    store
        Open results store, to look up what earlier runs computed; None without one.
    """

    engine: str
    store: JobStore | None = None


@dataclass(frozen=True, kw_only=True)
class InputsRequest(Request[Parameters]):
    """Request for input directories.

    Attributes
    ----------
    settings
        Settings that belong to the inputs alone and are not parameters.
    """

    settings: Mapping[str, Any]
