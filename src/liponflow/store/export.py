"""Write results to files: JSON, tables as CSV, structures as CIF or POSCAR."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pymatgen.core.structure import Structure
from pymatgen.io.cif import CifWriter
from pymatgen.io.vasp.inputs import Poscar

from liponflow import durable
from liponflow.analysis.result import Result
from liponflow.store.frames import csv_text, states_frame, tables


def export(
    result: Result, path: Path, format_: str | None = None, field: str | None = None
) -> None:
    """Write a result, or a part of it, to a file.

    Parameters
    ----------
    result
        The result.
    path
        File to write; an existing one is replaced once the new one is complete.
    format_
        ``json`` (the whole result), ``csv`` (a list of states, units in the header), ``cif`` or
        ``poscar`` (a structure); by default the format of the file's name.
    field
        Name of the list for CSV, or path of the structure; not needed if there is only one.

    Raises
    ------
    ValueError
        If the format is unknown or the result has no such table or structure; those that it has
        are listed.
    OSError
        If the file cannot be written, e.g. because the disk is full; an existing one is kept.
    """
    format_ = format_ or _format_of(path)
    if format_ == "json":
        text = json.dumps(result.with_units(), indent=2, ensure_ascii=False, allow_nan=False)
    elif format_ == "csv":
        text = csv_text(states_frame(result, _only(field, tables(result), "table")))
    else:
        found = dict(structures(result))
        name = _only(field and field.removesuffix(".structure"), list(found), "structure")
        text = _STRUCTURE_WRITERS[format_](found[name])
    durable.write(path, text)


def export_all(result: Result, folder: Path) -> list[Path]:
    """Write the result as JSON and every table of it as CSV.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OSError
        If a file cannot be written; an existing one of its name is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / f"{result.kind}.json"
    export(result, whole, "json")
    written = [whole]
    for table in tables(result):
        path = folder / f"{table}.csv"
        export(result, path, "csv", table)
        written.append(path)
    return written


def structures(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Structure]]:
    """Yield every structure in a result.

    Yields
    ------
    tuple of (str, Structure)
        Dotted path without the final ``.structure`` (``states.2``) and the structure.
    """
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        if isinstance(value, Structure):
            yield prefix.removesuffix(".") if name == "structure" else f"{prefix}{name}", value
        elif isinstance(value, BaseModel):
            yield from structures(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from structures(item, f"{prefix}{name}.{index}.")


_STRUCTURE_WRITERS: dict[str, Callable[[Structure], str]] = {
    "cif": lambda structure: str(CifWriter(structure)),
    "poscar": lambda structure: Poscar(structure).get_str(significant_figures=12),
}


def _format_of(path: Path) -> str:
    ending = path.suffix.lower().removeprefix(".")
    if re.match(r"(POSCAR|CONTCAR)", path.name) or ending in {"vasp", "poscar"}:
        return "poscar"
    if ending not in {"json", "csv", "cif"}:
        raise ValueError(
            f"the name {path.name!r} does not show the format; end it in .json, .csv, .cif or "
            ".vasp, or give the format"
        )
    return ending


def _only(name: str | None, names: list[str], what: str) -> str:
    if name is None and len(names) == 1:
        return names[0]
    if not names:
        raise ValueError(
            f"the result has no {what}; write all of it to a .json file, or the points of its "
            "figures with `liponflow figures`"
        )
    if name not in names:
        asked = f"no {what} {name!r} in the result" if name else f"the result has several {what}s"
        raise ValueError(f"{asked}; give one of {', '.join(names)}")
    return name
