"""Commands about the parameters of campaigns and models, and their presets."""

from pathlib import Path
from typing import Annotated

import typer

from liponflow import durable
from liponflow.cli.completion import preset_names, topics
from liponflow.cli.console import reported_errors, say
from liponflow.cli.options import JsonOption
from liponflow.cli.output import print_json
from liponflow.cli.parameters import document, parameter_lines
from liponflow.workflows.topic import get_topic, topic_names

app = typer.Typer(help="Show the parameters of campaigns and models.", no_args_is_help=True)

KindArgument = Annotated[
    str,
    typer.Argument(help="Campaign or model.", show_default=False, autocompletion=topics),
]
OneOrAllArgument = Annotated[
    str | None,
    typer.Argument(help="Campaign or model \\[default: all].", autocompletion=topics),
]
PresetArgument = Annotated[
    str | None,
    typer.Argument(
        help="Preset \\[default: quick; published for a model].", autocompletion=preset_names
    ),
]


@app.command("list")
def presets_list(
    ctx: typer.Context, kind: OneOrAllArgument = None, *, json: JsonOption = False
) -> None:
    """List the presets, and what each is for."""
    with reported_errors(debug=ctx.obj):
        from liponflow.inputs.explained import purposes

        topics = [get_topic(name) for name in ([kind] if kind is not None else topic_names())]
        found = {item.name: purposes(item.name, item.presets) for item in topics}
        if json:
            print_json(found)
            return
        for name, presets in found.items():
            for preset, purpose in presets.items():
                typer.echo(f"{name} {preset}{': ' if purpose else ''}{purpose}")


@app.command("show")
def presets_show(
    ctx: typer.Context,
    kind: KindArgument,
    preset: PresetArgument = None,
    *,
    json: JsonOption = False,
) -> None:
    """Show every parameter of a preset: value, unit, meaning, allowed values and source."""
    with reported_errors(debug=ctx.obj):
        from rich.console import Console

        from liponflow.inputs.explained import explained, purposes

        topic = get_topic(kind)
        preset = preset or topic.first_preset
        if json:
            items = explained(topic.parameter_model(), kind, preset, topic.presets)
            print_json([document(item) for item in items])
            return
        lines = list(parameter_lines(topic, preset, Console().width))
        purpose = purposes(kind, topic.presets)[preset]
        typer.echo(f"{kind}, preset {preset}{': ' if purpose else ''}{purpose}\n")
        typer.echo("\n".join(lines))


@app.command("write")
def presets_write(
    ctx: typer.Context,
    kind: KindArgument,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[PRESET] FILE",
            help="Preset \\[default: quick; published for a model], and the file to write; it "
            "must not exist.",
            autocompletion=preset_names,
        ),
    ],
) -> None:
    """Write a preset as a file to edit, for `run CAMPAIGN --config FILE`, or `model NAME`."""
    with reported_errors(debug=ctx.obj):
        from liponflow.inputs.explained import purposes, written

        *before, file = words
        if len(before) > 1:
            raise ValueError(f"give a preset and a file, not {len(words)} words")
        topic = get_topic(kind)
        if not before and file in purposes(kind, topic.presets):
            raise ValueError(f"give a file, too: liponflow presets write {kind} {file} run.yaml")
        preset = before[0] if before else topic.first_preset
        text = written(
            topic.parameter_model(),
            kind,
            preset,
            topic.presets,
            noun=topic.noun,
            command=topic.command,
        )
        if Path(file).exists():
            raise FileExistsError(f"{file} exists; name a new file, or delete it")
        durable.write(Path(file), text)
        say(f"edit {file}, then: liponflow {topic.command} {kind} --config {file}")
