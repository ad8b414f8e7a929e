"""Completion in the shell, without heavy imports: each function lists what may stand next.

bash divides words at ``=`` and replaces only what follows it; other shells replace the whole word.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from liponflow import registry

if TYPE_CHECKING:
    from liponflow.inputs.parameter import Description
    from liponflow.settings import Settings
    from liponflow.workflows.topic import Topic

Completions = list[str] | list[tuple[str, str]]

_WORDS, _PLACE, _SHELL = "COMP_WORDS", "COMP_CWORD", "_LIPONFLOW_COMPLETE"

WRONG = (ValueError, OSError, RuntimeError)
"""Errors that a user can act on."""

_MOST = 100
"""Results and runs that are suggested, the latest first."""


def topics(incomplete: str = "") -> list[str]:
    """List the campaigns and the models."""
    from liponflow.workflows.topic import topic_names

    return _beginning(incomplete, topic_names())


def table_names(incomplete: str = "") -> list[str]:
    """List the published tables."""
    from liponflow.analysis.published_tables import TABLES

    return _beginning(incomplete, sorted(TABLES))


def engine_names(incomplete: str = "") -> list[str]:
    """List the registered engines."""
    return _beginning(incomplete, registry.names(registry.ENGINES))


def preset_names(ctx: typer.Context, incomplete: str = "") -> Completions:
    """List the presets of the campaign or model of a command, with what each is for."""
    from liponflow.inputs.explained import purposes

    # Where something is wrong nothing is suggested; the command itself will say it.
    with suppress(*WRONG), warnings.catch_warnings(action="ignore"):
        topic = _topic(ctx)
        found = purposes(topic.name, topic.presets)
        return [item for item in found.items() if item[0].startswith(incomplete)]
    return []


def settings_of(ctx: typer.Context, incomplete: str = "") -> Completions:
    """List what may stand after ``--set``: names of parameters, then values of a closed list."""
    with suppress(*WRONG), warnings.catch_warnings(action="ignore"):
        name, separator, begun = incomplete.partition("=")
        if separator:
            return _values(_topic(ctx), name, begun)
        return _names(_topic(ctx), name)
    return []


def result_ids(ctx: typer.Context, incomplete: str = "") -> Completions:
    """List the results of the store, the latest first, with kind and formula."""
    from liponflow.crystals.formula_unit import written_by_unit
    from liponflow.settings import override
    from liponflow.store.results import find_summaries, open_results

    with suppress(*WRONG), warnings.catch_warnings(action="ignore"):
        settings = _settings()
        override(settings, store=ctx.params.get("store"))
        with closing(open_results(settings.store)) as opened:
            found = find_summaries(opened, limit=_MOST)
        return [
            (item.uuid[:8], f"{item.kind} of {written_by_unit(item.formula)}")
            for item in found
            if item.uuid.startswith(incomplete)
        ]
    return []


def run_names(incomplete: str = "") -> list[str]:
    """List the runs, the latest first; nothing after the beginning of a path."""
    with suppress(*WRONG), warnings.catch_warnings(action="ignore"):
        runs = {file.parent.name: file.stat().st_mtime for file in _runs(_settings().runs_dir)}
        return _beginning(incomplete, sorted(runs, key=lambda name: -runs[name])[:_MOST])
    return []


def join_words(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a completion in bash with ``name=value`` as one word.

    Examples
    --------
    >>> join_words({"_LIPONFLOW_COMPLETE": "complete_bash", "COMP_CWORD": "5",
    ...             "COMP_WORDS": "liponflow run glass --set volume ="})
    {'COMP_WORDS': 'liponflow run glass --set volume=', 'COMP_CWORD': '4'}
    """
    words = environment.get(_WORDS, "").split()
    if not _is_bash(environment) or "=" not in words:
        return {}
    place = int(environment[_PLACE])
    words += [""] * (place + 1 - len(words))
    joined: list[str] = []
    for number, word in enumerate(words):
        attached = word == "=" or (joined and number and words[number - 1] == "=")
        if attached and joined:
            joined[-1] += word
        else:
            joined.append(word)
        if number == place:
            place = len(joined) - 1
            break
    return {_WORDS: " ".join(joined), _PLACE: str(place)}


@contextmanager
def shell_words() -> Iterator[None]:
    """Make bash complete ``name=value`` as one word, of which it wants what follows ``=``."""
    joined = join_words(os.environ)
    if not joined:
        yield
        return
    os.environ.update(joined)
    word = joined[_WORDS].rpartition(" ")[2]
    printed = StringIO()
    try:
        with redirect_stdout(printed):
            yield
    finally:
        name, separator, _ = word.partition("=")
        text = printed.getvalue()
        # Only an earlier word may have the sign: then bash replaces this one whole.
        typer.echo(text.replace(f"{name}=", "") if separator else text, nl=False)


def _names(topic: "Topic", begun: str) -> Completions:
    found = [item for item in _described(topic) if item.name.startswith(begun)]
    names = [(f"{item.name}=", item.meaning) for item in found]
    if len(found) == 1 and _is_bash(os.environ):
        # A single completion would get a space after it.
        return [*names, (f"{names[0][0]}VALUE", "")]
    return names


def _values(topic: "Topic", name: str, begun: str) -> Completions:
    for item in _described(topic):
        if item.name == name:
            known = item.choices or (registry.names(item.group) if item.group else ())
            before, comma, last = begun.rpartition(",")
            start = f"{name}={before}{comma}"
            return [start + value for value in known if value.startswith(last)]
    return []


def _described(topic: "Topic") -> "list[Description]":
    from liponflow.inputs.parameter import describe
    from liponflow.inputs.structure_options import StructureOptions
    from liponflow.workflows.campaign import Campaign

    found = describe(topic.parameter_model())
    return [*found, *describe(StructureOptions)] if isinstance(topic, Campaign) else found


def _topic(ctx: typer.Context) -> "Topic":
    from liponflow.workflows.topic import get_topic

    return get_topic(ctx.params.get("kind") or ctx.info_name or "")


def _settings() -> "Settings":
    from liponflow.settings import load_settings

    return load_settings()


def _runs(directory: Path) -> Iterator[Path]:
    return directory.glob("*/run.json")


def _beginning(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _is_bash(environment: Mapping[str, str]) -> bool:
    return environment.get(_SHELL) == "complete_bash"
