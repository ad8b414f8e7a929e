"""Options that commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from liponflow.analysis.kinds import kind_names


class Format(StrEnum):
    """Formats of `results export`."""

    JSON = "json"
    CSV = "csv"
    CIF = "cif"
    POSCAR = "poscar"


def _choices(known: list[str]) -> str:
    return f"[{'|'.join(known)}]"


ResultKindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        help="Only this kind.",
        metavar=_choices(kind_names()),
        autocompletion=kind_names,
    ),
]
ResultKindArgument = Annotated[
    str,
    typer.Argument(
        help="Kind of result.",
        show_default=False,
        metavar=_choices(kind_names()),
        autocompletion=kind_names,
    ),
]
ResultArgument = Annotated[str, typer.Argument(help="First characters of the result's uuid.")]
PresetOption = Annotated[str, typer.Option(help="Parameters to start from, e.g. quick or paper.")]
EngineOption = Annotated[
    str | None,
    typer.Option(
        help="chgnet, vasp, another registered engine, or the module:Class of an ASE calculator "
        "\\[default: the setting]."
    ),
]
EngineSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--engine-set",
        metavar="KEY=VALUE",
        help="Argument of the engine, if it takes any, or ENGINE.KEY=VALUE for another engine "
        "of the run; may be repeated.",
    ),
]
StructureOption = Annotated[
    Path | None,
    typer.Option(help="CIF, POSCAR, ... of the material to start from \\[default: built in]."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a parameter; may be repeated."),
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes \\[default: cores].")]
StoreOption = Annotated[Path | None, typer.Option(help="Results file \\[default: the setting].")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
FigureOption = Annotated[
    Path | None, typer.Option("--out", help="Also write figures, tables and the result here.")
]
