"""Commands about the parameters of campaigns and their presets."""

from pathlib import Path
from typing import Annotated

import typer

from liponflow import durable, registry
from liponflow.cli.completion import campaign_names, preset_names
from liponflow.cli.console import reported_errors, say
from liponflow.cli.options import JsonOption
from liponflow.cli.output import print_json
from liponflow.cli.parameters import document, parameter_lines
from liponflow.workflows.campaign import get_campaign

app = typer.Typer(help="Show the parameters of campaigns.", no_args_is_help=True)

KindArgument = Annotated[
    str,
    typer.Argument(help="Campaign.", show_default=False, autocompletion=campaign_names),
]
OneOrAllArgument = Annotated[
    str | None,
    typer.Argument(help="Campaign \\[default: all].", autocompletion=campaign_names),
]
PresetArgument = Annotated[str, typer.Argument(help="Preset.", autocompletion=preset_names)]


@app.command("list")
def presets_list(
    ctx: typer.Context, kind: OneOrAllArgument = None, *, json: JsonOption = False
) -> None:
    """List the presets, and what each is for."""
    with reported_errors(debug=ctx.obj):
        from liponflow.inputs.explained import purposes

        campaigns = [get_campaign(name) for name in _chosen(kind)]
        found = {item.name: purposes(item.name, item.presets) for item in campaigns}
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
    preset: PresetArgument = "quick",
    *,
    json: JsonOption = False,
) -> None:
    """Show every parameter of a preset: value, unit, meaning, allowed values and source."""
    with reported_errors(debug=ctx.obj):
        from rich.console import Console

        from liponflow.inputs.explained import explained, purposes

        campaign = get_campaign(kind)
        if json:
            items = explained(campaign.parameter_model(), kind, preset, campaign.presets)
            print_json([document(item) for item in items])
            return
        lines = list(parameter_lines(campaign, preset, Console().width))
        purpose = purposes(kind, campaign.presets)[preset]
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
            help="Preset \\[default: quick], and the file to write; it must not exist.",
            autocompletion=preset_names,
        ),
    ],
) -> None:
    """Write a preset as a file to edit, for `run CAMPAIGN --config FILE`."""
    with reported_errors(debug=ctx.obj):
        from liponflow.inputs.explained import purposes, written

        *before, file = words
        if len(before) > 1:
            raise ValueError(f"give a preset and a file, not {len(words)} words")
        campaign = get_campaign(kind)
        if not before and file in purposes(kind, campaign.presets):
            raise ValueError(f"give a file, too: liponflow presets write {kind} {file} run.yaml")
        preset = before[0] if before else "quick"
        text = written(campaign.parameter_model(), kind, preset, campaign.presets)
        if Path(file).exists():
            raise FileExistsError(f"{file} exists; name a new file, or delete it")
        durable.write(Path(file), text)
        say(f"edit {file}, then: liponflow run {kind} --config {file}")


def _chosen(kind: str | None) -> list[str]:
    return [kind] if kind is not None else registry.names(registry.CAMPAIGNS)
