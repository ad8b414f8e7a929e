"""Commands with one sub-command per campaign, made from the registry when it is asked for."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from liponflow import registry
from liponflow.cli.console import reported_errors
from liponflow.cli.parameters import parameter_lines
from liponflow.workflows.campaign import Campaign, Option, get_campaign

Action = Callable[..., None]
Owners = Mapping[Option, Sequence[str]]
"""Names of the campaigns that have an option."""


class CampaignGroup(TyperGroup):
    """Commands ``liponflow ACTION CAMPAIGN``, one for each registered campaign.

    A listing imports the campaign objects and nothing that they refer to.
    """

    action: ClassVar[Action]
    """``action(ctx, campaign, ...)``: its further arguments are those of each command."""
    needs: ClassVar[str]
    """Attribute without which a campaign has no such command."""
    with_options: ClassVar[bool] = False
    """Whether a command takes the options that its campaign declares, too. They reach the action
    as ``given``."""
    preset: ClassVar[str | None] = None
    """Preset whose parameters the help of a command shows; None to show none."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """List the campaigns that have this command."""
        return [name for name in self.registered() if self._offers(name)]

    def registered(self) -> list[str]:
        """List the names that the first word after the action may be."""
        return registry.names(registry.CAMPAIGNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Make the command of a campaign as a listing shows it: without the campaign's options."""
        try:
            return _command(type(self), get_campaign(cmd_name), {})
        except registry.RegistryError as error:
            return broken_command(cmd_name, str(error))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Make the command of the campaign that the arguments begin with."""
        name, *rest = args
        with reported_errors(debug=ctx.obj):
            campaign = get_campaign(name)
            if not self._offers(name):
                others = ", ".join(self.list_commands(ctx))
                raise ValueError(f"`{ctx.info_name}` is not for {name} (it is for {others})")
            owners = _owners() if self.with_options else {}
            command = _command(type(self), campaign, owners, helps=not ctx.resilient_parsing)
        return name, command, rest

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept options before the campaign, too: ``run --preset paper lithiation``."""
        registered = self.registered()
        switches = _switches(type(self).action)
        for place, (before, word) in enumerate(pairwise(["", *args])):
            is_value = before.startswith("-") and "=" not in before and before not in switches
            if word in registered and not is_value:
                return super().parse_args(ctx, [word, *args[:place], *args[place + 1 :]])
        if args and args[0].startswith("-") and "--help" not in args:
            with reported_errors(debug=ctx.obj):
                known = ", ".join(self.list_commands(ctx))
                raise ValueError(f"`{' '.join(args)}` names no campaign; there is {known}")
        return super().parse_args(ctx, args)

    def _offers(self, name: str) -> bool:
        try:
            return getattr(get_campaign(name), self.needs) is not None
        except registry.RegistryError:
            return True  # listed with its error


class CampaignCommand(TyperCommand):
    """Command of a campaign, whose help ends with the parameters."""

    campaign: Campaign
    preset: str | None = None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse a parameter that is given as an option, and say how it is set."""
        known = {flag for option in self.params for flag in (*option.opts, *option.secondary_opts)}
        for word in args:
            flag = word.partition("=")[0]
            name = flag.removeprefix("--").replace("-", "_")
            if not flag.startswith("--") or flag in known or flag == "--help":
                continue
            if name in self.campaign.parameter_model().model_fields:
                with reported_errors(debug=ctx.find_root().obj):
                    raise ValueError(
                        f"{flag} is no option but a parameter: give it as --set {name}=VALUE"
                    )
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, then every parameter in the preset."""
        super().format_help(ctx, formatter)
        if self.preset is None:
            return
        from rich.console import Console

        name, width = self.campaign.name, Console().width
        typer.echo(f"Parameters for --set and --config, preset {self.preset}:\n")
        for line in parameter_lines(self.campaign, self.preset, width):
            typer.echo(line)
        typer.echo(f"\nOther presets: liponflow presets list {name}")


def _command(
    group: type[CampaignGroup], campaign: Campaign, owners: Owners, *, helps: bool = True
) -> Any:
    """Make the command of a campaign: the arguments of the action, and the options in `owners`.

    Options that belong to other campaigns are hidden, and refused by name. Without `helps`, as for
    completion, the model of the parameters is not imported for the help of the options.
    """

    def command(**values: Any) -> None:
        own = {option: values.pop(_argument(option)) for option in owners}
        given = {option: value for option, value in own.items() if value is not None}
        with reported_errors(debug=values["ctx"].obj):
            for option in given.keys() - set(campaign.options):
                names = ", ".join(owners[option])
                raise ValueError(f"{option.flag} is an option of {names}, not of {campaign.name}")
        if owners:
            values["given"] = {option.parameter: value for option, value in given.items()}
        action(campaign=campaign, **values)

    action = group.action
    hints = get_type_hints(action, include_extras=True)
    parameters = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(action).parameters.items()
        if name not in {"campaign", "given"}
    ]
    parameters += [_parameter(option, campaign, helps=helps) for option in owners]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in parameters}
    app = typer.Typer(add_completion=False)
    app.command(
        campaign.name,
        cls=CampaignCommand,
        help=f"{campaign.summary}\n\n{inspect.getdoc(action)}",
        short_help=campaign.summary,
    )(command)
    made = get_command(app)
    assert isinstance(made, CampaignCommand)  # noqa: S101 - the class above
    made.campaign, made.preset = campaign, group.preset
    return made


def _parameter(option: Option, campaign: Campaign, *, helps: bool) -> inspect.Parameter:
    own = option in campaign.options
    info = typer.Option(
        option.flag,
        metavar=option.metavar,
        help=_help(option, campaign) if own and helps else None,
        hidden=not own,
    )
    return inspect.Parameter(
        _argument(option),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, info],
    )


def _help(option: Option, campaign: Campaign) -> str:
    """Describe an option by the field of the parameters that it sets."""
    from liponflow.inputs.parameter import describe

    found = next(
        item for item in describe(campaign.parameter_model()) if item.name == option.parameter
    )
    unit = f" ({found.unit})" if found.unit else ""
    described = f"{found.meaning.removesuffix('.')}{unit}.".replace("[", "\\[")
    return f"{described} \\[same as --set {option.parameter}={option.metavar}]".strip()


def _argument(option: Option) -> str:
    return f"option_{option.parameter}"


def _owners() -> Owners:
    """List the options of every campaign; one that cannot be imported has none."""
    found: dict[Option, list[str]] = {}
    for name in registry.names(registry.CAMPAIGNS):
        try:
            options = get_campaign(name).options
        except registry.RegistryError:
            continue
        for option in options:
            found.setdefault(option, []).append(name)
    return found


def _switches(action: Action) -> set[str]:
    """List the options of an action that take no value."""
    return {
        f"--{name.replace('_', '-')}"
        for name, hint in get_type_hints(action, include_extras=True).items()
        if get_args(hint)[:1] == (bool,)
    }


def broken_command(name: str, message: str) -> Any:
    """Make a command that says why a registered object cannot be used."""
    app = typer.Typer(add_completion=False)

    @app.command(name, short_help=f"cannot be used: {message}")
    def refuse(ctx: typer.Context) -> None:
        with reported_errors(debug=ctx.obj):
            raise registry.RegistryError(message)

    return get_command(app)
