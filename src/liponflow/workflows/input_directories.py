"""Directories of input files that a campaign writes for whoever runs the codes by other means.

A topic has a module ``workflows/<topic>_inputs.py``, which ``liponflow inputs`` calls:

``write(out, *, preset, overrides=None, structure_file=None) -> WrittenInputs``
    Writes every calculation of the campaign below `out`: complete directories, ``README.md`` (what
    to run, in which order) and ``provenance.yaml`` (where each value comes from).
``compare(directory, *, preset, overrides=None) -> list[Difference]``
    Compares one of a user's own directories with the one that the campaign would write
    (:mod:`liponflow.inputs.vasp.compare`).

`write` checks `out`, then everything else that can be wrong, and only then writes::

    check_vacant(out)
    parameters = load_parameters(...)  # and whatever else can be refused
    record = campaign_record(TOPIC, parameters, preset, overrides, material=...)
    with new_directory(out) as root:
        record["relax"] = write_inputs(structure, generator, root / "relax")
        write_sidecar(root, record)
        write_readme(root, text.format(potcar=potcar_note(functional), ...))
    return WrittenInputs(out, len(candidates), "candidate", has_potcar_library())
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from pydantic import BaseModel

from liponflow import __version__
from liponflow.inputs.presets import cited_parameters, load_data
from liponflow.inputs.vasp.generator import POTCAR_LIBRARY, has_potcar_library

SIDECAR, README = "provenance.yaml", "README.md"


@dataclass(frozen=True)
class WrittenInputs:
    """What a topic's ``write`` wrote.

    Examples
    --------
    >>> WrittenInputs(Path("vasp"), 8, "candidate", with_potcar=False).summary
    '8 candidates'
    >>> WrittenInputs(Path("vasp"), 1, "candidate", with_potcar=False).summary
    '1 candidate'
    """

    directory: Path
    count: int
    noun: str
    """What is counted, in the singular; its plural must be regular."""
    with_potcar: bool
    """False where ``POTCAR.spec`` stands in for a POTCAR; True where no POTCAR is missing."""

    @property
    def summary(self) -> str:
        """What was written, for a sentence: ``8 candidates``."""
        return f"{self.count} {self.noun}{'' if self.count == 1 else 's'}"


def check_vacant(out: Path) -> None:
    """Refuse a directory that holds anything.

    Raises
    ------
    FileExistsError
        Naming the directory.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists and is not empty; name a new directory")


@contextmanager
def new_directory(out: Path) -> Iterator[Path]:
    """Fill a directory that is complete or not there, whatever happens while it is written.

    Parameters
    ----------
    out
        The directory; it must be empty or not exist. Missing parents are made.

    Yields
    ------
    Path
        Existing empty directory to write to, renamed to `out` at the end. Links in it are to be
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
    **more: Any,
) -> dict[str, Any]:
    """Begin the provenance of a campaign's inputs.

    Parameters
    ----------
    topic, preset, overrides
        As ``load_parameters`` took them.
    parameters
        As ``load_parameters`` returned them.
    **more
        What else the record begins with, e.g. ``material`` and ``structure``.

    Returns
    -------
    dict
        Writer, `more`, preset, source of the published values (where the topic's file names one),
        and every parameter with its source. Add the input sets as ``write_inputs`` returns them.
    """
    data = load_data(topic)
    return {
        "written_by": f"liponflow {__version__}",
        **more,
        "preset": preset,
        **({"published": data["published"]} if "published" in data else {}),
        "parameters": cited_parameters(parameters, topic, preset, overrides or {}),
    }


def write_sidecar(root: Path, record: Mapping[str, Any]) -> None:
    """Write ``provenance.yaml``."""
    text = yaml.safe_dump(
        dict(record), sort_keys=False, allow_unicode=True, width=200, default_flow_style=None
    )
    (root / SIDECAR).write_text(text, encoding="utf-8")


def write_readme(root: Path, text: str) -> None:
    """Write ``README.md``."""
    (root / README).write_text(text, encoding="utf-8")


def potcar_note(functional: str) -> str:
    """Say how to make the POTCAR files where this machine cannot.

    Parameters
    ----------
    functional
        pymatgen's name of the POTCAR release, e.g. ``PBE_54``.

    Returns
    -------
    str
        Paragraphs for the README; empty where a POTCAR library is configured.
    """
    if has_potcar_library():
        return ""
    return _NO_POTCAR.format(functional=functional, library=POTCAR_LIBRARY)


_NO_POTCAR = """
**There is no POTCAR here**, since no POTCAR library is configured ({library}). Where you
have one, run in this directory

    PMG_DEFAULT_FUNCTIONAL={functional} {library}=/path/to/potcars pmg potcar -r .

which turns each `POTCAR.spec` (the symbols, in the order of POSCAR) into a POTCAR; `pmg` comes
with pymatgen.
"""
