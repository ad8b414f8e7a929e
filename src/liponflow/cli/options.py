"""Options that commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from liponflow.analysis.kinds import kind_names
from liponflow.cli.completion import (
    engine_names,
    preset_names,
    result_ids,
    run_names,
    settings_of,
)


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
ResultArgument = Annotated[
    str,
    typer.Argument(help="First characters of the result's uuid.", autocompletion=result_ids),
]
RunArgument = Annotated[
    Path | None,
    typer.Argument(
        help="Run or its directory \\[default: latest unfinished].", autocompletion=run_names
    ),
]
PresetOption = Annotated[
    str | None,
    typer.Option(
        help="Parameters to start from \\[default: quick, or what --config names].",
        autocompletion=preset_names,
    ),
]
InputsPresetOption = Annotated[
    str | None,
    typer.Option(
        help="Parameters to start from \\[default: paper, or what --config names].",
        autocompletion=preset_names,
    ),
]
ModelPresetOption = Annotated[
    str | None,
    typer.Option(
        help="Parameters to start from \\[default: published, or what --config names].",
        autocompletion=preset_names,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        help="YAML file of parameters, as `presets write` makes it; --set has priority over it."
    ),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        help="chgnet, vasp, another registered engine, or the module:Class of an ASE calculator "
        "\\[default: the setting; feff for eels].",
        autocompletion=engine_names,
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
InputsEngineSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--engine-set",
        metavar="KEY=VALUE",
        help="Option of VASP, such as functional=r2SCAN; may be repeated.",
    ),
]
IncarOption = Annotated[
    list[str] | None,
    typer.Option(
        "--incar",
        metavar="[KIND:]TAG=VALUE",
        help="Set a tag of VASP's INCAR, in all calculations or in one kind (relax, static, md, "
        "band), such as relax:EDIFFG=-0.01; may be repeated.",
    ),
]
StructuresOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--structure",
        help="CIF, POSCAR, ... of the material to start from, or a folder of them; if repeated or "
        "a folder, each structure has a run and a result of its own \\[default: built in].",
    ),
]
StructureOption = Annotated[
    Path | None,
    typer.Option(help="CIF, POSCAR, ... of the material to start from \\[default: built in]."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Replace a parameter; may be repeated.",
        autocompletion=settings_of,
    ),
]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        "--project",
        help="Project of jobflow-remote \\[default: the setting hpc_project, or the only one].",
    ),
]
CampaignsArgument = Annotated[
    list[str] | None,
    typer.Argument(help="First characters of what `submit` or `status` named."),
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes \\[default: cores].")]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        help="Results file, or YAML file of the specification of a store \\[default: the setting]."
    ),
]
ResultFilesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--measured",
        metavar="FILE",
        help="JSON file of a result that is not stored, such as of `analyze`; may be repeated.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
FigureOption = Annotated[
    Path | None, typer.Option("--out", help="Also write figures, tables and the result here.")
]
