"""Write the input directories of a campaign, for users who run the codes by other means.

A topic describes what it writes in an :class:`InputDirectories`; :func:`write_campaign` writes
them with ``README.md`` (what to run, in which order) and ``provenance.yaml`` (where each value
comes from).
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel

from liponflow import __version__
from liponflow.engines.registry import engine_class
from liponflow.inputs.difference import Difference
from liponflow.inputs.presets import PACKAGE, Cited, cited_parameters, load_data
from liponflow.workflows.request import InputsRequest

SIDECAR, README = "provenance.yaml", "README.md"

Parameters = TypeVar("Parameters", bound=BaseModel)


@dataclass(frozen=True)
class Contents:
    """Inputs that a topic wrote below the directory of its campaign.

    Attributes
    ----------
    about
        First entries of the record, e.g. ``material`` and ``structure``.
    sets
        Input sets as ``write_inputs`` returned them, by the kind of calculation, and whatever
        else belongs to the record.
    readme
        Text of the README.
    count
        Number of what was written.
    noun
        Counted items, in the singular; the plural must be regular.
    notes
        What the user has to know about the files, for the command line.
    """

    about: Mapping[str, Any]
    sets: Mapping[str, Any]
    readme: str
    count: int
    noun: str
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class InputDirectories(Generic[Parameters]):
    """How a topic writes the input directories of its campaign, and compares one with them.

    Attributes
    ----------
    write
        Function that writes every calculation of a request below an existing empty directory.
        If it raises an error, nothing is left of the directory.
    compare
        Function that compares a user's directory with the one that the parameters would give; with
        an `engine`, it takes the user's arguments of it, too.
    settings
        Settings of ``write`` alone, which are not parameters of the campaign.
    engine
        Engine that the inputs are for, whose arguments change them; None if none does.
    """

    write: Callable[[InputsRequest[Parameters], Path], Contents]
    compare: Callable[..., list[Difference]]
    settings: frozenset[str] = frozenset()
    engine: str | None = None


@dataclass(frozen=True)
class WrittenInputs:
    """Inputs written for a campaign.

    Examples
    --------
    >>> WrittenInputs(Path("vasp"), 8, "candidate").summary
    '8 candidates'
    >>> WrittenInputs(Path("vasp"), 1, "candidate").summary
    '1 candidate'
    """

    directory: Path
    count: int
    noun: str
    """What is counted, in the singular; its plural must be regular."""
    notes: Sequence[str] = ()
    """What the user has to know about the files."""

    @property
    def summary(self) -> str:
        """What was written, for a sentence: ``8 candidates``."""
        return f"{self.count} {self.noun}{'' if self.count == 1 else 's'}"


def write_campaign(
    topic: str,
    package: str,
    directories: InputDirectories[Parameters],
    request: InputsRequest[Parameters],
    out: Path,
) -> WrittenInputs:
    """Write the directories of a campaign with their README and provenance.

    Parameters
    ----------
    topic
        Name of the campaign.
    package
        Package with its presets.
    directories
        What the topic writes.
    request
        Parameters and structure.
    out
        Directory to write to; it must be empty or not exist. It is complete or not written.

    Returns
    -------
    WrittenInputs

    Raises
    ------
    FileExistsError
        If `out` holds anything.
    """
    with new_directory(out) as root:
        contents = directories.write(request, root)
        record = campaign_record(
            topic,
            request.parameters,
            request.preset,
            request.overrides,
            package=package,
            about=contents.about,
        )
        if request.engine_arguments:
            chosen = dict(request.engine_arguments)
            record["engine_arguments"] = Cited(value=chosen, source="given by the user")
        write_sidecar(root, record | dict(contents.sets))
        advice = (
            "" if directories.engine is None else engine_class(directories.engine).advice(root)
        )
        write_readme(root, contents.readme + advice)
    return WrittenInputs(out, contents.count, contents.noun, contents.notes)


def check_vacant(out: Path) -> None:
    """Refuse a link, and a directory that holds anything.

    Raises
    ------
    FileExistsError
        If it holds anything; the directory is named.
    """
    if out.is_symlink():
        raise FileExistsError(f"{out} is a link; name a new directory, or the one it leads to")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists and is not empty; name a new directory")


@contextmanager
def new_directory(out: Path) -> Iterator[Path]:
    """Yield a directory that ends up complete or absent, whatever happens in between.

    Parameters
    ----------
    out
        The directory; it must be empty or not exist. Missing parents are made.

    Yields
    ------
    Path
        Existing empty directory to write to, renamed to `out` at the end. Links in it must be
        relative and stay inside.

    Raises
    ------
    FileExistsError
        If `out` holds anything.
    """
    check_vacant(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
        root = Path(scratch, out.name)
        root.mkdir()
        yield root
        root.rename(out)


def campaign_record(
    topic: str,
    parameters: BaseModel,
    preset: str,
    overrides: Mapping[str, Any] | None,
    *,
    about: Mapping[str, Any],
    package: str = PACKAGE,
) -> dict[str, Any]:
    """Begin the provenance of a campaign's inputs.

    Parameters
    ----------
    topic, preset, overrides
        As ``load_parameters`` took them.
    parameters
        As ``load_parameters`` returned them.
    about
        What else the record begins with, e.g. ``material`` and ``structure``.
    package
        Package with the presets.

    Returns
    -------
    dict
        Writer, `about`, preset, source of the published values (where the topic's file names one),
        and every parameter with its source. Add the input sets as ``write_inputs`` returns them.
    """
    data = load_data(topic, package)
    return {
        "written_by": f"liponflow {__version__}",
        **about,
        "preset": preset,
        **({"published": data["published"]} if "published" in data else {}),
        "parameters": cited_parameters(parameters, topic, preset, overrides or {}, package),
    }


def command_options(request: InputsRequest[Any]) -> str:
    """Return the options with which a command line asks for the parameters of a request."""
    given = [("--set", item) for item in request.overrides.items()]
    given += [("--engine-set", item) for item in request.engine_arguments.items()]
    texts = [f"{flag} {shlex.quote(f'{k}={json.dumps(v)}')}" for flag, (k, v) in given]
    return " ".join([f"--preset {request.preset}", *texts])


def write_sidecar(root: Path, record: Mapping[str, Any]) -> None:
    """Write ``provenance.yaml``."""
    text = yaml.safe_dump(
        dict(record), sort_keys=False, allow_unicode=True, width=200, default_flow_style=None
    )
    (root / SIDECAR).write_text(text, encoding="utf-8")


def write_readme(root: Path, text: str) -> None:
    """Write ``README.md``."""
    (root / README).write_text(text, encoding="utf-8")
