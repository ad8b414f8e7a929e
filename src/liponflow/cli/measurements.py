"""Commands ``liponflow analyze MEASUREMENT``, made from the registry when they are asked for."""

import inspect
import re
from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand
from typer.main import get_command

from liponflow.cli import early
from liponflow.cli.console import reported_errors
from liponflow.cli.options import FigureOption, JsonOption
from liponflow.cli.output import check_out, export, print_json
from liponflow.workflows.measurement import Measurement, flag_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from liponflow.inputs.parameter import Description

_NUMBER = re.compile(r"-\.?\d")


class MeasurementCommand(TyperCommand):
    """Command of a measurement, some of whose flags take several values."""

    several: Collection[str] = ()
    """Flags that take several values."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept several values after one flag: ``--references A B``."""
        return super().parse_args(ctx, list(repeated(args, self.several)))


def repeated(args: Sequence[str], several: Collection[str]) -> Iterator[str]:
    """Yield arguments with a flag of several values before each of its values.

    Examples
    --------
    >>> list(repeated(["--window", "-2", "3", "--json"], {"--window"}))
    ['--window', '-2', '--window', '3', '--json']
    """
    flag, values = None, 0
    for word in args:
        if word.startswith("-") and not _NUMBER.match(word):
            flag, values = (word if word in several else None), 0
        elif flag is not None:
            values += 1
            if values > 1:
                yield flag
        yield word


def measurement_command(measurement: Measurement, *, with_options: bool) -> Any:
    """Make the command of a measurement; without its options as a listing shows it."""

    def command(**values: Any) -> None:
        measure(measurement=measurement, **values)

    hints = get_type_hints(measure, include_extras=True)
    parameters = [
        parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(measure).parameters.items()
        if name not in {"measurement", "given"}
    ]
    several = set()
    if with_options:
        options = list(_options(measurement))
        parameters = [*parameters[:2], *(option for option, _ in options), *parameters[2:]]
        several = {flag_of(option.name) for option, takes_several in options if takes_several}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in parameters}
    app = typer.Typer(add_completion=False)
    app.command(
        measurement.name,
        cls=MeasurementCommand,
        help=measurement.summary,
        short_help=measurement.summary,
    )(command)
    made = get_command(app)
    assert isinstance(made, MeasurementCommand)  # noqa: S101 - the class above
    made.several = several
    return made


def measure(
    ctx: typer.Context,
    measurement: Measurement,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, in order.")],
    *,
    out: FigureOption = None,
    json: JsonOption = False,
    **given: Any,
) -> None:
    """Measure files by a measurement that belongs to no campaign."""
    with reported_errors(debug=ctx.obj):
        early.check_paths(files)
        check_out(out)
        chosen = {name: value for name, value in given.items() if value not in (None, [])}
        result = measurement.measure(files, chosen)
        if out is not None:
            export(result, out)
        if json:
            print_json(result.with_units())
        else:
            import_module("liponflow.cli.tables").print_document(result)


def _options(measurement: Measurement) -> Iterator[tuple[inspect.Parameter, bool]]:
    """Yield the options as parameters of a function, and whether they take several values."""
    from liponflow.inputs.lists import list_form
    from liponflow.inputs.parameter import describe

    model = measurement.option_model()
    for item in describe(model):
        field = model.model_fields[item.name]
        takes_several = list_form(field.annotation) is not None
        hint: Any = str
        if field.annotation is bool:
            hint = bool
        elif takes_several:
            hint = list[str]
        info = typer.Option(flag_of(item.name), metavar=_metavar(item), help=_help(item, model))
        yield (
            inspect.Parameter(
                item.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.is_required() else None,
                annotation=Annotated[hint if field.is_required() else hint | None, info],
            ),
            takes_several,
        )


def _metavar(item: "Description") -> str | None:
    if "true" in item.choices:
        return None
    return f"[{'|'.join(item.choices)}]" if item.choices else item.name.upper()


def _help(item: "Description", model: "type[BaseModel]") -> str:
    from liponflow.inputs.parameter import typed

    unit = f" ({item.unit})" if item.unit else ""
    text = f"{item.meaning.removesuffix('.')}{unit}."
    field = model.model_fields[item.name]
    if not field.is_required() and field.default not in (None, False):
        text += f" [default: {typed(field.default).replace(',', ' ')}]"
    return text.replace("[", "\\[")
