"""Commands ``liponflow model NAME``, made from the registry when they are asked for."""

from collections.abc import Mapping
from importlib import import_module

import typer

from liponflow import registry
from liponflow.cli.choices import choose
from liponflow.cli.console import reported_errors
from liponflow.cli.options import (
    ConfigOption,
    FigureOption,
    JsonOption,
    ModelPresetOption,
    SetOption,
)
from liponflow.cli.output import check_out, export, print_json
from liponflow.cli.topic_group import TopicGroup
from liponflow.workflows.model import PUBLISHED, Model


def model(
    ctx: typer.Context,
    model: Model,
    *,
    preset: ModelPresetOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    given: Mapping[str, str] | None = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Evaluate a quantitative model of the sources, with their parameters or your own.

    No engine runs and no file is read; the result says that a model made it.
    """
    with reported_errors(debug=ctx.obj):
        chosen = choose(
            model, preset, default=model.first_preset, config=config, set_=set_, given=given
        )
        check_out(out)
        with chosen.named():
            result = model.compute(chosen.preset, chosen.overrides, chosen.origins)
        if out is not None:
            export(result, out)
        if json:
            print_json(result.with_units())
        else:
            import_module("liponflow.cli.tables").print_document(result)


class ModelGroup(TopicGroup):
    """``liponflow model MODEL``."""

    group = registry.MODELS
    action = model
    needs = "function"
    with_options = True
    preset = PUBLISHED
